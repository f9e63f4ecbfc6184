"""Decode pictures and encode them again, so that only the visible pixels remain.

Metadata (such as the place and the camera) and data hidden in or after the picture are removed.
Pillow is imported when it is first used, because it would slow down the server's start.
"""

import warnings
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kinoteka.core.media.colours import convert_to_srgb
from kinoteka.core.media.jpeg import count_scans, decodes_in_one_pass
from kinoteka.core.media.model import (
    LONGER_SIDE,
    MAX_PIXELS,
    MAX_SCALABLE_PIXELS,
    PICTURES,
    QUALITY,
    WEBP_EFFORT,
    WEBP_QUALITY,
    detect_format,
)
from kinoteka.errors import Code, DomainError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIZE = (LONGER_SIDE, LONGER_SIDE)
WHITE = (255, 255, 255, 255)

# Modes that Pillow scales directly. Palettes, bitmaps and others are converted first.
SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK")
DEEP_GREY = "I;16"

# A scan of a few dozen bytes can make the decoder pass over the whole picture. Real pictures have
# about ten scans.
MAX_SCANS = 200
MAX_SCANNED_PIXELS = 25 * MAX_PIXELS
"""The limit of scans times pixels, which take about two seconds of processor time."""

EXIF_ORIENTATION = 0x0112
UPRIGHT = 1


def re_encode(data: bytes, allowed: frozenset[str]) -> bytes:
    """Return the picture as a new JPEG: upright, in sRGB, up to 1024 pixels on its longer side.

    An animation gives its first frame, and transparent pixels become white. The largest pictures
    take seconds of processor time, so call this in a thread.

    Raises:
        DomainError(UPLOAD_WRONG_TYPE): the content has none of the `allowed` formats.
        DomainError(UPLOAD_UNREADABLE): the file is empty, broken or truncated.
        DomainError(UPLOAD_TOO_MANY_PIXELS): `limit` is the allowed number of megapixels.
    """
    picture = _decode(data, allowed, MAX_SIZE)
    return _encode(picture, "JPEG", quality=QUALITY, optimize=True, progressive=True)


def scale(data: bytes, sizes: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the picture as new WebPs, each within a width and height, the largest size first.

    Raises:
        DomainError: as `re_encode`, which also says how the picture is converted.
    """
    picture = _decode(data, PICTURES, sizes[0])
    scaled = []
    for size in sizes:
        picture.thumbnail(size)
        scaled.append(_encode(picture, "WEBP", quality=WEBP_QUALITY, method=WEBP_EFFORT))
    return scaled


def _encode(picture: "Image", kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def _decode(data: bytes, allowed: frozenset[str], size: tuple[int, int]) -> "Image":
    """Return the picture, upright, in sRGB and within a width and height."""
    if not data:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="empty")
    kind = detect_format(data)
    if kind is None or kind not in allowed:
        raise DomainError(Code.UPLOAD_WRONG_TYPE, allowed=", ".join(sorted(allowed)))
    try:
        return _decode_format(data, kind, size)
    except DomainError:
        raise
    # Decoders raise many errors for broken data: OSError, SyntaxError, struct.error, …
    except Exception as error:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="broken") from error


def _decode_format(data: bytes, kind: str, size: tuple[int, int]) -> "Image":
    with _pillow().open(BytesIO(data), formats=(kind,)) as uploaded:
        _require_pixel_limit(uploaded.size, scalable=kind == "JPEG" and decodes_in_one_pass(data))
        if kind == "JPEG":
            _require_scan_limit(uploaded.size, count_scans(data))
        profile = uploaded.info.get("icc_profile")
        picture = _opaque(convert_to_srgb(_scaled(uploaded, size), profile))
        return _upright(picture, _orientation(uploaded))


@cache
def _pillow() -> ModuleType:
    from PIL import Image

    # `_require_pixel_limit` replaces Pillow's limit, which is too low for scaled JPEGs.
    Image.MAX_IMAGE_PIXELS = None
    # Operators need no warnings about the metadata of uploads.
    warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
    return Image


def _require_pixel_limit(size: tuple[int, int], *, scalable: bool) -> None:
    """Raise an error if the picture has too many pixels, before any of them is decoded."""
    width, height = size
    limit = MAX_SCALABLE_PIXELS if scalable else MAX_PIXELS
    if width * height > limit:
        raise DomainError(Code.UPLOAD_TOO_MANY_PIXELS, limit=limit // 1_000_000)


def _require_scan_limit(size: tuple[int, int], scans: int) -> None:
    """Raise an error if the picture has too many scans for its size."""
    width, height = size
    if scans > MAX_SCANS or scans * width * height > MAX_SCANNED_PIXELS:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="scans")


def _scaled(uploaded: "Image", size: tuple[int, int]) -> "Image":
    picture = uploaded
    if picture.mode == DEEP_GREY:
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.mode not in SCALABLE or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(size)  # This decodes a JPEG at a reduced size.
    return picture


def _opaque(picture: "Image") -> "Image":
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    pillow = _pillow()
    page = pillow.new("RGBA", picture.size, WHITE)
    flat: Image = pillow.alpha_composite(page, picture.convert("RGBA"))
    return flat.convert("RGB")


def _orientation(uploaded: "Image") -> int:
    try:
        return int(uploaded.getexif().get(EXIF_ORIENTATION, UPRIGHT))
    except Exception:  # Ignore broken metadata.
        return UPRIGHT


def _upright(picture: "Image", orientation: int) -> "Image":
    """Return the picture turned upright (Exif 2.32, 4.6.4, Orientation)."""
    transpose = _pillow().Transpose
    turns = {
        2: transpose.FLIP_LEFT_RIGHT,
        3: transpose.ROTATE_180,
        4: transpose.FLIP_TOP_BOTTOM,
        5: transpose.TRANSPOSE,
        6: transpose.ROTATE_270,
        7: transpose.TRANSVERSE,
        8: transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return picture if turn is None else picture.transpose(turn)
