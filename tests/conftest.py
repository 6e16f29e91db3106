"""Three known documents by three known people, homes that hold them, and the command as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from lyceum.cli.main import main
from lyceum.config import Settings
from lyceum.library import Library

pytest.register_assert_rewrite("lyceum.testing")  # so that a suite's failures show their values

hypothesis_settings.register_profile(
    "lyceum", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("lyceum")

SILESIA = """---
title: Das Elend und der Aufruhr in Schlesien
author: Wilhelm Wolff
date: 1844-06
language: de
kind: essay
---

# Der Aufruhr

Am 4. Juni 1844 zogen die Weber von Peterswaldau vor das Haus der Fabrikanten Zwanziger. Sie verlangten höheren
Lohn und wurden mit Hohn abgewiesen. Da zerstörten sie die Maschinen und die Warenlager. Niemand von ihnen stahl
etwas.

# Die Not

Ein Weber verdiente mit seiner ganzen Familie kaum zwei Taler in der Woche. Die Kinder gingen nicht zur Schule,
weil sie spulen mußten.
"""

MATCHES = """---
title: White Slavery in London
author: Annie Besant
date: 1888-06-23
language: en
kind: article
---

# The match girls

The splendid salary of the match girls of Bryant and May is four shillings a week. Out of the earnings, two
shillings are paid for the rent of one room. They are not paid when the machines stand still.

# Their fines

If their feet are dirty, or the ground under the bench is left untidy, a fine of 3d. is inflicted. One girl was
fined one shilling for letting the web twist round a machine. “Never mind your fingers,” said the foreman.
"""

LOOMS = """---
title: On the Hours of Labour
author: Robert Owen
date: 1817
language: en
kind: essay
---

Eight hours of daily labour is enough for any human being. Robert Owen proposed at New Lanark that no child under
ten years should work in a mill. The proprietors did not agree, and the hours remained at ten and a half.
"""

FILES = {"silesia.md": SILESIA, "matches.md": MATCHES, "looms.md": LOOMS}


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    """Where prepared weights are kept from one run to the next."""
    return Path(request.config.cache.mkdir("lyceum-models"))


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    place = tmp_path_factory.mktemp("filled")
    write_files(place / "files")
    with Library.open(Settings(place / "home", models, threads=1)) as library:
        report = library.add([str(place / "files")])
    assert report.added == len(FILES)
    return place / "home"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the three documents."""
    return write_files(tmp_path / "files")


@pytest.fixture
def settings(tmp_path: Path, models: Path) -> Settings:
    """Settings of a home that is not there yet."""
    return Settings(tmp_path / "home", models, threads=1)


@pytest.fixture
def home(tmp_path: Path, _filled: Path) -> Path:
    """A home of one's own with the three documents in it, embedded with the real weights."""
    return shutil.copytree(_filled, tmp_path / "filled-home")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON document on each line of standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Callable[..., Ran]:
    """Runs the command in this process; `home=` names its home, and other keywords the environment."""

    def act(*arguments: object, home: Path | None = None, **environment: str) -> Ran:
        for name in list(os.environ):
            if name.startswith("LYCEUM_"):
                monkeypatch.delenv(name)
        for name, value in {
            "LYCEUM_HOME": str(home or tmp_path / "new-home"), "LYCEUM_CACHE": str(models), "LYCEUM_THREADS": "1",
            **environment,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["lyceum", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return act


def write_files(folder: Path) -> Path:
    """Writes the three documents into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
