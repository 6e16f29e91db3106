"""Words a question for discussion on a sentence, by what the sentence does; in English, German, French and Spanish."""

from __future__ import annotations

import re

from lyceum import text as texts

_SIGNS = {
    "en": (
        (r"\b(?:because|therefore|for this reason|consequently|owing to|due to|since the)\b",
         "Which reasons are given here, and are they enough?"),
        (r"\b(?:must|ought|should|has to|have to|cannot but)\b",
         "Who is to act here, by what right, and what would it take?"),
        (r"\b(?:never|always|all|every|none|only|no one|nobody|everywhere|impossible)\b",
         "Does this hold without exception? Find a case that speaks for it and one that speaks against."),
        (r"\b(?:but|however|although|though|while|whereas|on the other hand|instead of|rather than|not .{3,40} but)\b",
         "Two things are set against each other here. What becomes of the argument if one side is given more weight?"),
        (r"\b(?:if|unless|provided)\b", "What is taken for granted here, and what follows where it does not hold?"),
        (r"\b(?:more|less|better|worse|greater|than|most|least|best|worst)\b",
         "What is compared here, and by which measure?"),
        (r"\b(?:is|are|means|consists?)\b", "How are the terms of this sentence understood, and who might object?"),
        (r"\b(?:was|were|had|became|began)\b", "How could this be checked, and who would tell it otherwise?"),
    ),
    "de": (
        (r"\b(?:weil|daher|deshalb|darum|folglich|infolge)\b", "Welche Gründe werden hier genannt, und genügen sie?"),
        (r"\b(?:muß|muss|müssen|soll|sollen|sollte\w*)\b", "Wer soll hier handeln, und mit welchem Recht?"),
        (r"\b(?:nie|niemals|immer|alle|jede[rsmn]?|keine?[rsmn]?|nur|unmöglich)\b",
         "Gilt das ohne Ausnahme? Was spricht dafür, was dagegen?"),
        (r"\b(?:aber|jedoch|sondern|obwohl|während|dagegen)\b",
         "Zwei Dinge werden hier gegeneinandergestellt. Was folgt, wenn eine Seite mehr Gewicht bekommt?"),
        (r"\b(?:wenn|falls|sofern)\b", "Was wird hier vorausgesetzt, und was folgt, wo es nicht gilt?"),
        (r"\b(?:ist|sind|bedeutet|besteht)\b", "Wie sind die Begriffe gemeint, und wer könnte widersprechen?"),
    ),
    "fr": (
        (r"\b(?:parce qu|puisqu|c’est pourquoi|donc|à cause)", "Quelles raisons sont données, et suffisent-elles ?"),
        (r"\b(?:doit|doivent|faut|devrait|devraient)\b", "Qui doit agir ici, et de quel droit ?"),
        (r"\b(?:jamais|toujours|tous|toutes|aucune?|seulement|impossible)\b",
         "Cela vaut-il sans exception ? Qu’est-ce qui parle pour, qu’est-ce qui parle contre ?"),
        (r"\b(?:mais|cependant|pourtant|tandis|au contraire)\b",
         "Deux choses sont opposées ici. Que devient l’argument si l’on donne plus de poids à l’une ?"),
        (r"\b(?:est|sont|signifie|consiste)\b", "Comment les termes sont-ils compris, et qui objecterait ?"),
    ),
    "es": (
        (r"\b(?:porque|pues|por eso|por tanto|a causa)\b", "¿Qué razones se dan aquí, y bastan?"),
        (r"\b(?:debe|deben|debería\w*|hay que)\b", "¿Quién debe actuar aquí, con qué derecho, y qué haría falta?"),
        (r"\b(?:nunca|jamás|siempre|todos|todas|ningun[oa]|sólo|solamente|imposible)\b",
         "¿Vale esto sin excepción? ¿Qué habla a favor y qué en contra?"),
        (r"\b(?:pero|sino|aunque|mientras|sin embargo)\b",
         "Aquí se oponen dos cosas. ¿Qué pasa con el argumento si una pesa más?"),
        (r"\b(?:es|son|significa|consiste)\b", "¿Cómo se entienden los términos, y quién objetaría?"),
    ),
}  # fmt: skip
_PATTERNS = {
    code: [(re.compile(sign, re.IGNORECASE), asked) for sign, asked in signs] for code, signs in _SIGNS.items()
}


def question_on(sentence: str, language: str) -> str | None:
    """A question on a sentence, in its language or in English; None where it gives no ground for one."""
    code = texts.primary(language)
    if code not in _PATTERNS:
        return None
    return next((asked for sign, asked in _PATTERNS[code] if sign.search(sentence)), None)
