"""Words that turn a statement round: negations, opposites, and words that set two things in order.

For English, German, French and Spanish. A star stands for any ending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

LANGUAGES = frozenset(("en", "de", "fr", "es"))

_NEGATIONS = {
    "en": "not no never neither nor none nobody nothing nowhere without cannot n't lack* fail* unable hardly deny "
    "denies denied refuse* absence absent",
    "de": "nicht kein* nie niemals niemand* nichts ohne weder nirgends kaum",
    "fr": "ne n sans ni jamais aucun* nul* rien personne",
    "es": "no nunca jamás ningún ningun* nadie nada sin tampoco ni",
}
_NO_NEGATION = {
    "en": r"not only|not merely|not just|no less|no doubt|not least|no sooner|whether or not",
    "de": r"nicht nur|nicht bloß|nicht zuletzt|nicht weniger als",
    "fr": r"non seulement|n[e’'][^,.;]{0,30}\bque\b|une personne|la personne|ne serait-ce",
    "es": r"no sólo|no solo|no solamente|sin duda|sin embargo|nada más",
}


@cache
def negations(language: str) -> re.Pattern[str]:
    """A word that negates."""
    return _words(_NEGATIONS[language])


@cache
def no_negations(language: str) -> re.Pattern[str]:
    """A phrase in which such a word does not."""
    return re.compile(_NO_NEGATION[language], re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Axis:
    """Two groups of words, each of which says the contrary of the other about one thing."""

    name: str
    one: re.Pattern[str]
    other: re.Pattern[str]

    def side(self, word: str) -> int:
        """1 or -1 by the group that a lower-case word belongs to, 0 for neither."""
        return 1 if self.one.fullmatch(word) else -1 if self.other.fullmatch(word) else 0


_OPPOSITES = {
    "en": """
        increas* rise rises rose risen rising raise* raising grow grows grew grown growing growth higher highest
        more greater greatest larger largest bigger elevat* upregulat* up-regulat* enhanc* gain* strengthen*
        expand* expansion accelerat* augment* boost* longer heavier stronger faster high | decreas* fall falls
        fell fallen falling drop* declin* lower lowest lowered fewer less least smaller smallest reduc*
        downregulat* down-regulat* diminish* lose loses lost losing weaken* shrink* shrank shrunk shorter
        shortened lighter weaker slower slowed low attenuat*;
        promot* activat* stimulat* induc* trigger* favor* favour* facilitat* encourag* allow* enabl* support* |
        inhibit* suppress* block* prevent* hinder* discourag* forbid* forbade forbidden prohibit* repress*
        impair* oppos*;
        won win wins winning victor* succeed* success* | lost loses lose losing defeat* unsuccess* failure*;
        accept* approv* agree* consent* grant* permitted | reject* refus* disapprov* disagree* dissent* denied;
        begin* began begun start* open opens opened opening founded founding commenc* | end ends ended ending ceas*
        stop* closed closes closing finish* abolish* dissolv*;
        alive living survive* | dead died dying perish*;
        always everyone everybody everything all every | never none nobody nothing;
        first earliest | last latest;
        positive* | negative*;
        true truth* | false* untrue;
        good better best improv* beneficial benefit* | bad worse worst worsen* deteriorat* harmful harm*;
        strong* severe | weak* mild;
        guilty convict* | innocent acquit*;
        rich* wealthy | poor*;
        hot warm* | cold cool*;
        north* | south*;
        east* | west*;
        male* men man boys | female* women woman girls;
        majority most | minority;
        presence present | absence absent;
        susceptib* sensitiv* vulnerab* | resistan* protect* immune;
        young* | old older oldest elder*;
        married | unmarried single divorced;
        friend* ally allies allied | enem* foe*;
        legal* lawful* | illegal* unlawful*;
        public | private""",
    "de": """
        steig* stieg* gestiegen zunahm* zunehm* zugenommen wuchs* wachs* gewachsen erhöh* mehr höher* größer*
        vermehr* verlänger* länger* stärker* | sink* sank* gesunken fiel* fallen fällt gefallen abnahm* abnehm*
        abgenommen senk* gesenkt verringer* vermindert* weniger niedriger* kleiner* geringer* verkürz* kürzer*
        schwächer*;
        siegte* siegreich* gewann* gewonnen sieg | verlor* verloren besiegt* niederlage* unterlag*;
        angenommen annahm* zustimm* zugestimmt bewillig* gewährt* | abgelehnt ablehn* verweiger* verwarf*
        verworfen;
        erlaub* gestatt* | verbot* verbiet* verboten untersag*;
        begann* beginn* begonnen eröffn* gegründet gründe* | ende* beendet* schloss* schloß geschlossen
        aufgelöst;
        lebt* lebend* überleb* | tot starb* gestorben;
        alle jede* immer | nie niemals niemand* keine*;
        erste* | letzte*;
        wahr* | falsch*;
        gut* besser* | schlecht* schlimm*;
        reich* | arm arme*;
        männer* mann | frauen* frau;
        unterstütz* | bekämpf* widersetz*;
        schuldig* verurteilt* | unschuldig* freigesprochen""",
    "fr": """
        augment* croît croiss* accru* hausse* monta montent monté plus supérieur* élev* grandi* renforc* allong* |
        diminu* baiss* réduit* rédui* moins inférieur* déclin* chut* affaibli* raccourci*;
        gagn* vainc* victoire* remport* | perd* défaite* échou* échec*;
        accept* approuv* accord* | refus* rejet*;
        autoris* permet* permis | interdi* prohib*;
        commenc* débu* ouvrit ouvre ouvert ouverte fonda fondé fondée fondent | fin fini* cess* ferm* termin* dissou*;
        vivant* survi* | mort* décéd* mour*;
        tous toutes toujours | jamais aucun* personne;
        premier* première* | dernier* dernière*;
        vrai* | faux fausse*;
        bon bonne* meilleur* mieux | mauvais* pire pis;
        riche* | pauvre*;
        hommes homme | femmes femme;
        soutien* souten* soutin* | combatt* oppos*;
        coupable* condamn* | innocent* acquitt*""",
    "es": """
        aument* crec* creci* subi* sube* alza* más mayor* superior* elev* | disminu* baj* reduc* reduj* menos
        menor* inferior* descend* descien* cayó cayeron;
        ganó ganar ganaron ganado venc* victoria* triunf* | perd* pierd* derrot* fracas*;
        acept* aprob* concedi* | rechaz* negó negar negaron negado rehus*;
        permit* autoriz* | prohib*;
        comenz* empez* inici* abri* fundó fundada fundaron | termin* cesó cesar cesaron acab* cerr* disolv*;
        vivo* viva* sobreviv* | muert* muri* fallec*;
        todos todas siempre | nunca nadie ningun*;
        primer* | últim*;
        verdad* | fals*;
        buen* mejor* | malo mala malos malas mal peor*;
        ricos rico | pobre*;
        hombres hombre | mujeres mujer;
        apoy* | combat* opon* opus*;
        culpable* conden* | inocente* absuel*""",
}


@cache
def axes(language: str) -> list[Axis]:
    """The pairs of opposites of a language."""
    pairs = (pair.split("|") for pair in _OPPOSITES[language].split(";"))
    return [Axis(one.split()[0].rstrip("*"), _words(one), _words(other)) for one, other in pairs]


def _words(listed: str) -> re.Pattern[str]:
    """Any of these words, a star standing for any ending."""
    names = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in listed.split())
    return re.compile(names)


# --- opposites by a word's beginning -------------------------------------------------------------------

_TURNING = {
    "en": ("un", "in", "im", "il", "ir", "dis", "non", "non-", "mis"),
    "de": ("un", "miss", "nicht"),
    "fr": ("in", "im", "il", "ir", "mal", "dé", "non-"),
    "es": ("in", "im", "i", "des", "anti"),
}
_SHORTEST = 4


def turned(word: str, language: str) -> list[str]:
    """The words that would say the contrary of a lower-case word, or of which it would, by a syllable before them."""
    if len(word) < _SHORTEST:
        return []
    without = [word[len(p) :] for p in _TURNING[language] if word.startswith(p) and len(word) - len(p) >= _SHORTEST]
    return [*(p + word for p in _TURNING[language]), *without]


# --- words that set two things in order ----------------------------------------------------------------

_BEFORE_AFTER = {
    "en": ("before prior preceded precedes", "after following followed follows"),
    "de": ("vor bevor ehe", "nach nachdem"),
    "fr": ("avant", "après"),
    "es": ("antes", "después tras"),
}
_THAN = {"en": "than", "de": "als", "fr": "que qu", "es": "que"}


@cache
def before_after(language: str) -> Axis:
    """Words between two events that say which came first."""
    return Axis("before", *map(_words, _BEFORE_AFTER[language]))


def than(language: str) -> frozenset[str]:
    """The words after a comparative."""
    return frozenset(_THAN[language].split())


# --- forms of irregular verbs --------------------------------------------------------------------------

_FORMS = """
win won; lose lost; rise rose risen; fall fell fallen; grow grew grown; give gave given; take took taken; go went gone;
come came; make made; say said; see saw seen; begin began begun; break broke broken; speak spoke spoken; write wrote
written; strike struck; sell sold; buy bought; pay paid; lead led; leave left; meet met; hold held; keep kept; think
thought; bring brought; fight fought; teach taught; catch caught; seek sought; find found; know knew known; send sent;
spend spent; lend lent; build built; drive drove driven; choose chose chosen; steal stole stolen; wear wore worn; tear
tore torn; shoot shot; feel felt; become became; stand stood; understand understood; hear heard; tell told; die died
dies; forbid forbade forbidden; withdraw withdrew withdrawn; throw threw thrown; show shown; bear bore born; lay laid;
lie lay lain; run ran; sing sang sung; drink drank drunk; eat ate eaten; sleep slept; swear swore sworn; wake woke;
gewinnen gewann gewonnen; verlieren verlor verloren; steigen stieg gestiegen; fallen fiel gefallen; geben gab gegeben;
nehmen nahm genommen; gehen ging gegangen; kommen kam gekommen; sprechen sprach gesprochen; schreiben schrieb
geschrieben; stehen stand gestanden; finden fand gefunden; bleiben blieb geblieben; beginnen begann begonnen; brechen
brach gebrochen; sterben starb gestorben; werfen warf geworfen; tragen trug getragen; schlagen schlug geschlagen
"""
_BASE = {form: forms.split()[0] for forms in _FORMS.split(";") if forms.split() for form in forms.split()}


def base(word: str) -> str:
    """The first form of an irregular verb; the word itself otherwise."""
    return _BASE.get(word, word)
