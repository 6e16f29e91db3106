"""Takes a source in and keeps it: files, texts, passages, and what is known about them."""

from lyceum.archive.corrections import Sureness, edited, joined, sureness, write_table
from lyceum.archive.drafts import Draft, Part
from lyceum.archive.extract import LimitedWorker
from lyceum.archive.ingest import Intake, Refused, Taken, stored_extract
from lyceum.archive.likeness import bands, sketch
from lyceum.archive.model import Block, Extracted, Metadata, Page, PartialDate, TextBuilder
from lyceum.archive.segment import PageFinder, Segment, segment
from lyceum.archive.sources import Found, MetadataTable, find_files
from lyceum.archive.store import (
    PASSAGES_PER_VERSION,
    READABLE,
    TEXT_BLOCK,
    WITH_TEXT,
    BlobStore,
    Catalogue,
    Document,
    ExtractedProduct,
    Failure,
    FolderBlobStore,
    Holdings,
    KeptBlobs,
    Moved,
    Outcome,
    Passage,
    Product,
    Received,
    Records,
    SegmentedProduct,
    SqliteCatalogue,
    State,
    Texts,
    document_id,
    document_of,
    metadata_of,
    most_alike,
    packed_structure,
    passage_of,
    plain_pages,
    text_between,
    text_blocks,
    text_digest,
    unpacked_structure,
    version_id,
)

__all__ = [
    "PASSAGES_PER_VERSION", "READABLE", "TEXT_BLOCK", "WITH_TEXT", "BlobStore", "Block", "Catalogue", "Document",
    "Draft", "Extracted", "ExtractedProduct", "Failure", "FolderBlobStore", "Found", "Holdings", "Intake", "KeptBlobs",
    "LimitedWorker", "Metadata", "MetadataTable", "Moved", "Outcome", "Page", "PageFinder", "Part", "PartialDate",
    "Passage", "Product", "Received", "Records", "Refused", "Segment", "SegmentedProduct", "SqliteCatalogue", "State",
    "Sureness", "Taken", "TextBuilder", "Texts", "bands", "document_id", "document_of", "edited", "find_files",
    "joined", "metadata_of", "most_alike", "packed_structure", "passage_of", "plain_pages", "segment", "sketch",
    "stored_extract", "sureness", "text_between", "text_blocks", "text_digest", "unpacked_structure", "version_id",
    "write_table",
]  # fmt: skip
