"""Takes a source in and keeps it: files, texts, passages, and what is known about them."""

from lyceum.archive.corrections import Sureness, edited, joined, sureness, write_table
from lyceum.archive.drafts import Draft, Part
from lyceum.archive.extract import LimitedWorker, detect, extract_here, has_pictures
from lyceum.archive.feeds import announced, begins_feed, is_feed_file
from lyceum.archive.ingest import Intake, Refused, Taken, ToRead, stored_extract
from lyceum.archive.likeness import bands, sketch
from lyceum.archive.model import Block, Extracted, Metadata, Page, PartialDate, TextBuilder
from lyceum.archive.parts import split_here
from lyceum.archive.rounds import (
    ROUNDS_SCHEMA,
    Change,
    Memory,
    Place,
    Reading,
    Rounds,
    Rows,
    SourceState,
    SqliteMemory,
    file_mark,
)
from lyceum.archive.segment import PageFinder, Segment, segment
from lyceum.archive.sources import Found, HowToRead, MetadataTable, find_files
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
    pairs_alike,
    passage_of,
    plain_pages,
    text_between,
    text_blocks,
    text_digest,
    unpacked_structure,
    version_id,
)
from lyceum.archive.webnames import READ_FROM_WEB, WebDocument, file_name
from lyceum.archive.wordpress import Comment, stated_day, wordpress_comments, wordpress_post
from lyceum.archive.workers import LimitedWorkers, sensible_number

__all__ = [
    "PASSAGES_PER_VERSION", "READABLE", "READ_FROM_WEB", "ROUNDS_SCHEMA", "TEXT_BLOCK", "WITH_TEXT", "BlobStore",
    "Block", "Catalogue", "Change", "Comment", "Document", "Draft", "Extracted", "ExtractedProduct", "Failure",
    "FolderBlobStore", "Found", "Holdings", "HowToRead", "Intake", "KeptBlobs", "LimitedWorker", "LimitedWorkers",
    "Memory", "Metadata", "MetadataTable", "Moved", "Outcome", "Page", "PageFinder", "Part", "PartialDate",
    "Passage", "Place", "Product", "Reading", "Received", "Records", "Refused", "Rounds", "Rows", "Segment",
    "SegmentedProduct", "SourceState", "SqliteCatalogue", "SqliteMemory", "State", "Sureness", "Taken",
    "TextBuilder", "Texts", "ToRead", "WebDocument", "announced", "bands", "begins_feed", "detect", "document_id",
    "document_of", "edited", "extract_here", "file_mark", "file_name", "find_files", "has_pictures", "is_feed_file",
    "joined", "metadata_of", "most_alike", "packed_structure", "pairs_alike", "passage_of", "plain_pages",
    "segment", "sensible_number", "sketch", "split_here", "stated_day", "stored_extract", "sureness",
    "text_between", "text_blocks", "text_digest", "unpacked_structure", "version_id", "wordpress_comments",
    "wordpress_post", "write_table",
]  # fmt: skip
