"""Pictures as users upload them, valid and invalid."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

EXIF_ORIENTATION = 0x0112
EXIF_GPS = 0x8825
CAMERA = "Camera-4711"

Colour = str | int | tuple[int, int, int, int]


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """Return a picture of this kind in one colour."""
    return encoded(Image.new(mode, size, _colour(mode)), kind)


def _colour(mode: str) -> Colour:
    colours: dict[str, Colour] = {
        "RGB": "teal",
        "RGBA": (0, 128, 128, 0),
        "P": 3,
        "I;16": 32768,
    }
    return colours.get(mode, 1)


def two_colour_picture(kind: str = "JPEG", **options: object) -> bytes:
    """Return a picture twice as wide as high, red on the left and blue on the right."""
    image = Image.new("RGB", (200, 100), "blue")
    image.paste("red", (0, 0, 100, 100))
    return encoded(image, kind, **options)


def photograph(orientation: int = 1) -> bytes:
    """`halves` as a camera saves it, with its position and model."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    exif[0x0110] = CAMERA
    exif[EXIF_GPS] = {1: "N", 2: (55.0, 45.0, 7.0), 3: "E", 4: (37.0, 37.0, 3.0)}
    return two_colour_picture(exif=exif)


def animation(kind: str) -> bytes:
    """Return an animation of two frames, red and blue."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


@cache
def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Return a PNG of at most a few megabytes that contains gigabytes of pixels."""
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


def many_scans(size: tuple[int, int] = (64, 64), times: int = 3000) -> bytes:
    """Return a JPEG with `times` as many scans as usual."""
    whole = encoded(Image.new("L", size, "teal"), "JPEG", progressive=True)
    start = whole.index(b"\xff\xda")
    return whole[:start] + whole[start:-2] * times + whole[-2:]


def noise(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """Return a picture that does not compress."""
    return encoded(Image.effect_noise(size, 100).convert("RGB"), kind)


@cache
def phone_photograph(width: int, height: int, **options: object) -> bytes:
    """Return a JPEG of many pixels, red on the left and blue on the right, in about a megabyte."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return encoded(image, "JPEG", quality=50, **options)


def colour_profile(space: bytes, gamma: float | None = None) -> bytes:
    """Return an ICC profile (version 4) of Display P3 (`RGB `), or grey with a gamma (`GRAY`)."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*SRGB_CURVE)
    if gamma is not None:
        curve = b"para" + bytes(4) + struct.pack(">HH", 0, 0) + _fixed(gamma)
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"desc": _text("Test"), b"cprt": _text("None")}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        for name, colorant in P3_COLORANTS.items():
            tags[name + b"XYZ"], tags[name + b"TRC"] = _xyz(*colorant), curve
    body, directory = b"", struct.pack(">I", len(tags))
    for name, content in tags.items():
        directory += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = 128 + len(directory) + len(body)
    head = struct.pack(">I4xI", size, 0x04000000) + b"mntr" + space.ljust(4) + b"XYZ "
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += _fixed(0.9642, 1.0, 0.8249) + bytes(48)
    return head + directory + body


SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
P3_COLORANTS = {
    b"r": (0.51512, 0.2412, -0.00105),
    b"g": (0.29198, 0.69225, 0.04189),
    b"b": (0.1571, 0.06657, 0.78407),
}


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(each * 65536) for each in numbers))


def _xyz(*numbers: float) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*numbers)


def _text(text: str) -> bytes:
    written = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(written), 28) + written


DISPLAY_P3 = colour_profile(b"RGB ")

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def pixel(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    """Return the channels of a pixel of a coloured picture."""
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return found


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return an image as a file of this kind."""
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()
