"""What the markers of a JPEG tell about how it is decoded (ITU-T T.81, annex B).

Markers are found as decoders find them: what lies between two segments is skipped, up to a byte
FF that neither a zero nor another FF follows. A reader that took FF 00 for a segment could be led
past the frame that is decoded.
"""

import re
from collections.abc import Iterator

SEQUENTIAL_FRAMES = (0xC0, 0xC1)
OTHER_FRAMES = frozenset(range(0xC2, 0xD0)) - {0xC4, 0xC8, 0xCC}
END, SCAN = 0xD9, 0xDA
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
"""Markers but those without a segment, which may stand anywhere."""


def decodes_in_one_pass(data: bytes) -> bool:
    """Return whether a JPEG is decoded row by row, so that scaling it saves memory.

    Of any other one, progressive or with a scan for each component, the decoder keeps all
    coefficients of the whole picture.
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


def scans_of(data: bytes) -> int:
    """Return how many scans the picture has, each of which may be a pass over all of it.

    The previews that it carries and what follows its end do not count.
    """
    return sum(marker == SCAN for marker, _ in _segments(data))


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker between the picture's beginning and end, and where it stands."""
    at = 2
    while (found := MARKER.search(data, at)) is not None and data[found.start() + 1] != END:
        at = found.start()
        yield data[at + 1], at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
