"""Shows the whole on the sample archive: add it, ask it three questions, one of which it cannot answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
QUESTIONS = (
    "What did Lord Scarman recommend for the Grunwick strikers?",
    "Wie viele Weber wurden am 5. Juni 1844 in Langenbielau erschossen?",
    "How many miners were arrested at Orgreave in June 1984?",
)


def main() -> int:
    """Runs each step as a person would at a terminal; returns the first exit code that is not expected."""
    archive, home = BUILD / "sample", BUILD / "demo-home"
    _say("Building the sample archive (EPUB, DOCX and PDF are made from their sources)")
    subprocess.run([sys.executable, str(ROOT / "sample" / "build.py"), str(archive)], check=True)  # noqa: S603
    _say("Adding it: lyceum add build/sample --metadata build/sample/metadata.csv")
    added = _lyceum(home, "add", str(archive), "--metadata", str(archive / "metadata.csv"))
    if added:
        return added
    for question in QUESTIONS:
        _say(f"lyceum ask “{question}”")
        answered = _lyceum(home, "ask", question)
        if answered not in (0, 1):
            return answered
    _say("Ask it yourself: .venv/bin/lyceum --home build/demo-home ask “…”")
    return 0


def _lyceum(home: Path, *arguments: str) -> int:
    command = [sys.executable, "-m", "lyceum", "--home", str(home), *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def _say(line: str) -> None:
    print(f"\n==> {line}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
