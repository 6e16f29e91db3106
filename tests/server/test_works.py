"""Works are listed by author, title and year, for who may read them, and list pages cost the same however long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from server.conftest import HIDDEN_TITLE, PAGED_TITLE, Site


def titles(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/documents/[^"]+"[^>]*>([^<]+)</a></h2>', page)


def test_works_are_listed_by_the_names_of_their_authors(house):
    found = titles(house.get("works").text)
    besant, tillett, wolff = (found.index(one) for one in (
        "White Slavery in London", PAGED_TITLE, "Das Elend und der Aufruhr in Schlesien",
    ))  # fmt: skip
    assert besant < tillett < wolff


@pytest.mark.parametrize("by", ["title", "year"])
def test_or_by_title_or_year(house, by):
    found = titles(house.get(f"works?by={by}").text)
    assert found.index("Das Elend und der Aufruhr in Schlesien") < found.index("White Slavery in London")


def test_they_are_narrowed_by_language_and_first_letter(house):
    assert titles(house.get("works?language=de").text) == ["Das Elend und der Aufruhr in Schlesien"]
    assert titles(house.get("works?letter=T").text) == [PAGED_TITLE]
    letters = re.search(r'<nav class="letters".*?</nav>', house.get("works").text, re.DOTALL).group()
    assert [letter in letters for letter in (">B<", ">W<", ">Q<")] == [True, True, False]


def test_what_may_not_be_read_is_not_listed(people):
    assert HIDDEN_TITLE in people["member"].get("works").text
    told = people["stranger"].get("works").text
    assert HIDDEN_TITLE not in told
    assert "Ada Holt" not in told
    assert "minutes" not in told


@pytest.fixture
def edition(house, people) -> Iterator[str]:
    """The looms are said to be an edition of the match girls, for a while."""
    looms = house.id_of("On the Hours of Labour")
    path = f"desk/documents/{looms}"
    people["librarian"].post(path, {"act": "describe", "edition_of": "White Slavery in London"})
    yield looms
    people["librarian"].post(path, {"act": "describe", "edition_of": "itself"})


def test_editions_stand_under_their_work_and_beside_each_other(house, edition):
    page = house.get("works").text
    assert "2 editions" in page
    assert len([one for one in titles(page) if one in ("White Slavery in London", "On the Hours of Labour")]) == 1
    assert "Other editions" in house.get(f"documents/{house.id_of('White Slavery in London')}").text
    assert "White Slavery in London" in house.get(f"documents/{edition}").text


@pytest.mark.parametrize("page", ["works?page=999", "works?by=colour&language=xx", "works?letter=%00"])
def test_what_cannot_be_meant_is_answered_all_the_same(house, page):
    assert house.get(page).status_code == 200


# --- searches ---------------------------------------------------------------------------------------------


def test_a_search_made_again_is_not_looked_for_again_until_the_archive_changes(settings, tmp_path):
    from lyceum.library import Library, Scope, read_query  # noqa: PLC0415
    from lyceum.server.web.reading import found  # noqa: PLC0415

    (tmp_path / "one.txt").write_text("The weavers of Leeds struck for a shilling.\n")
    (tmp_path / "two.txt").write_text("The weavers of York struck for bread.\n")
    query = read_query("weavers", Scope.everything())
    with Library.open(settings) as library:
        library.add([str(tmp_path / "one.txt")], vectors=False)
        first, _ = found(library, query)
        assert found(library, query)[0] is first
        assert found(library, read_query("weavers", Scope.of("papers")))[0].hits == []
        library.add([str(tmp_path / "two.txt")], vectors=False)
        assert len(found(library, query)[0].hits) == 2


# --- queries ---------------------------------------------------------------------------------------------


@pytest.fixture
def count(house: Site, people: dict[str, object]) -> Iterator[Callable[[str], int]]:
    """How many queries a page makes of the site's tables for the administrator."""
    from django.db import connection  # noqa: PLC0415  (Django has settings now)
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from lyceum.server.accounts.models import Person  # noqa: PLC0415

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(
        Person.objects.get(email="ada@example.org"), "allauth.account.auth_backends.AuthenticationBackend"
    )

    def counted(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    yield counted
    connection.close()


def fill(rows: int) -> None:
    """More of everything that is listed, of the administrator's own."""
    from lyceum.server.accounts.models import Person  # noqa: PLC0415
    from lyceum.server.notebook.models import Note, SavedSearch  # noqa: PLC0415
    from lyceum.server.reading.models import Exchange  # noqa: PLC0415

    person = Person.objects.get(email="ada@example.org")
    already = Person.objects.count()
    Person.objects.bulk_create(Person(email=f"p{already + n}@example.org") for n in range(rows))
    SavedSearch.objects.bulk_create(SavedSearch(person=person, asked=f"query={already + n}") for n in range(rows))
    Exchange.objects.bulk_create(Exchange(person=person, question="?", answer={}) for _ in range(rows))
    Note.objects.bulk_create(
        Note(person=person, document="x", version="x", start=n, end=n + 1, text="x") for n in range(rows)
    )


@pytest.fixture
def emptied() -> Iterator[None]:
    yield
    from lyceum.server.accounts.models import Person  # noqa: PLC0415
    from lyceum.server.notebook.models import Note, SavedSearch  # noqa: PLC0415
    from lyceum.server.reading.models import Exchange  # noqa: PLC0415

    for rows in (Note, SavedSearch, Exchange):
        rows.objects.filter(person__email="ada@example.org").delete()
    Person.objects.filter(email__regex=r"^p\d+@").delete()


@pytest.mark.usefixtures("emptied")
def test_list_pages_ask_as_often_of_many_rows_as_of_few(count):
    paths = ["/people", "/history", "/notebook", "/works", "/desk/documents", "/desk/collections", "/search?query=the"]
    fill(2)
    few = {path: count(path) for path in paths}
    fill(30)
    assert {path: count(path) for path in paths} == few
    assert max(few.values()) <= 8


def statements(library, act) -> int:
    """How many statements the catalogue is asked for an act, in a thread whose connection is new."""
    asked: list[str] = []
    act(library)
    library._catalogue._db.set_trace_callback(asked.append)
    try:
        library._kin = library._rows = None
        act(library)
    finally:
        library._catalogue._db.set_trace_callback(None)
    return len(asked)


def test_lists_of_documents_ask_the_catalogue_as_often_for_many_as_for_few(settings, tmp_path):
    from lyceum.library import Library  # noqa: PLC0415

    folder = tmp_path / "few"
    folder.mkdir()
    with Library.open(settings) as library:
        counted = []
        for many in (2, 12):
            for n in range(many):
                (folder / f"{many}-{n}.txt").write_text(f"The weavers of town {many * 100 + n} went home at night.\n")
            library.add([str(folder)], vectors=False)
            counted.append([statements(library, act) for act in (Library.works, Library.documents)])
    assert counted[0] == counted[1]
