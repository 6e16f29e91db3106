"""Vouches for a record's head outside of its own instance: a sister's co-signature, or an RFC 3161 time stamp."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509 import Certificate, load_pem_x509_certificates

from lyceum.errors import InvalidValue
from lyceum.hall.canonical import canonical

COSIGNATURE, TIMESTAMP = "cosignature", "rfc3161"


@dataclass(frozen=True, slots=True)
class Anchor:
    """That this instance's record had this head: by whom it is vouched for, and the proof in base64."""

    kind: str
    number: int
    link: str
    by: str
    at: str
    proof: str

    def as_dict(self) -> dict[str, Any]:
        """The anchor as files hold it."""
        return {name: getattr(self, name) for name in ("kind", "number", "link", "by", "at", "proof")}


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a verifier believes: co-signers' public keys in hexadecimal (none given: any), and stampers' roots."""

    keys: frozenset[str] = frozenset()
    roots: tuple[Certificate, ...] = field(default=())


def statement(instance: str, number: int, link: str, at: str = "") -> bytes:
    """What is signed or stamped; the time is the signer's, and "" for a stamp, which brings its own."""
    return canonical({"domain": "lyceum-anchor-1", "instance": instance, "number": number, "link": link, "at": at})


def cosign(key: Ed25519PrivateKey, instance: str, number: int, link: str, *, at: datetime) -> Anchor:
    """A sister instance's signature under the head of this one; she should have verified the export first."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = key.sign(statement(instance, number, link, moment))
    by = key.public_key().public_bytes_raw().hex()
    return Anchor(COSIGNATURE, number, link, by, moment, base64.b64encode(proof).decode())


def stamp_request(instance: str, number: int, link: str) -> bytes:
    """What is sent to a time-stamping service, as application/timestamp-query."""
    from rfc3161_client import TimestampRequestBuilder  # noqa: PLC0415 - few need it

    builder = TimestampRequestBuilder().data(statement(instance, number, link))
    return builder.cert_request(cert_request=True).nonce(nonce=True).build().as_bytes()


def stamp(response: bytes, number: int, link: str) -> Anchor:
    """The anchor that a time-stamping service's answer makes; raises InvalidValue where it is none."""
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415

    try:
        info = decode_timestamp_response(response).tst_info
        moment = info.gen_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, AttributeError) as error:
        raise InvalidValue(
            "The answer of the time-stamping service cannot be read.", hint=str(error), code="anchor_unreadable"
        ) from error
    return Anchor(TIMESTAMP, number, link, "", moment, base64.b64encode(response).decode())


def read_anchor(item: object) -> Anchor:
    """An anchor from a file; raises InvalidValue where it is none."""
    if isinstance(item, Mapping):
        texts = [item.get(name) for name in ("kind", "link", "by", "at", "proof")]
        number = item.get("number")
        if all(isinstance(text, str) for text in texts) and isinstance(number, int) and not isinstance(number, bool):
            return Anchor(item["kind"], number, item["link"], item["by"], item["at"], item["proof"])
    raise InvalidValue(
        "An anchor cannot be read.", hint="It needs kind, number, link, by, at and proof.", code="anchor_unreadable"
    )


def read_roots(paths: Iterable[Path]) -> tuple[Certificate, ...]:
    """The certificates in PEM files; raises InvalidValue where a file has none."""
    found: list[Certificate] = []
    for path in paths:
        try:
            found += load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InvalidValue(
                f"{path.name} has no certificates in PEM.", hint=str(error), code="file_unreadable"
            ) from error
    return tuple(dict.fromkeys(found))


def check_anchor(anchor: Anchor, instance: str, trust: Trust) -> str:
    """Why the anchor proves nothing; "" where it holds."""
    try:
        proof = base64.b64decode(anchor.proof, validate=True)
    except ValueError:
        return "Its proof is not base64."
    if anchor.kind == COSIGNATURE:
        return _check_signature(anchor, instance, proof, trust)
    if anchor.kind == TIMESTAMP:
        return _check_stamp(anchor, instance, proof, trust)
    return f"Its kind “{anchor.kind}” is not known."


def _check_signature(anchor: Anchor, instance: str, proof: bytes, trust: Trust) -> str:
    if trust.keys and anchor.by not in trust.keys:
        return "It is signed by a key that you do not trust."
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(anchor.by))
        key.verify(proof, statement(instance, anchor.number, anchor.link, anchor.at))
    except (ValueError, InvalidSignature):
        return "Its signature does not hold."
    return ""


def _check_stamp(anchor: Anchor, instance: str, proof: bytes, trust: Trust) -> str:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415

    if not trust.roots:
        return "It is a time stamp, and no root certificate of the service was given to check it by."
    try:
        response = decode_timestamp_response(proof)
        verifier = VerifierBuilder(roots=list(trust.roots)).build()
        verifier.verify_message(response, statement(instance, anchor.number, anchor.link))
        moment = response.tst_info.gen_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, VerificationError) as error:
        return f"Its time stamp does not hold: {error}."
    return "" if moment == anchor.at else "Its time is not the stamp's."
