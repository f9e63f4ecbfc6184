"""Pictures as people upload them: sound ones, and all that is wrong with others."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

EXIF_ORIENTATION = 0x0112
EXIF_GPS = 0x8825
CAMERA = "Camera-4711"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """A picture of some kind in one colour."""
    return _saved(Image.new(mode, size, _colour(mode)), kind)


def _colour(mode: str) -> object:
    return {"RGB": "teal", "RGBA": (0, 128, 128, 0), "P": 3, "I;16": 32768}.get(mode, 1)


def halves(kind: str = "JPEG", **options: object) -> bytes:
    """A picture twice as wide as high, red on the left and blue on the right."""
    image = Image.new("RGB", (200, 100), "blue")
    image.paste("red", (0, 0, 100, 100))
    return _saved(image, kind, **options)


def photograph(orientation: int = 1) -> bytes:
    """`halves` as a camera saves it, with where it was and which camera it is."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    exif[0x0110] = CAMERA
    exif[EXIF_GPS] = {1: "N", 2: (55.0, 45.0, 7.0), 3: "E", 4: (37.0, 37.0, 3.0)}
    return halves(exif=exif)


def animation(kind: str) -> bytes:
    """Two frames: red, then blue."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    return _saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


@cache
def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few megabytes at most that claims gigabytes of pixels, and has them."""
    row = b"\0" + bytes(width // 8)
    deflate = zlib.compressobj(1)
    body = b"".join(deflate.compress(row) for _ in range(height)) + deflate.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", body)
        + _chunk(b"IEND", b"")
    )


def many_scans() -> bytes:
    """A JPEG that asks for thousands of passes over the picture."""
    whole = _saved(Image.new("RGB", (64, 64), "teal"), "JPEG", progressive=True)
    start = whole.index(b"\xff\xda")
    return whole[:start] + whole[start:-2] * 3000 + whole[-2:]


def noise(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A picture that does not compress."""
    return _saved(Image.effect_noise(size, 100).convert("RGB"), kind)


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()
