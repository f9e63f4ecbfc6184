"""How a JPEG is decoded, by its head."""

import pytest
from PIL import Image

from kinoteka.core.media.jpeg import decodes_in_one_pass
from pictures import photograph, picture, saved

WHOLE = saved(Image.new("RGB", (64, 48), "teal"), "JPEG")
SCAN = WHOLE.index(b"\xff\xda")
# A scan for the first component alone, as where each component has one of its own.
APART = WHOLE[:SCAN] + b"\xff\xda\x00\x08\x01" + WHOLE[SCAN + 5 : SCAN + 7] + WHOLE[SCAN + 11 :]


@pytest.mark.parametrize(
    ("data", "one_pass"),
    [
        (WHOLE, True),
        (photograph(6), True),
        (picture("JPEG", mode="L"), True),
        (picture("JPEG", mode="CMYK"), True),
        (WHOLE[:2] + b"\xff\xff" + WHOLE[3:], True),
        (saved(Image.new("RGB", (64, 48)), "JPEG", progressive=True), False),
        (APART, False),
        (WHOLE[:SCAN], False),
        (WHOLE[:20], False),
        (b"\xff\xd8\xff", False),
        (b"", False),
    ],
)
def test_jpeg_is_decoded_in_one_pass_only_with_one_scan_of_all_components(data, one_pass):
    assert decodes_in_one_pass(data) is one_pass


def test_every_cut_of_the_head_has_an_answer():
    for end in range(SCAN + 10):
        assert decodes_in_one_pass(WHOLE[:end]) in (True, False)
