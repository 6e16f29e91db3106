"""What harvesters are told: by the protocol's rules, to a harvester that others wrote, and never what is shut."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from lyceum.server.web import oai
from server.conftest import Site

SPACES = {"o": oai.OAI, "dc": oai.DC}
BEGAN = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def record(n: int, collection: str = "main", *, deleted: bool = False) -> oai.Record:
    told = None if deleted else (("title", f"Work {n} \x00<&>"), ("identifier", f"https://example.org/{n}"))
    return oai.Record(f"oai:example.org:{n}", BEGAN + timedelta(days=n), collection, told)


class Shelf:
    """Seven records in two collections, two a page; the third has been deleted."""

    name, contact = "The Weavers’ Library", "ada@example.org"
    records = tuple(record(n, "Übriges" if n > 4 else "main", deleted=n == 3) for n in range(1, 8))

    def earliest(self):
        return self.records[0].stamp

    def collections(self):
        return {"main": "Main collection", "Übriges": "Übriges"}

    def page(self, wanted):
        left = [
            one
            for one in self.records
            if (wanted.first is None or one.stamp >= wanted.first)
            and (wanted.last is None or one.stamp <= wanted.last)
            and wanted.collection in (None, one.collection)
            and (wanted.after is None or (one.stamp, one.identifier) > wanted.after)
        ]
        more = len(left) > 2
        return oai.Page(left[:2], len(left), (left[1].stamp, left[1].identifier) if more else None)

    def record(self, identifier):
        return next((one for one in self.records if one.identifier == identifier), None)


TOKENS = oai.Tokens(json.dumps, json.loads)


def ask(*pairs: tuple[str, str], **said: str) -> etree._Element:
    asked = [*pairs, *((name.rstrip("_"), value) for name, value in said.items())]
    return etree.fromstring(oai.respond(asked, Shelf(), TOKENS, base="https://example.org/oai", now=NOW))


def error(answer: etree._Element) -> str:
    return answer.find("o:error", SPACES).get("code")


def listed(answer: etree._Element) -> list[str]:
    return [one.text.rpartition(":")[2] for one in answer.iterfind(".//o:header/o:identifier", SPACES)]


@pytest.mark.parametrize(
    ("said", "code"),
    [({}, "badVerb"), ({"verb": "Steal"}, "badVerb"),
     ({"verb": "ListRecords"}, "badArgument"),
     ({"verb": "Identify", "set": "main"}, "badArgument"),
     ({"verb": "GetRecord", "identifier": "oai:example.org:1"}, "badArgument"),
     ({"verb": "ListRecords", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
     ({"verb": "GetRecord", "identifier": "oai:example.org:99", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
     ({"verb": "ListMetadataFormats", "identifier": "x"}, "idDoesNotExist"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "hidden"}, "noRecordsMatch"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2030-01-01"}, "noRecordsMatch"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "yesterday"}, "badArgument"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-30"}, "badArgument"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-03-02", "until": "2026-03-01"}, "badArgument"),
     ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-03-02", "until": "2026-03-03T00:00:00Z"},
      "badArgument"),
     ({"verb": "ListRecords", "resumptionToken": "none of ours"}, "badResumptionToken"),
     ({"verb": "ListRecords", "resumptionToken": ""}, "badResumptionToken"),
     ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
     ({"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"}, "badArgument")],
    ids=lambda value: value if isinstance(value, str) else "-".join(value.values())[:50],
)  # fmt: skip
def test_what_is_not_in_order_has_the_protocols_code(said, code):
    assert error(ask(**said)) == code


def test_an_argument_may_not_be_said_twice():
    assert error(ask(("verb", "Identify"), ("verb", "Identify"))) == "badVerb"
    assert error(ask(("verb", "ListRecords"), ("set", "a"), ("set", "b"))) == "badArgument"


def test_a_request_is_repeated_in_its_answer_unless_it_makes_no_sense():
    assert dict(ask(verb="Identify").find("o:request", SPACES).attrib) == {"verb": "Identify"}
    assert not ask(verb="Identify", set="main").find("o:request", SPACES).attrib


def test_a_repository_says_who_it_is():
    said = {etree.QName(one).localname: one.text for one in ask(verb="Identify").find("o:Identify", SPACES)}
    assert said == {
        "repositoryName": "The Weavers’ Library", "baseURL": "https://example.org/oai", "protocolVersion": "2.0",
        "adminEmail": "ada@example.org", "earliestDatestamp": "2026-03-02T08:00:00Z", "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }  # fmt: skip


def test_collections_are_sets_with_names_that_the_protocol_can_say():
    answer = ask(verb="ListSets")
    specs = [one.text for one in answer.iterfind(".//o:setSpec", SPACES)]
    assert specs == ["main", oai.set_of("Übriges")]
    assert listed(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=specs[1])) == ["5", "6"]


def test_a_list_goes_on_where_it_stopped_until_its_end():
    got, answer = [], ask(verb="ListRecords", metadataPrefix="oai_dc", from_="2026-03-03")
    while True:
        got += listed(answer)
        token = answer.find(".//o:resumptionToken", SPACES)
        assert token.get("completeListSize") == "6"
        if not token.text:
            break
        answer = ask(verb="ListRecords", resumptionToken=token.text)
        assert answer.find(".//o:resumptionToken", SPACES).get("cursor") == str(len(got))
    assert got == ["2", "3", "4", "5", "6", "7"]


def test_a_day_as_the_end_holds_the_whole_day():
    assert listed(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", from_="2026-03-02", until="2026-03-03")) == [
        "1", "2",
    ]  # fmt: skip


def test_what_was_deleted_is_said_to_be_and_has_no_metadata():
    answer = ask(verb="GetRecord", identifier="oai:example.org:3", metadataPrefix="oai_dc")
    assert answer.find(".//o:header", SPACES).get("status") == "deleted"
    assert answer.find(".//o:metadata", SPACES) is None


def test_a_record_is_dublin_core_with_nothing_that_xml_cannot_say():
    answer = ask(verb="GetRecord", identifier="oai:example.org:1", metadataPrefix="oai_dc")
    assert answer.find(".//dc:title", SPACES).text == "Work 1 \ufffd<&>"


# --- by a harvester that others wrote --------------------------------------------------------------------


@pytest.fixture(scope="module")
def harvester(house: Site):
    scythe = pytest.importorskip("oaipmh_scythe", reason="the package oaipmh-scythe is not installed")
    with scythe.Scythe(f"{house.address}oai") as client:
        yield client


def test_a_harvester_of_others_harvests_what_anybody_may_read(harvester, house):
    assert harvester.identify().repositoryName == "Lyceum"
    assert [one.setSpec for one in harvester.list_sets()] == ["main"]
    assert [one.metadataPrefix for one in harvester.list_metadata_formats()] == ["oai_dc"]
    records = list(harvester.list_records(metadata_prefix="oai_dc"))
    titles = {one.metadata["title"][0] for one in records}
    public = {d["title"] for d in house.get("api/v1/documents").json()["documents"]}
    assert titles == public
    one = next(one for one in records if one.metadata["title"] == ["White Slavery in London"])
    assert one.metadata["creator"] == ["Annie Besant"]
    assert one.metadata["date"] == ["1888-06-23"]
    again = harvester.get_record(identifier=one.header.identifier, metadata_prefix="oai_dc")
    assert again.metadata == one.metadata
    assert len(list(harvester.list_identifiers(metadata_prefix="oai_dc", set_="main"))) == len(public)


def public_in(house: Site) -> int:
    return len(house.get("api/v1/documents").json()["documents"])


def test_a_harvester_with_the_sites_token_is_told_no_more(house):
    from server.conftest import HIDDEN_TITLE, TOKEN  # noqa: PLC0415

    asked = "oai?verb=ListRecords&metadataPrefix=oai_dc"
    told = house.get(asked, headers={"Authorization": f"Bearer {TOKEN}"})
    assert HIDDEN_TITLE not in told.text
    assert told.text.count("<record>") == house.get(asked).text.count("<record>") == public_in(house)


def test_a_harvester_may_post_and_a_token_that_was_altered_is_refused(house):
    answer = house.post("oai", data={"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    assert answer.text.count("<header>") == public_in(house)
    refused = house.post("oai", data={"verb": "ListIdentifiers", "resumptionToken": "eyJ4IjoxfQ:1abc:xyz"})
    assert 'code="badResumptionToken"' in refused.text
