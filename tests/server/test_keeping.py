"""The librarian's desk: sources gathered with progress, many documents described at once, editions, coverage."""

from __future__ import annotations

import csv
import io
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import websites
from server.conftest import Site, running
from server.visiting import Visitor


@pytest.fixture(scope="module")
def web() -> Iterator[websites.Site]:
    with websites.running() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory, _filled: Path, models: Path, web: websites.Site) -> Iterator[Site]:
    """A site that may fetch from one site of this machine by its name, and add from one folder."""
    place = tmp_path_factory.mktemp("keeping")
    home = shutil.copytree(_filled, place / "home")
    (place / "scans").mkdir()
    (place / "scans" / "bakers.txt").write_text("The bakers of Aberdeen refused to work by night in the year 1871.\n")
    (place / "outside.txt").write_text("Nobody outside may see this.\n")
    allowed = {"LYCEUM_WEB_PRIVATE_HOSTS": f"localhost:{web.port}", "LYCEUM_WEB_DELAY_MS": "0"}
    with running(home, models, LYCEUM_ADD_FOLDERS=str(place / "scans"), **allowed) as started:
        yield started


@pytest.fixture(scope="module")
def librarian(house: Site) -> Visitor:
    return Visitor(house.address).join(house.first, "ada@example.org")


def until(visitor: Visitor, words: str) -> str:
    for _ in range(200):
        state = visitor.get("desk/state").text
        if words in state:
            return state
        time.sleep(0.1)
    raise AssertionError(state)


def gather(visitor: Visitor, **said: str) -> int:
    return visitor.post("desk/gather", said, form="desk").status_code


def test_a_page_of_the_web_is_gathered_and_found(librarian, web):
    web.pages["/strike"] = websites.page("Rotherhithe", "/other")
    assert gather(librarian, address=f"{web.address}strike", reach="page", collection="web") == 302
    state = until(librarian, "1 new, 0 changed, 0 as before")
    assert f"{web.address}strike" in state
    assert "/other" not in web.paths
    for _ in range(100):
        if "Rotherhithe" in librarian.get("search?query=Rotherhithe").text.partition('class="list"')[2]:
            return
        time.sleep(0.2)
    raise AssertionError


def test_what_could_not_be_read_says_why_and_can_be_read_again(librarian, web):
    address = f"{web.address}missing"
    gather(librarian, address=address, reach="page")
    state = until(librarian, address)
    state = until(librarian, "could not be read</summary>")
    job = re.search(r'name="again" value="([^"]+)" aria-label="[^"]*missing"', state).group(1)
    web.pages["/missing"] = websites.page("Found")
    assert gather(librarian, again=job) == 302
    until(librarian, "1 new, 0 changed, 0 as before")


def test_a_folder_that_the_operator_named_is_added(librarian):
    assert "<option>scans</option>" in librarian.get("desk").text
    assert gather(librarian, folder="scans", within="") == 302
    state = until(librarian, "/scans")
    assert "outside" not in state


@pytest.mark.parametrize("within", ["..", "../outside.txt", "/etc/passwd"])
def test_no_path_leads_out_of_it(librarian, within):
    assert gather(librarian, folder="scans", within=within) == 422


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:{port}/secret", "http://[::1]:{port}/secret", "http://2130706433:{port}/secret",
     "http://0.0.0.0:{port}/secret", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:{port}/secret",
     "http://localhost:{port}/leads-home"],
    ids=["loopback", "loopback-6", "decimal", "any", "metadata", "mapped", "redirect"],
)  # fmt: skip
def test_an_address_of_the_machines_own_networks_is_not_fetched(librarian, web, address):
    """Also where a site that may be fetched leads there."""
    web.pages["/secret"] = b"The key of the house lies under the mat."
    web.pages["/leads-home"] = lambda one: one.answer(302, b"", Location=f"http://127.0.0.1:{web.port}/secret")
    named = address.format(port=web.port)
    gather(librarian, address=named, reach="page")
    until(librarian, named)
    until(librarian, "web_private_hosts")
    assert "/secret" not in web.paths


@pytest.mark.parametrize("address", ["file:///etc/passwd", "gopher://x/", "javascript:alert(1)", "/etc/passwd", ""])
def test_what_is_no_address_of_the_web_is_refused(librarian, address):
    assert gather(librarian, address=address) == 422


def test_many_documents_are_described_after_a_look_at_what_would_change(librarian, house):
    matches, looms = house.id_of("White Slavery in London"), house.id_of("On the Hours of Labour")
    said = {"field": "publisher", "value": "Freethought", "document": [matches, looms]}
    shown = librarian.post("desk/table/preview", said, form="desk/table").text
    assert shown.count("<ins>Freethought</ins>") == 2
    assert "Freethought" not in librarian.get(f"desk/documents/{matches}").text
    key = re.search(r'name="proposal" value="([^"]+)"', shown).group(1)
    assert librarian.post("desk/table/apply", {"proposal": key}, form="desk/table").status_code == 302
    assert 'value="Freethought"' in librarian.get(f"desk/documents/{looms}").text


def test_the_table_comes_back_from_a_spreadsheet(librarian, house):
    matches = house.id_of("White Slavery in London")
    rows = list(csv.DictReader(io.StringIO(librarian.get("desk/documents.csv").text)))
    assert {"White Slavery in London", "On the Hours of Labour"} <= {row["title"] for row in rows}
    next(row for row in rows if row["id"] == matches)["rights"] = "public domain <b>"
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0])
    table.writeheader()
    table.writerows(rows)
    files = {"table": ("documents.csv", out.getvalue().encode())}
    shown = librarian.post("desk/table/preview", {}, form="desk/table", files=files).text
    assert "1 value changes." in shown
    assert "<ins>public domain &lt;b&gt;</ins>" in shown


@pytest.mark.parametrize("said", [{}, {"field": "colour", "value": "red", "document": "x"}, {"field": "title"}])
def test_nothing_is_changed_by_a_form_that_says_nothing(librarian, said):
    assert librarian.post("desk/table/preview", said, form="desk/table").status_code == 422


def test_a_list_of_changes_that_is_not_there_is_not_made(librarian):
    assert librarian.post("desk/table/apply", {"proposal": "x"}, form="desk/table").status_code == 404


def test_documents_of_nearly_the_same_text_are_shown_and_joined(librarian, house):
    text = " ".join(f"The weavers of ward {n} sent their answer to the masters in the month of May." for n in range(60))
    files = [("files", (f"copy-{n}.txt", f"{text}\nPrinted in edition {n}.\n".encode())) for n in (1, 2)]
    librarian.post("desk/add", {"collection": "main"}, form="desk", files=files)
    for _ in range(200):
        page = librarian.get("desk/editions").text
        if "copy-1" in page and "copy-2" in page:
            break
        time.sleep(0.1)
    assert re.search(r"\d+ % alike", page)
    group = re.search(r'<form[^>]*class="panel group">.*?copy-1.*?</form>', page, re.S).group()
    first, other = (re.search(f'name="{name}" value="([^"]+)"', group).group(1) for name in ("of", "document"))
    assert librarian.post("desk/editions", {"of": first, "document": other}).status_code == 302
    assert 'name="edition_of" value=""' not in librarian.get(f"desk/documents/{other}").text


def test_coverage_tells_years_gaps_and_sources(librarian):
    page = librarian.get("desk/coverage").text
    assert "1818–1843" in page
    assert re.search(r"<td[^>]*>http://localhost:\d+/strike</td>", page)
    assert "English" in page


@pytest.mark.parametrize("path", ["desk/table", "desk/documents.csv", "desk/editions", "desk/coverage"])
def test_the_tables_are_for_librarians(house, path):
    answer = Visitor(house.address).get(path)
    assert answer.status_code == 302
    assert "accounts/login" in answer.headers["location"]


@pytest.mark.parametrize("path", ["desk/gather", "desk/table/preview", "desk/table/apply", "desk/editions"])
def test_nobody_else_acts_by_posting(house, path):
    assert Visitor(house.address).post(path, {"address": "https://example.org"}, form="look").status_code == 302
