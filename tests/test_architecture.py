"""The house stands as it is drawn: who imports whom, what each room shows, and what is locked."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lyceum.library import model_requirements, quality_requirements

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lyceum"
MODULES = sorted(SOURCE.rglob("*.py"))
ERRORS = ROOT / "docs" / "reference" / "errors.md"


def test_dependencies_point_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("room", ["archive", "search", "tutor", "hall", "library", "testing"])
def test_every_name_on_a_face_is_there(room):
    module = importlib.import_module(f"lyceum.{room}")
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(set(module.__all__)) == len(module.__all__)
    assert module.__doc__
    assert module.__doc__.splitlines()[0].endswith(".")


def test_the_root_imports_nothing():
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_help_loads_neither_models_nor_index():
    """So that it answers at once."""
    code = (
        "import sys; from lyceum.cli.main import cli; cli.main(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'tantivy', 'onnxruntime', 'lxml', 'httpx', 'py3langid', 'nupunkt', 'django', 'mcp',"
        "'uvicorn', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_home_of_ones_own_loads_nothing_of_a_shared_one(tmp_path):
    """Neither the database's client, nor the object store's, nor Ray."""
    code = (
        "import sys; from pathlib import Path; from lyceum.config import load; from lyceum.library import Library\n"
        "library = Library.open(load(Path(sys.argv[1]), {})); library.coverage()\n"
        "heavy = {'psycopg', 'obstore', 'ray'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text())) or path.name == "__main__.py"


@pytest.mark.parametrize(
    ("file", "used"), [("models.txt", model_requirements), ("models-quality.txt", quality_requirements)],
    ids=["default", "quality"],
)  # fmt: skip
def test_the_models_that_are_locked_are_those_that_are_used(file, used):
    locked = (ROOT / "requirements" / file).read_text().splitlines()
    assert [line for line in locked if line and not line.startswith("#")] == used().splitlines()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "models.txt"])
def test_locked_requirements_name_no_place(name):
    """Where packages come from is the machine's own affair; what they are is fixed by hash."""
    content = (ROOT / "requirements" / name).read_text()
    assert not re.search(r"https?://|git\+|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", content)
    pins = [line for line in content.splitlines() if line and line[0] not in "# \t"]
    assert pins
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+]+", pin) for pin in pins)
    assert content.count("--hash=sha256:") >= len(pins)


def raised_codes() -> set[str]:
    """Every code that an error class has, or that is given where one is raised."""
    codes: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                    codes.add(code)
                case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                    codes.add(code)
    return codes


@pytest.mark.skipif(not ERRORS.exists(), reason="the page on errors is not written yet")
def test_every_error_code_is_explained():
    explained = set(re.findall(r"`([a-z_]+)`", ERRORS.read_text()))
    assert raised_codes() - explained == set()


def test_problems_that_check_reports_are_explained():
    """They have codes too."""
    content = (SOURCE / "library" / "integrity.py").read_text()
    codes = set(re.findall(r'Problem\(\s*"([a-z_]+)"', content))
    assert codes
    pages = "".join(path.read_text() for path in (ROOT / "docs" / "reference").glob("*.md"))
    assert {code for code in codes if f"`{code}`" not in pages} == set()


def test_every_error_stands_in_the_drawn_tree():
    errors = importlib.import_module("lyceum.errors")
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert [c.__name__ for c in classes if c.__name__ not in (errors.__doc__ or "")] == []
