"""Reads which way the words of a sentence lean on what it speaks of: for, against, or neither."""

from __future__ import annotations

import re
from functools import cache

from lyceum import text as texts
from lyceum.tutor import opposites

_FOR_AGAINST = {
    "en": """just justice justif* right rights* necessary needful benefit* beneficial useful good great* noble success*
        victor* triumph* hope* liberty freedom best better progress* duty wise wisdom advantage* gain* won benign
        favor* favour* support* approve* praise* admir* inspir* power* effective* indispensable essential welcome*
        defend* promote* honest* peace* prosper* blessing* enlighten* | evil* wrong* fail* danger* crime* criminal*
        ruin* folly foolish* tyran* oppress* despot* impossib* destroy* destruct* injur* harm* worst worse bad unjust
        injustice menace* curse* violen* terror* slave* useless futile* lost defeat* disaster* mischief* hate* hatred
        condemn* oppose* denounc* absurd* fallac* false* delusion* illusion* threat* bitter* suffer* vicious* corrupt*
        anarch*y lawless* tragic* ineffective* hopeless* reject* repudiat* abolish* weak*""",
    "de": """recht gerecht* notwendig* nötig nützlich* gut gute* groß* sieg* erfolg* freiheit* hoffnung* fortschritt*
        vorteil* gewinn* richtig* wirksam* befürwort* unterstütz* förder* frieden* | falsch* unrecht* gefahr*
        gefährlich*
        verbrech* schaden schädlich* unmöglich* utopi* niederlage* gewalt* zerstör* elend* unterdrück* tyrann* wahn*
        schlecht* nutzlos* verlor* bekämpf* verwerf* ablehn* abzulehn* aussichtslos*""",
    "fr": """juste justice nécessaire* utile* bon bonne* grand* victoire* succès liberté* espoir espérance* progrès
        avantage* droit* paix | mal mauvais* danger* crime* ruine* folie tyran* oppress* impossible* détrui* destruct*
        injust* violen* échec* défaite* inutile* faux fausse* erreur* mensonge* esclav* misère*""",
    "es": """justo justicia necesari* útil* bueno* buena* grande* victoria* éxito libertad* esperanza* progreso*
        ventaja* derecho* paz | mal malo* mala peligro* crimen* ruina* locura tiran* opresi* imposible* destru*
        injust* violen* fracaso* derrota* inútil* falso* falsa* error* esclav* miseria*""",
}


@cache
def _groups(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    good, _, bad = _FOR_AGAINST[language].partition("|")
    return _pattern(good), _pattern(bad)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split()))


def leaning(sentence: str, language: str) -> int:
    """How far a sentence's words praise (above 0) or blame (below 0); a negation before a word turns it round."""
    code = texts.primary(language)
    if code not in _FOR_AGAINST:
        return 0
    good, bad = _groups(code)
    words = texts.words(sentence)
    total = 0
    for n, word in enumerate(words):
        side = 1 if good.fullmatch(word) else -1 if bad.fullmatch(word) else 0
        if side:
            negated = any(opposites.negations(code).fullmatch(before) for before in words[max(0, n - _REACH) : n])
            total += -side if negated else side
    return total


_REACH = 3
