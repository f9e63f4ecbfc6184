"""Colours of uploaded pictures are converted by the picture's profile."""

import pytest
from PIL import Image

from kinoteka.core.media.colours import MAX_PROFILE_BYTES, convert_to_srgb
from tests.support.pictures import DISPLAY_P3, colour_profile, encoded, pixel
from tests.unit.core.media.test_pictures import is_close, reencoded

GREY_LINEAR = colour_profile(b"GRAY", gamma=1.0)

# Colours of Display P3 in sRGB, clipped to its gamut: linear light, through the matrices
# of both colour spaces, and back (CSS Color 4, 17).
P3_IN_SRGB = {
    (255, 255, 255): (255, 255, 255),
    (0, 0, 0): (0, 0, 0),
    (128, 128, 128): (128, 128, 128),
    (200, 120, 100): (213, 115, 95),
    (100, 160, 120): (78, 162, 116),
    (234, 51, 35): (255, 0, 0),
    (117, 251, 76): (3, 255, 0),
}


@pytest.mark.parametrize(("colour", "expected"), P3_IN_SRGB.items())
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_display_p3_is_converted_to_srgb(kind, colour, expected):
    image = Image.new("RGB", (64, 48), colour)
    lossless = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    lossless |= {"lossless": True} if kind == "WEBP" else {}
    converted = reencoded(encoded(image, kind, icc_profile=DISPLAY_P3, **lossless))
    assert is_close(pixel(converted, (30, 20)), expected)
    assert "icc_profile" not in converted.info


def test_transparent_pixels_become_white_after_colour_conversion():
    image = Image.new("RGBA", (64, 48), (234, 51, 35, 255))
    image.paste((0, 0, 0, 0), (0, 0, 32, 48))
    converted = reencoded(encoded(image, "PNG", icc_profile=DISPLAY_P3))
    assert is_close(pixel(converted, (10, 20)), (255, 255, 255))
    assert is_close(pixel(converted, (50, 20)), (255, 0, 0))


def test_grey_is_converted_by_its_profile():
    converted = reencoded(encoded(Image.new("L", (64, 48), 128), "PNG", icc_profile=GREY_LINEAR))
    assert is_close(pixel(converted, (5, 5)), (188, 188, 188))


@pytest.mark.parametrize(
    "profile",
    [
        None,
        b"",
        b"junk" * 50,
        DISPLAY_P3[:200],
        GREY_LINEAR,
        DISPLAY_P3 + bytes(MAX_PROFILE_BYTES),
    ],
    ids=["none", "empty", "junk", "cut off", "of another colour space", "too large"],
)
def test_unusable_profile_is_ignored(profile):
    image = Image.new("RGB", (8, 8), (200, 120, 100))
    assert convert_to_srgb(image, profile).getpixel((1, 1)) == (200, 120, 100)


def test_broken_profile_of_an_upload_is_ignored():
    for length in range(0, len(DISPLAY_P3), 7):
        bent = DISPLAY_P3[:length] + b"\xff" + DISPLAY_P3[length + 1 :]
        converted = reencoded(encoded(Image.new("RGB", (8, 8)), "PNG", icc_profile=bent))
        assert converted.size == (8, 8)
