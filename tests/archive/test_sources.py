"""The files that a person means are found, and the table that describes them is understood."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lyceum.archive import Found, Metadata, MetadataTable, PartialDate, find_files
from lyceum.errors import InvalidValue, ReceiveFailed, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden", ".git/config", "sub/.x"):
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "folder"


def names(found, folder: Path) -> list[str]:
    return [Path(one.source).relative_to(folder).as_posix() for one in found]


def test_a_folder_is_walked_in_order_without_hidden_files(folder):
    assert names(find_files([str(folder)]), folder) == ["a.txt", "b.txt", "sub/c.txt"]


def test_a_file_is_itself(folder):
    assert list(find_files([str(folder / "b.txt")])) == [Found(folder / "b.txt", (folder / "b.txt").as_posix())]


def test_a_name_means_the_same_from_anywhere(folder, monkeypatch):
    monkeypatch.chdir(folder / "sub")
    assert names(find_files(["../a.txt"]), folder) == ["a.txt"]
    assert names(find_files([".."]), folder) == ["a.txt", "b.txt", "sub/c.txt"]


def test_some_may_be_left_out(folder):
    assert names(find_files([str(folder)], leave_out=[folder / "sub" / ".." / "a.txt"]), folder) == [
        "b.txt",
        "sub/c.txt",
    ]


def test_a_file_that_is_not_there_is_told_and_the_rest_found(folder):
    missing, found = find_files([str(folder / "z.txt"), str(folder / "a.txt")])
    assert isinstance(missing, ReceiveFailed)
    assert missing.code == "missing_source"
    assert "z.txt" in missing.message
    assert isinstance(found, Found)


def test_a_link_to_a_folder_is_not_followed(folder):
    (folder / "loop").symlink_to(folder)
    assert names(find_files([str(folder)]), folder) == ["a.txt", "b.txt", "sub/c.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_told(folder):
    (folder / "sub").chmod(0)
    try:
        told = [one for one in find_files([str(folder)]) if isinstance(one, ReceiveFailed)]
    finally:
        (folder / "sub").chmod(0o755)
    assert [one.code for one in told] == ["unreadable_folder"]


# --- the table ---------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path):
    def read(content: str | bytes) -> MetadataTable:
        path = tmp_path / "books.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return MetadataTable.read(path)

    return read


def test_a_row_describes_the_file_whose_path_ends_so(table):
    read = table("source,title\nletters/a.txt,Letters\nb.txt,B\n")
    assert read.about("/home/me/letters/a.txt").title == "Letters"
    assert read.about("/home/me/other/a.txt") == Metadata()
    assert read.about("/b.txt").title == "B"
    assert read.about("/xb.txt") == Metadata()


def test_the_more_exact_of_two_rows_describes_a_file(table):
    read = table("source,title\na.txt,Any\nletters/a.txt,Letters\n")
    assert read.about("/x/letters/a.txt").title == "Letters"
    assert read.about("/x/a.txt").title == "Any"


def test_a_row_may_describe_an_address_or_an_archive(table):
    read = table("source,title\nhttps://example.org/a,Page\nbox.zip,Box\nbox.zip!/in.txt,Inner\nonly.txt,Only\n")
    assert read.about("https://example.org/a").title == "Page"
    assert read.about("/x/box.zip!/other.txt").title == "Box"
    assert read.about("/x/box.zip!/only.txt").title == "Only"


def test_all_columns_of_the_contract_are_read(table):
    read = table(
        "file,title,creator,date,language,publisher,rights,collection,kind,edition_of\n"
        "a.txt,T,Marx; Engels,1848-02,de,Burghard,free,papers,book,x\n"
    )
    about = read.about("/a.txt")
    assert about.creators == ("Marx", "Engels")
    assert about.date == PartialDate(1848, 2)
    assert (about.title, about.language, about.publisher, about.rights) == ("T", "de", "Burghard", "free")
    assert (about.collection, about.kind, about.edition_of) == ("papers", "book", "x")
    assert set(about.provenance.values()) == {"csv"}


def test_common_other_names_of_columns_are_understood(table):
    about = table("Path,Author,Year,License,URL\na.txt,Marx,1848,free,https://x\n").about("/a.txt")
    assert (about.creators, about.date, about.rights, about.address) == (
        ("Marx",),
        PartialDate(1848),
        "free",
        "https://x",
    )


def test_unknown_columns_are_kept_as_extra(table):
    read = table("source,shelf,notes\na.txt,B 12,\n")
    assert read.unknown_columns == ("shelf", "notes")
    assert dict(read.about("/a.txt").extra) == {"shelf": "B 12"}


def test_folders_and_lists_of_files_are_joined(table):
    read = table("dir,files,title\nworks,a.txt; b.txt,Works\n")
    assert read.about("/x/works/b.txt").title == "Works"
    assert read.about("/x/b.txt") == Metadata()


def test_a_table_with_a_mark_quotes_and_line_breaks_is_read(table):
    read = table('\ufeffsource,title\r\na.txt,"One, or\nTwo"\r\n')
    assert read.about("/a.txt").title == "One, or\nTwo"


def test_short_long_and_empty_rows_do_no_harm(table):
    read = table("source,title,date\na.txt\nb.txt,B,1848,more,and more\n,No place,\n\n")
    assert read.about("/a.txt") == Metadata()
    assert read.about("/b.txt").title == "B"


def test_a_bad_date_is_told_with_its_line(table):
    with pytest.raises(InvalidValue) as caught:
        table("source,date\na.txt,1848\nb.txt,spring\n")
    assert "line 3" in caught.value.message
    assert caught.value.code == "invalid_date"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("title,date\nx,1848\n", "metadata_without_source"),
        ("", "metadata_without_source"),
        (b"source,title\n\xff\xfe,x\n", "metadata_unreadable"),
        ("source,title\na.txt," + "x" * 200_000 + "\n", "metadata_unreadable"),
    ],
)
def test_what_is_no_such_table_is_refused(table, content, code):
    with pytest.raises(UsageError) as caught:
        table(content)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError) as caught:
        MetadataTable.read(tmp_path / "none.csv")
    assert caught.value.code == "metadata_unreadable"
