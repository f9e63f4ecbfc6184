"""Read from the markers of a JPEG how it is decoded (ITU-T T.81, annex B).

The module finds markers as decoders do: it skips bytes between two segments up to a byte FF that
is not followed by a zero or another FF. If it took FF 00 for a segment, a crafted file could hide
the frame that is decoded.
"""

import re
from collections.abc import Iterator

SEQUENTIAL_FRAMES = (0xC0, 0xC1)
OTHER_FRAMES = frozenset(range(0xC2, 0xD0)) - {0xC4, 0xC8, 0xCC}
END, SCAN = 0xD9, 0xDA
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
"""Markers with a segment. Markers without one may occur anywhere."""


def decodes_in_one_pass(data: bytes) -> bool:
    """Return whether a JPEG is decoded row by row, so that scaling it saves memory.

    For other JPEGs, progressive ones or with a scan per component, the decoder holds the
    coefficients of the whole picture in memory.
    """
    components = None
    for marker, at in _segments(data):
        if marker in OTHER_FRAMES:
            return False
        if marker in SEQUENTIAL_FRAMES:
            components = data[at + 9 : at + 10]
        if marker == SCAN:
            return components is not None and data[at + 4 : at + 5] == components
    return False


def count_scans(data: bytes) -> int:
    """Return the number of scans, each of which may be a pass over the whole picture.

    Embedded previews and data after the end of the picture do not count.
    """
    return sum(marker == SCAN for marker, _ in _segments(data))


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker of the picture and its offset."""
    at = 2
    while (found := MARKER.search(data, at)) is not None and data[found.start() + 1] != END:
        at = found.start()
        yield data[at + 1], at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
