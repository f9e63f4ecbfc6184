"""What the head of a JPEG tells about how it is decoded (ITU-T T.81, annex B)."""

SEQUENTIAL_FRAMES = (0xC0, 0xC1)
OTHER_FRAMES = frozenset(range(0xC2, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def decodes_in_one_pass(data: bytes) -> bool:
    """Return whether a JPEG is decoded row by row, so that scaling it saves memory.

    Of any other one, progressive or with a scan for each component, the decoder keeps all
    coefficients of the whole picture.
    """
    components = None
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in OTHER_FRAMES:
            return False
        if marker in SEQUENTIAL_FRAMES:
            components = data[at + 9 : at + 10]
        if marker == SCAN:
            return components is not None and data[at + 4 : at + 5] == components
        at += 2 + length
    return False
