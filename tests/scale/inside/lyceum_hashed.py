"""The `lyceum` command with the embedder that needs no weights: meaning is not what is tested here."""

from __future__ import annotations

from lyceum.cli.main import main
from lyceum.library import Library
from lyceum.testing import HashEmbedder

Library.embedder = HashEmbedder(512)

if __name__ == "__main__":
    main()
