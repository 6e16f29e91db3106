"""Pictures of the pages of an original: a PDF's are drawn, a scan's made smaller, where they can do no harm."""

from __future__ import annotations

import base64
import binascii
import importlib
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lyceum.errors import ExtractionFailed

__all__ = ["LARGEST_PICTURE", "WIDEST_PICTURE", "checked_picture", "may_have_pictures", "picture_here", "pictured_here"]

WIDEST_PICTURE = 2_400
LARGEST_PICTURE = 8 * 2**20
"""In bytes, as JPEG."""

_MOST_PIXELS = 200_000_000
_MOST_DRAWN = 12_000_000
_QUALITY = 80
_JPEG = b"\xff\xd8\xff"
_FORMATS = ("JPEG", "PNG", "TIFF")
_IMAGES = frozenset(("image/png", "image/jpeg", "image/tiff"))
_VOLUMES = frozenset(("application/x-tar", "application/gzip", "application/zip"))
_PDF = "application/pdf"


def may_have_pictures(media_type: str) -> bool:
    """Whether the pages of a file of this type can be shown as they look; a volume may turn out to be text alone."""
    return media_type == _PDF or media_type in _IMAGES | _VOLUMES


def pictured_here(path: Path, name: str, media_type: str) -> list[bool]:
    """Of each page in order whether there is a picture of it; raises ExtractionFailed."""
    with _failure_told(name):
        if media_type == _PDF:
            document = _opened_pdf(path)
            try:
                return [True] * len(document)
            finally:
                document.close()
        if media_type in _VOLUMES:
            return [bool(member) for member in _pageset().page_images(path, name)]
        with _opened_image(path) as image:
            return [True] * getattr(image, "n_frames", 1)


def picture_here(path: Path, name: str, media_type: str, number: int, width: int) -> bytes:
    """A page, counted from 0, as a JPEG of at most a width in pixels; raises ExtractionFailed."""
    width = max(1, min(width, WIDEST_PICTURE))
    with _failure_told(name):
        if media_type == _PDF:
            return _drawn(path, number, width)
        if media_type in _VOLUMES:
            member = _pageset().page_images(path, name)[number]
            return _smaller(io.BytesIO(_pageset().member_bytes(path, name, member)), 0, width)
        return _smaller(path, number, width)


def checked_picture(said: Any) -> bytes:
    """A picture that a child sent; raises ValueError or TypeError for anything that is no JPEG of a fair size."""
    try:
        picture = base64.b64decode(said, validate=True)
    except binascii.Error as exc:
        raise ValueError("not a picture") from exc
    if not picture.startswith(_JPEG) or len(picture) > LARGEST_PICTURE:
        raise ValueError("not a picture")
    return picture


def _drawn(path: Path, number: int, width: int) -> bytes:
    document = _opened_pdf(path)
    try:
        page = document[number]
        across, down = page.get_size()
        scale = min(width / max(across, 1), math.sqrt(_MOST_DRAWN / max(across * down, 1)))
        return _as_jpeg(page.render(scale=scale).to_pil())
    finally:
        document.close()


def _smaller(source: Any, number: int, width: int) -> bytes:
    with _opened_image(source) as image:
        image.seek(number)
        # A JPEG is read at a half, a quarter or an eighth where that is enough.
        image.draft(None, (width, width))
        upright = _pillow("ImageOps").exif_transpose(image)
        plain = upright.convert("L" if upright.mode in ("1", "L", "I;16", "I") else "RGB")
        height = max(1, round(plain.height * width / plain.width))
        return _as_jpeg(plain.resize((width, height)) if plain.width > width else plain)


def _as_jpeg(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, progressive=True)
    return out.getvalue()


@contextmanager
def _opened_image(source: Any) -> Iterator[Any]:
    pillow = _pillow("Image")
    # It warns beyond what is set here, and refuses at twice that.
    pillow.MAX_IMAGE_PIXELS = _MOST_PIXELS // 2
    with pillow.open(source, formats=_FORMATS) as image:
        yield image


def _opened_pdf(path: Path) -> Any:
    return importlib.import_module("pypdfium2").PdfDocument(path)


def _pillow(module: str) -> Any:
    return importlib.import_module(f"PIL.{module}")


def _pageset() -> Any:
    return importlib.import_module("lyceum.archive.extractors.pageset")


@contextmanager
def _failure_told(name: str) -> Iterator[None]:
    """Turns whatever a library raises over hostile bytes into our error."""
    try:
        yield
    except (ExtractionFailed, MemoryError):
        raise
    except Exception as exc:
        raise ExtractionFailed(
            f"A page of “{name}” cannot be shown ({type(exc).__name__}).",
            hint="Its text can be read, and the original be saved.",
            code="no_picture",
        ) from exc
