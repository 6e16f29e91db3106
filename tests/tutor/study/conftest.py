"""Two small archives: one in memory, as study reads it, and one on strikes in which there is enough to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from lyceum import text as texts
from lyceum.archive import Document, Metadata, PartialDate, Passage, State
from lyceum.config import Settings
from lyceum.library import Library
from lyceum.search import Filter, Found, Hit, Order, Query, Scope, Words


def document(
    name: str, *passages: str, date: str | None = "1912", headings: Sequence[str] = (), **known
) -> list[Passage]:
    """The passages of a document as the catalogue would have them."""
    metadata = Metadata(
        title=known.pop("title", name), date=PartialDate.parse(date) if date else None,
        language=known.pop("language", "en"), creators=known.pop("creators", ()), **known,
    )  # fmt: skip
    one = Document(
        id=name, version=f"{name}v", number=1, row=1, source=name, name=name, sha256="", metadata=metadata,
        state=State.INDEXED, passages=len(passages), characters=sum(map(len, passages)),
    )  # fmt: skip
    found, at = [], 0
    for n, text in enumerate(passages):
        heading = headings[n] if n < len(headings) else ""
        found.append(Passage(f"{name}.{n}", n, one, at, at + len(text), text, (), heading))
        at += len(text) + 2
    return found


@dataclass
class Shelf:
    """Readings over passages in memory: a search by date finds those with every word, another those with any."""

    held: list[Passage] = field(default_factory=list)
    revision: int = 1
    notice: str = "From this shelf alone."
    alike: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def documents(self, wanted: Filter, scope: Scope) -> Sequence[Document]:
        return list({p.document.id: p.document for p in self.held if self._fits(p, wanted, scope)}.values())

    def search(self, query: Query) -> Found:
        wanted = set(texts.content_terms(query.text, "en"))
        least = 1 if query.order is Order.RELEVANCE else len(wanted)
        near = [(p, len(wanted & set(texts.terms(p.text, p.language)))) for p in self.held]
        hits = [Hit(p, float(n)) for p, n in near if n >= least and self._fits(p, query.filter, query.scope)]
        return Found(sorted(hits, key=lambda hit: -hit.score)[: query.limit], Words(), "en", None)

    def passages(self, one: Document) -> Iterator[Passage]:
        return (p for p in self.held if p.document.id == one.id)

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        return {t: sum(t in texts.terms(p.text, p.language) for p in self.held) for t in terms}, len(self.held)

    def editions(self, one: Document, scope: Scope) -> Sequence[Document]:
        others = self.alike.get(one.id, ())
        return [d for d in self.documents(Filter(), scope) if d.id in others]

    def _fits(self, passage: Passage, wanted: Filter, scope: Scope) -> bool:
        known = passage.document.metadata
        name = set(texts.plain_terms(wanted.author or ""))
        by = [set(texts.plain_terms(creator)) for creator in known.creators]
        return scope.admits(known.collection) and (not name or any(name <= one for one in by))


@pytest.fixture
def shelf():
    """Makes a shelf of documents."""

    def make(*documents: list[Passage], **more) -> Shelf:
        held = [replace(p, key=n * 1_000 + p.key) for n, passages in enumerate(documents) for p in passages]
        return Shelf(held, **more)

    return make


HISTORY = """---
title: A History of the Mill Towns
author: Harriet Lowe
date: 1912
language: en
---

# The first strikes

The spinners of Lowell went out on strike in 1834 under the banner of the Factory Girls of Massachusetts. In Lowell
about eight hundred girls marched, and the agents of the Hamilton Company closed the gates. The cotton operatives of
Manayunk struck in 1828 against a new list of the Borie Company. At Paterson the children of twenty mills struck in
July 1835 for the day of eleven hours, as the Newark Advertiser reported.

# The great strike

The Amalgamated Weavers of Fall River struck in 1904 against a cut of the Iron Works Company. President John Golden
told the weavers of Fall River that the treasury of the Textile Union held 90,000 dollars in July. In Lawrence the
woolen mills of the American Woolen Company closed in January 1912 after the new hours of Massachusetts began. The
strike committee of the Industrial Workers met in Lawrence under Joseph Ettor, and William Haywood spoke there for the
Socialist clubs. Governor Eugene Foss sent twelve companies of the Massachusetts militia to the mills by the Merrimack.

CONTENTS

The strike of 1834 ..... 12
The strike of 1904 ..... 88
Fall River, 1904 ..... 90
"""

MEMOIR = """---
title: Recollections of an Organiser
author: Peter Hale
date: 1916
language: en
---

# On the road

Mother Margaret Haley organised the teachers of Chicago in 1897 with the help of the Chicago Federation. Miss Jane
Addams opened the doors of Hull House in Chicago to the striking garment workers of Hart Schaffner in 1910. Mr. Samuel
Gompers addressed the cigar makers of New York in 1877 after the Long Strike of the tenement shops. Mr. Eugene Debs
left the jail of Woodstock in November 1895, and the railway men of Illinois cheered. Mr. Daniel Tobin led the
teamsters of Boston to the American Federation in 1907 without a day of strike.

He told them in 1899 that the matter was settled. Which of them struck in 1901?
"""

PAMPHLET = """---
title: Six Towns
author: Ida Brand
date: 1914
language: en
---

# Towns

The shoe workers of Lynn struck in 1860 for the old list, and Lucy Larcom wrote verses for the Lynn Reporter. In Troy
the collar laundresses of Kate Mullaney won a rise in 1866 through the Troy Collar Union. In Philadelphia the textile
workers of Kensington struck in 1903 for the week of 55 hours under the Central Textile Union. In Haverhill the shoe
cutters of Essex struck in 1895 against the contract of the Haverhill Association. In Cincinnati the moulders of Ohio
struck in 1867 against the National Stove Association, and the lockout lasted 9 months by the books of Sylvis.
"""


@pytest.fixture(scope="session")
def strikes(tmp_path_factory, models):
    """The archive, found by words alone."""
    folder = tmp_path_factory.mktemp("strikes")
    for name, text in (("history", HISTORY), ("memoir", MEMOIR), ("pamphlet", PAMPHLET)):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with Library.open(Settings(folder / "home", models, threads=1)) as library:
        library.add([str(folder / f"{name}.md") for name in ("history", "memoir", "pamphlet")], vectors=False)
        yield library
