"""What an uploaded picture may be, and what becomes of it.

Kinds of pictures are told by their content alone (their first bytes), by Pillow's names.
"""

UPLOAD_LARGEST = 10 * 1024 * 1024
PIXELS_MOST = 40_000_000
SCALABLE_PIXELS_MOST = 80_000_000
"""Pixels of a JPEG that is scaled while it is decoded, such as those of a phone's whole sensor.

See `jpeg.decodes_in_one_pass`: of others the decoder keeps all in memory, whatever the scale.
"""
LONGER_SIDE = 1024
QUALITY = 85

JPEG_ALONE = frozenset({"JPEG"})
PICTURES = frozenset({"JPEG", "PNG", "WEBP"})


def kind_of(data: bytes) -> str | None:
    """The kind of picture whose signature the data begins with; None: another or none."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None
