"""A small archive on strikes, of four hands, in which there is enough to ask for."""

from __future__ import annotations

import pytest

from lyceum.config import Settings
from lyceum.library import Library

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
