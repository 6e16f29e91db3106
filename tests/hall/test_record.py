"""The record: tampering found, persons erased, heads anchored outside, and the command that verifies it."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lyceum.errors import ClockWentBack, InvalidValue
from lyceum.hall.anchors import Trust, cosign, read_roots, stamp, stamp_request
from lyceum.hall.record import Entry, Head, erase_person, export_record, record_event, verify_record

START = datetime(2026, 5, 1, tzinfo=UTC)
SISTER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def chain(events: int = 12):
    """A record whose every event concerns one person of its own."""
    source, head = random.Random(3), Head.first("lyceum-north")  # noqa: S311
    entries, openings = [], []
    for number in range(events):
        added = record_event(
            head, "member.joined", at=START + timedelta(minutes=number), public={"body": "b1", "members": number + 1},
            sealed=[(f"p{number}", {"name": f"Person {number}"})], entropy=source.randbytes,
        )  # fmt: skip
        entries.append(added.entry)
        openings += added.openings
        head = added.head
    return entries, openings, head


def exported(**more):
    entries, openings, head = chain()
    anchor = cosign(SISTER, "lyceum-north", head.number, head.link, at=START)
    return json.loads(json.dumps(export_record("lyceum-north", entries, openings, [anchor], **more)))


def codes(data, **more) -> set[str]:
    return {fault.code for fault in verify_record(data, **more).faults}


def test_a_whole_record_verifies_and_is_vouched_for():
    found = verify_record(exported())
    assert (found.ok, found.events, found.anchored, found.opened, found.sealed) == (True, 12, 12, 12, 12)


# --- tampering ---------------------------------------------------------------------------------------------------


def rehash(data):
    """What an attacker does who makes the chain anew after her change."""
    previous = Head.first(data["instance"]).link
    for number, item in enumerate(data["entries"], start=1):
        item["number"], item["previous"] = number, previous
        entry = Entry(number, previous, item["at"], item["kind"], item["public"], tuple(item["sealed"]))
        item["link"] = previous = entry.link
    data["head"] = {"number": len(data["entries"]), "link": previous}
    return data


def edit(data, place):
    data["entries"][place]["public"]["members"] = 99


def redate(data, place):
    data["entries"][place]["at"] = "2026-05-01T00:00:30Z"


def reseal(data, place):
    data["entries"][place]["sealed"][0] = "0" * 64


def delete(data, place):
    del data["entries"][place]


def duplicate(data, place):
    data["entries"].insert(place, copy.deepcopy(data["entries"][place]))


def reorder(data, place):
    other = (place + 1) % len(data["entries"])
    data["entries"][place], data["entries"][other] = data["entries"][other], data["entries"][place]


def truncate(data, place):
    del data["entries"][place:]


def insert(data, place):
    data["entries"].insert(place, {**data["entries"][place], "public": {"body": "b2"}})


TAMPERINGS = [edit, redate, reseal, delete, duplicate, reorder, truncate, insert]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("place", [0, 5, 11], ids=["first", "middle", "last"])
def test_every_tampering_is_found(tamper, place):
    data = exported()
    tamper(data, place)
    assert codes(data)


@pytest.mark.parametrize(
    ("tamper", "place"),
    [(tamper, place) for tamper in TAMPERINGS for place in (0, 5, 11) if (tamper, place) != (duplicate, 11)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_chain_made_anew_is_found_by_the_anchor(tamper, place):
    """An anchor kept elsewhere, when the attacker left it out of the export as well."""
    data = exported()
    (anchor,) = data.pop("anchors")
    tamper(data, place)
    data["openings"] = []
    rehash(data)
    assert codes(data) <= {"time_reversed"}
    assert codes(data, anchors=[anchor]) & {"anchor_differs", "cut_off"}


@given(st.integers(0, 11), st.sampled_from(["number", "previous", "at", "kind", "link"]), st.text(min_size=1))
def test_any_field_that_is_changed_is_found(place, name, value):
    data = exported()
    if data["entries"][place][name] == value:
        return
    data["entries"][place][name] = 77 if name == "number" else value
    assert codes(data)


def test_a_tail_that_was_cut_off_is_found_through_the_anchor_alone():
    """Without one nothing shows it, and the report says how far the record is vouched for."""
    data = exported()
    anchors = data.pop("anchors")
    truncate(data, 8)
    data["openings"] = data["openings"][:8]
    rehash(data)
    alone = verify_record(data)
    assert (alone.ok, alone.anchored, alone.events) == (True, 0, 8)
    assert codes(data, anchors=anchors) == {"cut_off"}


def test_what_is_told_of_a_sealed_part_must_be_what_was_sealed():
    data = exported()
    data["openings"][4]["content"]["name"] = "Somebody else"
    assert codes(data) == {"opening_false"}


def test_one_persons_content_cannot_be_told_of_another():
    data = exported()
    data["openings"][4]["person"] = "p5"
    assert codes(data) == {"opening_false"}


# --- erasure -----------------------------------------------------------------------------------------------------


def test_a_thousand_erasures_leave_the_record_valid():
    entries, openings, head = chain(1_000)
    anchor = cosign(SISTER, "lyceum-north", head.number, head.link, at=START)
    left = tuple(openings)
    for number in range(1_000):
        left = erase_person(left, f"p{number}")
        if number % 100 == 99:
            found = verify_record(export_record("lyceum-north", entries, left, [anchor]))
            assert (found.ok, found.opened) == (True, 999 - number)
    assert left == ()


def test_what_is_left_of_an_erased_person_tells_nothing():
    """The commitment is keyed, so that guessing every name does not find it."""
    entries, openings, _ = chain()
    left = json.dumps(export_record("lyceum-north", entries, erase_person(openings, "p3")))
    assert "Person 3" not in left
    assert '"p3"' not in left
    sealed = entries[3].sealed[0]
    other = record_event(Head.first("x"), "k", at=START, sealed=[("p3", {"name": "Person 3"})], entropy=bytes)
    assert other.entry.sealed[0] != sealed


@pytest.mark.parametrize(
    "public", [{"name": "Rosa L."}, {"mail": "rosa@example.org"}, {"note": "She left."}, {"list": ["a", "b c"]}],
    ids=["name", "address", "sentence", "within-a-list"],
)  # fmt: skip
def test_free_text_has_no_place_in_the_public_part(public):
    with pytest.raises(InvalidValue) as refused:
        record_event(Head.first("x"), "note", at=START, public=public, entropy=bytes)
    assert refused.value.code == "record_not_public"


def test_a_clock_that_jumps_back_writes_nothing():
    head = chain()[2]
    with pytest.raises(ClockWentBack):
        record_event(head, "note", at=START, entropy=bytes)


# --- anchors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"link": "0" * 64}, {"number": 3}, {"at": "2027-01-01T00:00:00Z"}, {"proof": "AAAA"}, {"proof": "#"},
               {"by": "00"}, {"kind": "word of honour"}],
    ids=["link", "number", "time", "proof", "not-base64", "key", "kind"],
)  # fmt: skip
def test_an_anchor_that_was_altered_proves_nothing(change):
    data = exported()
    data["anchors"][0] |= change
    assert codes(data) == {"anchor_invalid"}


def test_an_anchor_of_another_instance_proves_nothing():
    data = exported()
    data["anchors"] = [cosign(SISTER, "lyceum-south", 12, data["head"]["link"], at=START).as_dict()]
    assert codes(data) == {"anchor_invalid"}


def test_only_trusted_keys_are_believed_where_they_are_named():
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    sister = SISTER.public_key().public_bytes_raw().hex()
    assert codes(exported(), trust=Trust(frozenset({stranger}))) == {"anchor_invalid"}
    assert codes(exported(), trust=Trust(frozenset({sister}))) == set()


@pytest.fixture(scope="module")
def stamper(tmp_path_factory):
    """A time-stamping service of our own: OpenSSL, with a root and a stamping certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("stamper")

    def openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True, capture_output=True)

    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\n"
        "signer_digest=sha256\nordering=yes\ness_cert_id_alg=sha256\n"
    )
    (folder / "serial").write_text("01\n")
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-days",
        3650,
        "-subj",
        "/CN=Root",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamper")
    openssl(
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        3650,
        "-extfile",
        "ext",
        "-out",
        "tsa.pem",
    )

    def answer(query: bytes) -> bytes:
        (folder / "query").write_bytes(query)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key",
                "-out", "reply")  # fmt: skip
        return (folder / "reply").read_bytes()

    return folder / "root.pem", answer


def test_a_time_stamp_anchors_the_head(stamper):
    """RFC 3161, by a real service; a stamp for another head, or without its root, proves nothing."""
    root, answer = stamper
    entries, _, head = chain()
    anchor = stamp(answer(stamp_request("lyceum-north", head.number, head.link)), head.number, head.link)
    data = json.loads(json.dumps(export_record("lyceum-north", entries, anchors=[anchor])))
    trust = Trust(roots=read_roots([root]))
    assert verify_record(data, trust=trust).anchored == 12
    assert codes(data) == {"anchor_invalid"}
    data["anchors"][0]["number"] = 11
    assert codes(data, trust=trust) == {"anchor_invalid"}


def test_an_answer_that_is_no_stamp_is_refused():
    with pytest.raises(InvalidValue) as refused:
        stamp(b"<html>", 1, "00")
    assert refused.value.code == "anchor_unreadable"


# --- the file and the command ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [[], {}, {"format": "lyceum-record-1"}, {"format": "lyceum-record-1", "instance": "x", "entries": {}},
             {"format": "lyceum-record-1", "instance": "x", "entries": [{"number": 1}]},
             {"format": "lyceum-record-1", "instance": "x", "entries": [], "anchors": [{"kind": "x"}]}],
    ids=["list", "nothing", "no-instance", "no-list", "no-entry", "no-anchor"],
)  # fmt: skip
def test_what_is_no_export_is_refused(data):
    with pytest.raises(InvalidValue):
        verify_record(data)


def test_an_empty_record_is_valid():
    assert verify_record(export_record("lyceum-north", [])).ok


def test_the_command_verifies_an_export(tmp_path: Path, run):
    data = exported()
    path, anchor = tmp_path / "export.json", tmp_path / "anchor.json"
    anchor.write_text(json.dumps(data["anchors"].pop()))
    path.write_text(json.dumps(data))
    found = run("hall", "verify", path, "--anchor", anchor, "--json")
    assert (found.code, found.json["ok"], found.json["events"], found.json["anchored"]) == (0, True, 12, 12)
    assert found.json["head"] == data["head"]["link"]
    edit(data, 5)
    path.write_text(json.dumps(data))
    found = run("hall", "verify", path, "--json")
    assert (found.code, found.json["ok"]) == (1, False)
    assert {"code", "subject", "message", "hint"} == set(found.json["problems"][0])
    assert "nobody outside vouches" in run("hall", "verify", path).err
