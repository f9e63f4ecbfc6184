"""Drawing an uploaded picture anew, so that nothing of the upload is left but what is seen.

Neither metadata (where and with what it was taken) nor anything hidden in or after the picture
survives. Pillow is imported at the first use: a server starts without it.
"""

import warnings
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING

from kinoteka.core.media.colours import in_srgb
from kinoteka.core.media.jpeg import decodes_in_one_pass, scans_of
from kinoteka.core.media.model import (
    LONGER_SIDE,
    PIXELS_MOST,
    QUALITY,
    SCALABLE_PIXELS_MOST,
    kind_of,
)
from kinoteka.errors import Code, DomainError

if TYPE_CHECKING:
    from PIL.Image import Image

BOX = (LONGER_SIDE, LONGER_SIDE)
WHITE = (255, 255, 255, 255)

# What Pillow scales as it is; palettes, bits and the like become colours first.
SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK")
DEEP_GREY = "I;16"

# A JPEG may ask for a pass over the whole picture with a few dozen bytes; real ones have about
# ten passes.
SCANS_MOST = 200
SCANNED_PIXELS_MOST = 25 * PIXELS_MOST
"""Scans times pixels: about two seconds of a core."""

EXIF_ORIENTATION = 0x0112
UPRIGHT = 1


def draw_anew(data: bytes, allowed: frozenset[str]) -> bytes:
    """The picture as a new JPEG: upright, in sRGB, at most 1024 pixels on its longer side.

    Of an animation the first frame is taken; what is transparent becomes white. The largest
    pictures take seconds of a core, so this belongs in a thread.

    Raises:
        DomainError(UPLOAD_WRONG_TYPE): by its content none of the `allowed` kinds.
        DomainError(UPLOAD_UNREADABLE): empty, broken or cut off.
        DomainError(UPLOAD_TOO_MANY_PIXELS): `limit` is how many megapixels there may be.
    """
    if not data:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="empty")
    kind = kind_of(data)
    if kind is None or kind not in allowed:
        raise DomainError(Code.UPLOAD_WRONG_TYPE, allowed=", ".join(sorted(allowed)))
    try:
        return _draw(data, kind)
    except DomainError:
        raise
    # Decoders of broken data fail in every way there is: OSError, SyntaxError, struct.error, …
    except Exception as error:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="broken") from error


def _draw(data: bytes, kind: str) -> bytes:
    with _pillow().open(BytesIO(data), formats=(kind,)) as uploaded:
        _check_pixels(uploaded.size, scalable=kind == "JPEG" and decodes_in_one_pass(data))
        if kind == "JPEG":
            _check_scans(uploaded.size, scans_of(data))
        profile = uploaded.info.get("icc_profile")
        picture = _opaque(in_srgb(_scaled(uploaded), profile))
        upright = _upright(picture, _orientation(uploaded))
    stream = BytesIO()
    upright.save(stream, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return stream.getvalue()


@cache
def _pillow() -> ModuleType:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # see `_check_pixels`, which knows what is scaled at once
    # What is odd about strangers' metadata is of no interest to who runs the server.
    warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
    return Image


def _check_pixels(size: tuple[int, int], *, scalable: bool) -> None:
    """Raise an error if the picture has too many pixels, before any of them is decoded."""
    width, height = size
    limit = SCALABLE_PIXELS_MOST if scalable else PIXELS_MOST
    if width * height > limit:
        raise DomainError(Code.UPLOAD_TOO_MANY_PIXELS, limit=limit // 1_000_000)


def _check_scans(size: tuple[int, int], scans: int) -> None:
    """Raise an error if the decoder would pass over the picture too often."""
    width, height = size
    if scans > SCANS_MOST or scans * width * height > SCANNED_PIXELS_MOST:
        raise DomainError(Code.UPLOAD_UNREADABLE, reason="scans")


def _scaled(uploaded: "Image") -> "Image":
    picture = uploaded
    if picture.mode == DEEP_GREY:
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.mode not in SCALABLE or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(BOX)  # of a JPEG this decodes a fraction alone
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
    except Exception:  # broken metadata leaves the picture whole
        return UPRIGHT


def _upright(picture: "Image", orientation: int) -> "Image":
    """The picture as it is to be seen (Exif 2.32, 4.6.4, Orientation)."""
    ways = _pillow().Transpose
    turns = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_270,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_90,
    }
    turn = turns.get(orientation)
    return picture if turn is None else picture.transpose(turn)
