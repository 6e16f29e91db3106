"""Takes a source in and keeps it: files, texts, passages, and what is known about them."""

from lyceum.archive.extract import LimitedWorker
from lyceum.archive.ingest import Intake, Refused, Taken, stored_extract
from lyceum.archive.model import Block, Extracted, Metadata, Page, PartialDate, TextBuilder
from lyceum.archive.segment import PageFinder, Segment, segment
from lyceum.archive.sources import Found, MetadataTable, find_files
from lyceum.archive.store import (
    PASSAGES_PER_VERSION,
    READABLE,
    WITH_TEXT,
    BlobStore,
    Catalogue,
    Document,
    ExtractedProduct,
    Failure,
    FolderBlobStore,
    Moved,
    Outcome,
    Passage,
    Received,
    SegmentedProduct,
    SqliteCatalogue,
    State,
    Texts,
    text_digest,
)

__all__ = [
    "PASSAGES_PER_VERSION", "READABLE", "WITH_TEXT", "BlobStore", "Block", "Catalogue", "Document", "Extracted",
    "ExtractedProduct", "Failure", "FolderBlobStore", "Found", "Intake", "LimitedWorker", "Metadata", "MetadataTable",
    "Moved", "Outcome", "Page", "PageFinder", "PartialDate", "Passage", "Received", "Refused", "Segment",
    "SegmentedProduct", "SqliteCatalogue", "State", "Taken", "TextBuilder", "Texts", "find_files", "segment",
    "stored_extract", "text_digest",
]  # fmt: skip
