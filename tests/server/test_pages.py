"""Who sees which page, and what a page does with hostile words; asked by HTTP, as a browser without a script asks."""

from __future__ import annotations

import re
import time

import pytest

from server.conftest import HIDDEN_TITLE, HOSTILE, Site
from server.visiting import PASSWORD, Visitor

HIDDEN_WORDS = "cellar of the bakery"


# --- access ----------------------------------------------------------------------------------------------

READING = [
    "", "search?query=cellar+of+the+bakery", "search?query=committee&collection=minutes", "search.atom?query=committee",
    "documents/{hidden}", "documents/{hidden}/original", "documents/{hidden}?cite=0-10",
    "documents/{hidden}?find=bakery",
    "ask?question=What+did+the+committee+send+the+weavers%3F", "feed.atom", "sitemap.xml", "desk",
    "desk/state", "desk/documents",
    "desk/documents/{hidden}", "desk/collections", "people", "history", "api/v1/documents", "api/v1/coverage",
    "api/v1/documents/{hidden}", "api/v1/documents/{hidden}/text", "api/v1/search?query=committee",
    "api/v1/ask?question=What+did+the+committee+send+the+weavers%3F",
]  # fmt: skip


@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_page_file_or_door_leaks_what_is_for_members(people, house, hidden, who, path):
    answer = people[who].get(path.format(hidden=hidden))
    told = answer.text.replace("cellar of the bakery", "", answer.text.count('value="cellar of the bakery"'))
    assert answer.status_code in (200, 302, 403, 404)
    for secret in ("sent the weavers bread", HIDDEN_TITLE, "Ada Holt", f'href="/documents/{hidden}'):
        assert secret not in told


@pytest.mark.parametrize("who", ["member", "librarian", "officer", "administrator"])
def test_who_is_more_than_a_reader_reads_it(people, hidden, who):
    assert "sent the weavers bread" in people[who].get(f"documents/{hidden}").text
    assert HIDDEN_TITLE in people[who].get("search", params={"query": HIDDEN_WORDS}).text


@pytest.mark.parametrize(
    ("path", "may"),
    [("desk", {"librarian", "administrator"}), ("desk/documents", {"librarian", "administrator"}),
     ("desk/collections", {"librarian", "administrator"}), ("people", {"administrator"}),
     ("history", {"reader", "member", "librarian", "officer", "administrator"})],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_page_is_for_its_roles(people, path, may):
    statuses = {who: visitor.get(path).status_code for who, visitor in people.items()}
    assert {who for who, status in statuses.items() if status == 200} == may
    assert statuses["stranger"] == 302


@pytest.mark.parametrize("path", ["desk/add", "desk/retry", "desk/collections", "people"])
def test_nobody_else_acts_by_posting(people, path):
    answer = people["member"].post(path, {"open": "minutes", "act": "invite", "role": "administrator"}, form="look")
    assert answer.status_code == 403


def test_a_shared_answer_is_read_by_who_may_read_its_sources(people):
    member, stranger = people["member"], people["stranger"]
    page = member.get("ask", params={"question": "What did the committee send the weavers?"})
    assert "cellar of the bakery" in page.text
    key = re.search(r'name="answer" value="([^"]+)"', page.text).group(1)
    shared = member.post("answers", {"answer": key}, form="look").headers["location"]
    assert "cellar of the bakery" in member.get(shared).text
    assert stranger.get(shared).status_code == 404
    assert stranger.post("answers", {"answer": key}, form="look").status_code == 404
    carried = stranger.get("ask", params={"question": "When did the weavers strike?", "before": key}).text
    assert "bakery" not in carried


def test_a_collection_that_is_opened_is_read_by_anybody_and_shut_again(people, hidden):
    librarian, stranger = people["librarian"], people["stranger"]
    librarian.post("desk/collections", {"open": ["minutes"]})
    try:
        assert stranger.get(f"documents/{hidden}").status_code == 200
        assert stranger.get(f"api/v1/documents/{hidden}").status_code == 200
    finally:
        librarian.post("desk/collections", {})
    assert stranger.get(f"documents/{hidden}").status_code == 404


# --- accounts --------------------------------------------------------------------------------------------


def test_a_link_makes_one_account(house, administrator):
    assert Visitor(house.address).get(house.first).status_code == 404


def test_a_weak_password_is_refused_and_the_link_still_works(people):
    page = people["administrator"].post("people", {"act": "invite", "role": "reader", "email": "weak@example.org"})
    link = re.search(r"http://\S+/join/[\w-]+", page.text).group()
    newcomer = Visitor(people["stranger"].address)
    path = link.removeprefix(newcomer.address)
    assert newcomer.post(path, {"password": "password12"}).status_code == 422
    newcomer.join(link, "")


def test_nobody_signs_up_uninvited(house):
    assert "csrfmiddlewaretoken" not in re.sub(
        r"(?s)<footer.*", "", Visitor(house.address).get("accounts/signup/").text
    )


def test_the_last_administrator_stays(people):
    administrator = people["administrator"]
    page = administrator.get("people").text
    own = re.search(r'ada@example.org.*?name="person" value="(\d+)"', page, re.DOTALL).group(1)
    assert administrator.post("people", {"act": "appoint", "person": own, "role": "reader"}).status_code == 422


def test_a_session_begins_anew_at_sign_in(house, people):
    visitor = Visitor(house.address)
    visitor.client.cookies.set("sessionid", "chosen-by-somebody-else-0123456789", domain="127.0.0.1")
    entered = visitor.sign_in("member@example.org")
    given = re.search(r"sessionid=(\w+)", " ".join(entered.headers.get_list("set-cookie")))
    assert given
    assert given.group(1) != "chosen-by-somebody-else-0123456789"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_no_page_sends_its_reader_to_another_site(house, people, target):
    visitor = Visitor(house.address)
    looked = visitor.post("look", {"next": target, "theme": "dark"})
    assert looked.headers["location"] == "/"
    entered = visitor.post("accounts/login/", {"login": "member@example.org", "password": PASSWORD, "next": target})
    assert entered.status_code in (302, 200)
    assert "elsewhere" not in entered.headers.get("location", "")
    assert "javascript" not in entered.headers.get("location", "")


@pytest.mark.parametrize("path", ["ask", "look", "answers", "history/change", "desk/add", "people", "accounts/login/"])
def test_a_form_without_its_token_is_refused(people, path):
    answer = people["administrator"].client.post(path, data={"question": "x"})
    assert answer.status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(people):
    answer = Visitor(people["stranger"].address).get("accounts/login/")
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


# --- hostile words ---------------------------------------------------------------------------------------


def hostile_pages(house: Site) -> list[str]:
    listed = house.get("api/v1/documents").json()["documents"]
    document = next(d for d in listed if "script" in d["title"])["id"]
    return [
        "", "search?query=weavers+struck", f"documents/{document}", f"documents/{document}?find=script",
        "ask?question=What+was+all+they+said%3F", f"search?query={HOSTILE}", f"ask?question={HOSTILE}",
        "feed.atom",
        f"look?next={HOSTILE}", f"documents/{HOSTILE}", f"search?query=x&language={HOSTILE}",
        "search.atom?query=weavers",
    ]  # fmt: skip


def test_words_of_documents_their_metadata_and_readers_never_become_markup(house):
    for path in hostile_pages(house):
        answer = house.get(path)
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path
        if answer.headers["content-type"].startswith("text/html"):
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert not re.search(
                r"<script(?![^>]*\ssrc=)(?![^>]*application/(?:ld\+)?json)|\sstyle=|\son\w+=\"", answer.text
            ), path


def test_a_file_is_saved_and_not_shown(house):
    document = house.id_of("White Slavery in London")
    answer = house.get(f"documents/{document}/original")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.content.startswith(b"---\ntitle: White Slavery")


@pytest.mark.parametrize("path", ["documents/..%2f..%2fsecret-key", "documents/nothing", "static/../secret-key",
                                  "answers/x",
                                  "ask/wait/x", "join/x", "documents/x/original"])  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(house, path):
    answer = house.get(path)
    assert answer.status_code == 404
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "query", ["search?query=x&from=yesterday", "documents/{document}?cite=9-3", "search?query=year:abc"]
)
def test_what_cannot_be_meant_is_a_page_that_says_so(house, query):
    document = house.id_of("White Slavery in London")
    answer = house.get(query.format(document=document))
    assert answer.status_code in (200, 422)
    assert "<h1" in answer.text


# --- reading ---------------------------------------------------------------------------------------------


def test_a_citation_leads_to_its_words(house):
    page = house.get("ask", params={"question": "What is the salary of the match girls?"}).text
    place = re.search(r'href="(/documents/[^"]+#(\d+-\d+))"', page)
    answer = house.get(place.group(1).replace("&amp;", "&").lstrip("/"))
    assert f'id="{place.group(2)}">' in answer.text
    assert "four shillings" in answer.text


def test_silence_says_what_was_searched_and_is_counted_without_words(house, people):
    before = people["librarian"].get("desk").text
    page = house.get("ask", params={"question": "What did the moon landing in 1969 cost?"}).text
    assert "The archive does not say." in page
    assert re.search(r"Searched: \d+ documents", page)
    after = people["librarian"].get("desk").text
    assert "moon" not in after
    assert len(re.findall(r"<td>\d+</td>", after)) >= max(1, len(re.findall(r"<td>\d+</td>", before)))


def test_a_history_is_its_owners_and_can_be_switched_off_and_erased(people):
    member, other = people["member"], people["officer"]
    member.get("ask", params={"question": "What is the salary of the match girls?"})
    kept = re.search(r'href="(/history/\d+)"', member.get("history").text).group(1)
    assert "four shillings" in member.get(kept).text
    assert other.get(kept).status_code == 404
    assert "match girls" not in other.get("history").text
    member.post("history/change", {"erase": "all"}, form="history")
    assert member.get(kept).status_code == 404
    member.post("history/change", {"keep": "no"}, form="history")
    member.get("ask", params={"question": "What is the salary of the match girls?"})
    assert "/history/1" not in member.get("history").text
    assert "match girls" not in member.get("history").text


def test_what_is_uploaded_is_read_and_what_fails_can_be_tried_again(people):
    librarian = people["librarian"]
    files = [("files", ("bakers.txt", b"The bakers of Aberdeen refused to work by night.\n")),
             ("files", ("broken.pdf", b"%PDF-1.7 broken"))]  # fmt: skip
    added = librarian.post("desk/add", {"collection": "main"}, form="desk", files=files)
    assert "upload/bakers.txt" in added.text
    for _ in range(100):
        state = librarian.get("desk/state").text
        if "broken.pdf" in state and "Nothing waits" in state:
            break
        time.sleep(0.2)
    assert "broken.pdf" in state
    assert "bakers of Aberdeen" in re.sub("</?mark>", "", librarian.get("search?query=bakers+Aberdeen").text)
    version = re.search(r'name="version" value="([^"]+)"', state).group(1)
    assert librarian.post("desk/retry", {"version": version}, form="desk").status_code == 302


def test_what_a_librarian_writes_stands_and_says_that_it_was_edited(people, house):
    librarian, document = people["librarian"], house.id_of("On the Hours of Labour")
    path = f"desk/documents/{document}"
    librarian.post(path, {"act": "describe", "title": "On the Hours of Labour", "creators": "Robert Owen; A. Friend"})
    page = librarian.get(path).text
    assert "Robert Owen; A. Friend" in page
    assert "(edit)" in page
    assert librarian.post(path, {"act": "describe", "date": "yesterday"}).status_code == 422


def test_pages_speak_the_readers_language_and_turn_for_arabic(house):
    german = house.get("", headers={"Accept-Language": "de"})
    assert '<html lang="de" dir="ltr"' in german.text
    assert "Neu im Archiv" in german.text
    arabic = house.get("", headers={"Accept-Language": "ar"}).text
    assert ("الألمانيّة" in arabic, "الألمانيّة" in german.text) == (True, False)
    assert '<html lang="ar" dir="rtl"' in house.get("", headers={"Accept-Language": "ar"}).text


@pytest.mark.parametrize(
    ("path", "kind"),
    [("feed.atom", "application/atom+xml"), ("search.atom?query=weavers", "application/atom+xml"),
     ("sitemap.xml", "application/xml"), ("opensearch.xml", "application/opensearchdescription+xml"),
     ("manifest.webmanifest", "application/manifest+json"), ("worker.js", "text/javascript"),
     ("robots.txt", "text/plain")],
    ids=lambda value: value.partition("?")[0].replace("/", "-"),
)  # fmt: skip
def test_what_programs_read_is_well_formed(house, path, kind):
    from lxml import etree  # noqa: PLC0415

    answer = house.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    if "xml" in kind:
        etree.fromstring(answer.content)


def test_a_stranger_who_asks_too_often_waits(house):
    visitor = Visitor(house.address, **{"X-Forwarded-For": "192.0.2.77"})
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 600:  # a slow machine gives time to gather new leave
        statuses.append(visitor.get("search?query=x").status_code)
    assert statuses[:50] == [200] * 50
    assert statuses[-1] == 429
    assert Visitor(house.address, **{"X-Forwarded-For": "192.0.2.78"}).get("search?query=x").status_code == 200
