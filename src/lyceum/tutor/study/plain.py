"""Writes a study as JSON, as docs/reference/study.md describes it."""

from __future__ import annotations

import json

from lyceum.tutor.study.model import Study


def write(study: Study) -> bytes:
    """One JSON document."""
    return (json.dumps(study.as_dict(), ensure_ascii=False) + "\n").encode()
