"""The journeys of readers and librarians in a real browser, with and without scripts, on a phone and at a desk."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from server.conftest import PAGED_TITLE, Site
from server.visiting import PASSWORD, Visitor

playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium: apt install chromium")
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}
QUESTION = "What is the salary of the match girls?"
LARGEST_PAGE = 100_000
_ADDRESSES = itertools.cycle(range(1, 255))


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    """One browser for all; a page may reach this machine alone."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def librarian(administrator: Visitor) -> dict[str, object]:
    """The state of a browser in which the administrator has signed in."""
    said = administrator.client.cookies
    cookies = [{"name": name, "value": said[name], "domain": "127.0.0.1", "path": "/"} for name in said]
    return {"cookies": cookies, "origins": []}


Open = Callable[..., playwright.Page]


@pytest.fixture
def visit(browser: playwright.Browser, house: Site) -> Iterator[Open]:
    """Opens a page of its own; afterwards nothing was asked of another host, and nothing was refused by the policy."""
    elsewhere: list[str] = []
    complaints: list[str] = []
    with contextlib.ExitStack() as stack:

        def begin(**options: object) -> playwright.Page:
            # Each comes from an address of its own: a stranger may not ask without end.
            told = {"X-Forwarded-For": f"192.0.2.{next(_ADDRESSES)}"}
            context = browser.new_context(
                base_url=house.address, reduced_motion="reduce", extra_http_headers=told, **options
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(45_000)
            context.on("request", lambda asked: _note_elsewhere(asked.url, house, elsewhere))
            page.on("console", lambda said: "Security Policy" in said.text and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(dialog.message))
            return page

        yield begin
    assert elsewhere == []
    assert complaints == []


def _note_elsewhere(address: str, site: Site, elsewhere: list[str]) -> None:
    if urlsplit(address).scheme != "data" and urlsplit(address).netloc != urlsplit(site.address).netloc:
        elsewhere.append(address)


def overflow(page: playwright.Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", SIZES)
def test_a_reader_searches_narrows_reads_and_asks(visit, size, scripts):
    page = visit(viewport=SIZES[size], java_script_enabled=scripts)
    page.goto("/")
    page.get_by_role("searchbox").fill("in")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".hit").first.wait_for()
    if size == "phone" and scripts:
        page.locator("summary", has_text="Narrow").click()
    page.locator(".facets li a", has_text="English").first.click()
    page.wait_for_url("**language=en**")
    page.locator(".chips", has_text="English").wait_for()
    page.locator(".hit h3 a").first.click()
    page.locator("mark.cited").first.wait_for()
    assert page.locator("mark.cited").first.is_visible()
    page.get_by_label("Find in this document").fill("the")
    page.get_by_role("button", name="Find").click()
    page.locator(".places a").first.click()
    assert page.locator("mark.cited").first.inner_text().lower() == "the"
    page.locator("nav").get_by_role("link", name="Ask").click()
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    page.locator(".turn q").first.wait_for()
    assert "four shillings a week" in page.locator(".turn q").first.inner_text()
    page.get_by_label("Ask further").fill("And the rent of one room?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".turn").nth(1).wait_for()
    assert page.locator(".turn").count() == 2
    page.get_by_role("button", name="Share").first.click()
    page.wait_for_url("**/answers/*")
    assert "four shillings" in page.locator(".turn").inner_text()
    page.locator(".sources figcaption a").first.click()
    page.locator("mark.cited").first.wait_for()
    assert "four shillings" in page.locator("mark.cited").first.inner_text()
    assert overflow(page) <= 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_librarian_adds_describes_and_opens(visit, librarian, tmp_path, scripts):
    page = visit(viewport=SIZES["phone"], java_script_enabled=scripts, storage_state=librarian)
    leaflet = tmp_path / f"leaflet-{scripts}.txt"
    leaflet.write_text(f"The dyers of Leeds number {scripts} laid down their vats in March.\n")
    page.goto("/desk")
    page.locator("input[type=file]").set_input_files(leaflet)
    page.locator("form[data-upload]").get_by_role("button", name="Add", exact=True).click()
    page.get_by_text(f"upload/{leaflet.name}").wait_for()
    for _ in range(60):
        page.goto("/desk/documents?words=leaflet")
        if page.locator("td a").count() > int(not scripts):
            break
        page.wait_for_timeout(300)
    page.locator("td a").first.click()
    page.get_by_label("Title").fill(f"The Vats of Leeds {scripts}")
    page.get_by_role("button", name="Keep").click()
    page.locator("h1", has_text=f"The Vats of Leeds {scripts}").wait_for()
    page.goto("/desk/collections")
    page.get_by_label("Main collection").check()
    page.get_by_role("button", name="Keep").click()
    assert page.get_by_label("Main collection").is_checked()
    assert overflow(page) <= 0


def test_the_keyboard_alone_searches_and_reads(visit):
    page = visit(viewport=SIZES["desk"])
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("weavers")
    page.keyboard.press("Enter")
    page.locator(".hit").first.wait_for()
    page.locator(".hit h3 a").first.focus()
    page.keyboard.press("Enter")
    page.locator("mark.cited").first.wait_for()


def test_a_place_after_the_number_sign_is_found_and_marked(visit, house):
    page = visit(viewport=SIZES["desk"])
    page.goto(f"/documents/{house.id_of('White Slavery in London')}#40-60")
    page.wait_for_url("**cite=40-60#40-60")
    mark = page.locator("mark.cited").first
    mark.wait_for()
    assert mark.get_attribute("id") == "40-60"
    assert len(mark.inner_text()) == 20


def test_selected_words_become_a_citation_that_leads_back(visit, house):
    page = visit(viewport=SIZES["desk"], permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/documents/{house.id_of('White Slavery in London')}")
    page.evaluate(
        """() => { const node = document.querySelector("[data-text] p").lastChild, range = document.createRange();
        range.setStart(node, 4); range.setEnd(node, 19); getSelection().removeAllRanges();
        getSelection().addRange(range); }"""
    )
    page.get_by_role("button", name="Copy as citation").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Annie Besant, White Slavery in London (1888-06-23)")
    assert "“splendid salary”" in copied
    page.goto(copied.split()[-1])
    assert page.locator("mark.cited").first.inner_text() == "splendid salary"


def wait_for_picture(page: playwright.Page, number: int) -> None:
    """Until a page is shown as it looks."""
    picture = page.locator(f".leaf img[src*='/pages/{number}.jpg']")
    picture.wait_for()
    picture.evaluate("(one) => one.decode()")


def test_the_page_as_it_looks_stands_beside_the_text_and_follows_it(visit, house):
    page = visit(viewport=SIZES["desk"])
    page.goto(f"/documents/{house.id_of(PAGED_TITLE)}")
    wait_for_picture(page, 1)
    text, leaf = page.locator(".body").bounding_box(), page.locator(".leaf img").bounding_box()
    assert text["x"] + text["width"] <= leaf["x"]
    page.locator(".body a.page").last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 4_000)
    wait_for_picture(page, 3)
    assert page.locator("[data-label]").inner_text() == "3"


def test_on_a_phone_one_switches_between_text_and_page_also_without_a_script(visit, house):
    page = visit(viewport=SIZES["phone"], java_script_enabled=False)
    page.goto(f"/documents/{house.id_of(PAGED_TITLE)}")
    assert [page.locator(part).is_visible() for part in (".body", ".leaf")] == [True, False]
    page.get_by_label("Page as it looks").check()
    assert [page.locator(part).is_visible() for part in (".body", ".leaf")] == [False, True]
    page.get_by_role("link", name="Next page").click()
    page.locator("[data-label]", has_text="2").wait_for()
    assert page.locator(".leaf").is_visible()
    assert overflow(page) <= 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_search_is_saved_and_a_note_written(visit, librarian, house, scripts):
    page = visit(viewport=SIZES["phone"], java_script_enabled=scripts, storage_state=librarian)
    page.goto("/search?query=shillings")
    page.get_by_role("button", name="Save this search").click()
    page.get_by_text("This search is in your notebook").wait_for()
    page.locator(".hit h3 a").first.click()
    page.get_by_label("A note for yourself").fill(f"Written {scripts}")
    page.locator(".note-form").get_by_role("button", name="Keep").click()
    page.locator(".own-notes", has_text=f"Written {scripts}").wait_for()
    page.goto("/notebook")
    assert page.get_by_role("link", name="shillings", exact=True).is_visible()
    page.get_by_role("button", name="Erase all notes").click()
    page.get_by_role("button", name="Erase all searches").click()
    page.get_by_text("None yet.").nth(1).wait_for()
    assert overflow(page) <= 0


def test_dragging_over_the_years_searches_among_them(visit):
    page = visit(viewport=SIZES["desk"])
    page.goto("/search?query=the")
    bars = page.locator(".facets .bar[data-first]")
    first, last = bars.first.bounding_box(), bars.last.bounding_box()
    page.mouse.move(first["x"] + 2, first["y"] + first["height"] - 3)
    page.mouse.down()
    page.mouse.move(last["x"] + 1, last["y"] + last["height"] - 3, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=18**")


PAGES = ["/", "/search?query=weavers", "/ask", f"/ask?question={QUESTION}", "/ask?question=Who flew to Mars in 1830?",
         "/look", "/accounts/login/", "/nothing", "/offline", "/works", "/documents/{paged}?cite=40-60"]  # fmt: skip
OWN = ["/notebook", "/documents/{paged}?cite=9-60", "/desk", "/desk/documents", "/desk/collections", "/people",
       "/history", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/password/change/", "/desk/table",
       "/desk/editions", "/desk/coverage", "/study?kind=timeline&topic=weavers", "/study?topic=weavers", "/learn",
       "/learn/make?kind=quiz&topic=weavers", "/learn/make?kind=course&topic=weavers", "/hall", "/hall/found",
       "/hall/me", "/hall/record"]  # fmt: skip
IN_A_BODY = ["", "/members", "/voters", "/change", "/seats", "/meetings", "/motions", "/ballots"]


# Colours do not depend on the direction of writing, so each is looked at once in either.
MANNERS = {"light-ltr-desk": ("light", "en", "desk"), "dark-rtl-phone": ("dark", "ar", "phone")}


def founded(page) -> str:
    """The path of a body that was founded on its page."""
    page.goto("/hall/found")
    page.fill("main [name=name]", "Bakers of the East Side")
    page.click("main form button[type=submit], main form button:not([type])")
    page.wait_for_url("**/hall/bodies/*")
    return "/hall/" + page.url.partition("/hall/")[2]


@pytest.mark.parametrize("manner", MANNERS)
def test_no_page_has_a_serious_fault_of_access(visit, librarian, house, manner):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    scheme, language, size = MANNERS[manner]
    faults: list[str] = []
    for addresses, state in ((PAGES, None), (OWN, librarian)):
        # The check itself is a script that our policy would refuse.
        page = visit(viewport=SIZES[size], color_scheme=scheme, locale=language, storage_state=state, bypass_csp=True)
        body = founded(page) if state else ""
        for address in [*addresses, *(f"{body}{part}" for part in IN_A_BODY if body)]:
            page.goto(address.format(paged=house.id_of(PAGED_TITLE)))
            page.wait_for_selector(".turn" if "question=" in address else "main")
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            assert overflow(page) <= 0, address
            faults += [
                f"{address}: {fault['id']} {fault['nodes'][0]['html'][:120]}"
                for fault in Axe().run(page).response["violations"]
                if fault["impact"] in ("serious", "critical")
            ]
    assert faults == []


@pytest.mark.parametrize("address", ["/", "/search?query=weavers", "/ask", f"/ask?question={QUESTION}"])
def test_a_page_weighs_less_than_a_hundred_kilobytes(visit, address):
    page = visit(viewport=SIZES["phone"], service_workers="block")
    weights: list[int] = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert 0 < sum(weights) < LARGEST_PAGE


def test_without_a_connection_there_is_a_page_that_says_so(visit):
    page = visit(viewport=SIZES["phone"])
    page.goto("/")
    page.wait_for_function(
        "navigator.serviceWorker.controller || navigator.serviceWorker.getRegistration()"
        ".then((one) => one && one.active && one.active.state === 'activated')"
    )
    page.reload()
    page.context.set_offline(True)
    page.goto("/search?query=weavers")
    page.get_by_text("There is no connection.").wait_for()


def test_a_second_factor_can_be_set_up(visit, librarian):
    page = visit(viewport=SIZES["desk"], storage_state=librarian)
    page.goto("/accounts/2fa/totp/activate/")
    if page.locator("input[type=password]").count():
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main form button").first.click()
    page.locator("main img[src^='data:']").wait_for()
    assert page.locator("main form input[name=code]").is_visible()
