"""Formats and limits of uploaded pictures.

Formats have Pillow's names and are recognized by the first bytes of the content.
"""

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SCALABLE_PIXELS = 80_000_000
"""The limit for JPEGs that are scaled while they are decoded, such as photos of large sensors.

For other JPEGs the decoder holds all pixels in memory; see `jpeg.decodes_in_one_pass`.
"""
LONGER_SIDE = 1024
QUALITY = 85
WEBP_QUALITY = 82
WEBP_EFFORT = 4
"""Pillow's `method`, from 0 (fast) to 6 (small)."""

Pictures = dict[str, bytes]
"""A picture in several sizes, by the name of the size."""
POSTER_SIZES = {"large": (800, 1200), "small": (400, 600)}
"""The largest width and height of each size of posters, in pixels, the largest first."""

JPEG_ONLY = frozenset({"JPEG"})
PICTURES = frozenset({"JPEG", "PNG", "WEBP"})


def detect_format(data: bytes) -> str | None:
    """Return the supported format whose signature the data starts with, or None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None
