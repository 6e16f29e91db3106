"""One way to write a value down, so that its hash is the same for everybody."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

Plain = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


def canonical(value: Plain) -> bytes:
    """JSON in UTF-8 with sorted keys, without spaces and without fractions of numbers; raises TypeError on others."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Plain) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def commitment(key: bytes, value: Plain) -> str:
    """What binds to the value and, without the key, tells nothing of it: HMAC-SHA-256 in hexadecimal."""
    return hmac.new(key, canonical(value), hashlib.sha256).hexdigest()


def _refuse_floats(value: Plain) -> None:
    # Programs write 0.1 and 1e2 differently, so that a float has no one canonical form.
    if isinstance(value, float):
        raise TypeError("A canonical value has no floats; write fractions as text.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("The keys of a canonical value are text.")
            _refuse_floats(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _refuse_floats(item)
