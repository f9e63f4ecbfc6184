"""How a JPEG is decoded, as its head says."""

import pytest
from PIL import Image

from kinoteka.core.media.jpeg import count_scans, decodes_in_one_pass
from tests.support.pictures import encoded, photograph, picture

WHOLE = encoded(Image.new("RGB", (64, 48), "teal"), "JPEG")
SCAN = WHOLE.index(b"\xff\xda")
# A scan of the first component only, as in pictures with a scan per component.
APART = WHOLE[:SCAN] + b"\xff\xda\x00\x08\x01" + WHOLE[SCAN + 5 : SCAN + 7] + WHOLE[SCAN + 11 :]

PROGRESSIVE = encoded(Image.new("RGB", (64, 48)), "JPEG", progressive=True)
# Decoders skip FF 00. If it were taken for a segment, it would hide the progressive frame.
DISGUISED = (
    b"\xff\xd8\xff\x00" + (2 + len(PROGRESSIVE)).to_bytes(2, "big") + PROGRESSIVE[2:] + b"\0\0"
) + WHOLE[2:]


@pytest.mark.parametrize(
    ("data", "one_pass"),
    [
        (WHOLE, True),
        (photograph(6), True),
        (picture("JPEG", mode="L"), True),
        (picture("JPEG", mode="CMYK"), True),
        (WHOLE[:2] + b"\xff\xff" + WHOLE[3:], True),
        (PROGRESSIVE, False),
        (DISGUISED, False),
        (APART, False),
        (WHOLE[:SCAN], False),
        (WHOLE[:20], False),
        (b"\xff\xd8\xff", False),
        (b"", False),
    ],
)
def test_jpeg_is_decoded_in_one_pass_only_with_one_scan_of_all_components(data, one_pass):
    assert decodes_in_one_pass(data) is one_pass


def test_every_truncated_head_is_classified():
    for end in range(SCAN + 10):
        assert decodes_in_one_pass(WHOLE[:end]) in (True, False)


@pytest.mark.parametrize(
    ("data", "scans"),
    [
        (WHOLE, 1),
        (PROGRESSIVE, 10),
        (PROGRESSIVE + PROGRESSIVE, 10),
        (WHOLE[:2] + b"\xff\xe1\x00\x06\xff\xda\xff\xda" + WHOLE[2:], 1),
        (WHOLE[:-2] + WHOLE[SCAN:], 2),
        (b"\xff\xd8\xff", 0),
        (b"", 0),
    ],
    ids=["one", "progressive", "another picture behind", "a preview", "twice", "cut", "nothing"],
)
def test_only_scans_of_the_picture_itself_are_counted(data, scans):
    assert count_scans(data) == scans
