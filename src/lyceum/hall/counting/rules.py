"""Rules as data: read from a rule file with every mistake named, written back, and hashed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from lyceum.errors import InvalidValue
from lyceum.hall.canonical import digest
from lyceum.hall.counting.model import (
    Approval,
    Base,
    InstantRunoff,
    QualifiedMajority,
    Quorum,
    Rule,
    SainteLague,
    Schulze,
    SimpleMajority,
    SingleTransferableVote,
    Strength,
    Ties,
)

FORMAT = "lyceum-rule-1"

METHODS: dict[str, type[Rule]] = {
    "simple_majority": SimpleMajority,
    "qualified_majority": QualifiedMajority,
    "approval": Approval,
    "instant_runoff": InstantRunoff,
    "single_transferable_vote": SingleTransferableVote,
    "schulze": Schulze,
    "sainte_lague": SainteLague,
}

_OWN = {
    SimpleMajority: {"base"},
    QualifiedMajority: {"base", "share"},
    Approval: {"seats"},
    InstantRunoff: set[str](),
    SingleTransferableVote: {"seats", "places"},
    Schulze: {"seats", "strength"},
    SainteLague: {"seats", "at_least"},
}

_Named = TypeVar("_Named", bound=StrEnum)


def read_rule(data: object) -> Rule:
    """The rule that a rule file holds; raises InvalidValue that names the key. Unknown keys are mistakes."""
    fields = _object(data, "The rule")
    if fields.get("format") != FORMAT:
        raise _wrong(
            f"The rule's format is “{fields.get('format')}”.", f"This version reads “{FORMAT}”.", code="format_unknown"
        )
    method = fields.get("method")
    if not isinstance(method, str) or method not in METHODS:
        raise _wrong(f"There is no method “{method}”.", f"The methods are: {', '.join(METHODS)}.")
    kind = METHODS[method]
    _only(fields, {"format", "method", "quorum", "ties"} | _OWN[kind], method)
    given: dict[str, Any] = {}
    if fields.get("quorum") is not None:
        given["quorum"] = _quorum(fields["quorum"])
    if "ties" in fields:
        given["ties"] = _ties(fields["ties"])
    for name, read in (("base", _base), ("share", fraction), ("strength", _strength), ("seats", _whole),
                       ("places", _places), ("at_least", _whole)):  # fmt: skip
        if name in fields and name in _OWN[kind]:
            given[name] = read(fields[name], name)
    if kind is QualifiedMajority and "share" not in given:
        raise _wrong("A qualified majority needs its share.", "Write “share”, such as “2/3”.")
    return kind(**given)


def write_rule(rule: Rule) -> dict[str, Any]:
    """The rule as its file holds it, with every default written out."""
    method = next(name for name, kind in METHODS.items() if type(rule) is kind)
    own = {name: _plain(getattr(rule, name)) for name in sorted(_OWN[type(rule)])}
    return {"format": FORMAT, "method": method, **own, "quorum": _quorum_out(rule.quorum), "ties": _ties_out(rule.ties)}


def rule_hash(rule: Rule) -> str:
    """The SHA-256 by which a ballot is bound to its rule; equal for files that mean the same."""
    return digest(write_rule(rule))


def fraction(value: object, name: str) -> Fraction:
    """A share such as "2/3" or "0.5"; raises InvalidValue, for floats too, which are not exact."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    raise _wrong(f"“{name}” is not a share: {value!r}.", "Write it as text, such as “2/3”.")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Fraction | StrEnum) else value


def _quorum(data: object) -> Quorum:
    fields = _object(data, "The quorum")
    _only(fields, {"share", "of", "number"}, "quorum")
    return Quorum(
        fraction(fields["share"], "quorum.share") if fields.get("share") is not None else None,
        _base(fields.get("of", Base.ROLL.value), "quorum.of"),
        _whole(fields["number"], "quorum.number") if fields.get("number") is not None else None,
    )


def _quorum_out(quorum: Quorum | None) -> dict[str, Any] | None:
    if quorum is None:
        return None
    if quorum.number is not None:
        return {"number": quorum.number}
    return {"share": str(quorum.share), "of": quorum.of.value}


def _ties(data: object) -> Ties:
    fields = _object(data, "“ties”")
    _only(fields, {"back", "lot"}, "ties")
    back = fields.get("back", True)
    if not isinstance(back, bool):
        raise _wrong(f"“ties.back” is neither true nor false: {back!r}.", "It is true by default.")
    if fields.get("lot") is None:
        return Ties(back=back)
    lot = _object(fields["lot"], "“ties.lot”")
    _only(lot, {"seed", "seed_from"}, "ties.lot")
    if not all(isinstance(text, str) for text in lot.values()):
        raise _wrong("The lot's seed is not text.", "Put it in quotation marks.")
    return Ties(back=back, lot=True, seed=lot.get("seed", ""), seed_from=lot.get("seed_from", ""))


def _ties_out(ties: Ties) -> dict[str, Any]:
    if not ties.lot:
        return {"back": ties.back, "lot": None}
    return {"back": ties.back, "lot": {"seed": ties.seed} if ties.seed else {"seed_from": ties.seed_from}}


def _base(value: object, name: str) -> Base:
    return _one_of(Base, value, name)


def _strength(value: object, name: str) -> Strength:
    return _one_of(Strength, value, name)


def _one_of(names: type[_Named], value: object, name: str) -> _Named:
    for member in names:
        if member.value == value:
            return member
    raise _wrong(f"“{name}” cannot be {value!r}.", f"It is one of: {', '.join(names)}.")


def _whole(value: object, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _wrong(f"“{name}” is not a whole number: {value!r}.", "Write it without quotation marks and point.")


def _places(value: object, name: str) -> int | None:
    return None if value is None else _whole(value, name)


def _object(data: object, what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _wrong(f"{what} is not a JSON object.", "See docs/reference/hall.md.")
    return data


def _only(fields: Mapping[str, Any], known: set[str], where: str) -> None:
    # A misspelt key would leave a default standing where the writer believes to have changed it.
    unknown = sorted(set(fields) - known)
    if unknown:
        raise _wrong(f"{where} has no “{unknown[0]}”.", f"It has: {', '.join(sorted(known))}.")


def _wrong(message: str, hint: str, code: str = "rule_wrong") -> InvalidValue:
    return InvalidValue(message, hint=hint, code=code)
