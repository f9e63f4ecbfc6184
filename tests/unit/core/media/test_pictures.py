"""Uploaded pictures: accepted formats, rejected files, and the result."""

from io import BytesIO

import pytest
from PIL import Image, JpegImagePlugin

from kinoteka.core.media.model import JPEG_ONLY, PICTURES
from kinoteka.core.media.pictures import re_encode
from kinoteka.errors import Code, DomainError
from tests.support.errors import raises_error
from tests.support.pictures import (
    CAMERA,
    SVG,
    animation,
    bomb,
    encoded,
    many_scans,
    noise,
    phone_photograph,
    photograph,
    picture,
    pixel,
    two_colour_picture,
)
from tests.unit.core.media.test_jpeg import APART


def reencoded(data: bytes, allowed: frozenset[str] = PICTURES) -> Image.Image:
    image = Image.open(BytesIO(re_encode(data, allowed)))
    image.load()
    assert (image.format, image.mode) == ("JPEG", "RGB")
    return image


def is_close(pixel: tuple[int, ...], colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_picture_of_each_format_looks_the_same(kind):
    image = reencoded(two_colour_picture(kind))
    assert image.size == (200, 100)
    assert is_close(pixel(image, (20, 50)), (255, 0, 0))
    assert is_close(pixel(image, (180, 50)), (0, 0, 255))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "1"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_every_colour_mode_is_decoded(kind, mode):
    assert reencoded(picture(kind, mode=mode)).size == (64, 48)


def test_16_bit_grey_becomes_8_bit_grey():
    assert is_close(pixel(reencoded(picture("PNG", mode="I;16")), (5, 5)), (128, 128, 128))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_pixels_become_white(kind):
    assert is_close(pixel(reencoded(picture(kind, mode="RGBA")), (5, 5)), (255, 255, 255))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 1500), (1024, 512)),
        ((1024, 1024), (1024, 1024)),
        ((3, 5000), (1, 1024)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_large_picture_is_scaled_down(kind, size, expected):
    assert reencoded(picture(kind, size)).size == expected


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (200, 100), (20, 50)),
        (2, (200, 100), (180, 50)),
        (3, (200, 100), (180, 50)),
        (4, (200, 100), (20, 50)),
        (5, (100, 200), (50, 20)),
        (6, (100, 200), (50, 20)),
        (7, (100, 200), (50, 180)),
        (8, (100, 200), (50, 180)),
        (99, (200, 100), (20, 50)),
    ],
)
def test_picture_is_turned_upright(orientation, size, red_at):
    image = reencoded(photograph(orientation))
    assert image.size == size
    assert is_close(pixel(image, red_at), (255, 0, 0))


def test_metadata_is_removed():
    before = photograph(6)
    assert CAMERA.encode() in before
    after = re_encode(before + b"what follows the picture", PICTURES)
    image = Image.open(BytesIO(after))
    assert len(image.getexif()) == 0
    assert {"exif", "icc_profile", "comment", "xmp"}.isdisjoint(image.info)
    assert CAMERA.encode() not in after
    assert b"what follows" not in after


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_metadata_is_ignored():
    assert reencoded(two_colour_picture(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")).size == (200, 100)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animation_gives_its_first_frame(kind):
    assert is_close(pixel(reencoded(animation(kind)), (20, 20)), (255, 0, 0))


OTHERS = {
    "GIF": animation("GIF"),
    "SVG": SVG,
    "BMP": picture("BMP"),
    "TIFF": picture("TIFF"),
    "ICO": picture("ICO"),
    "PDF": b"%PDF-1.7 and so on",
    "text": b"\xd0\xbd\xd0\xb5\xd1\x82",
    "one byte": b"\xff",
    "another RIFF": b"RIFF\x24\x00\x00\x00WAVEfmt ",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_other_formats_are_rejected(data):
    with raises_error(Code.UPLOAD_WRONG_TYPE, allowed="JPEG, PNG, WEBP"):
        re_encode(data, PICTURES)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_formats_that_are_not_allowed_are_rejected(kind):
    with raises_error(Code.UPLOAD_WRONG_TYPE, allowed="JPEG"):
        re_encode(picture(kind), JPEG_ONLY)


BROKEN = {
    "nothing": b"",
    "half a JPEG": noise((200, 200), "JPEG")[:5000],
    "half a PNG": noise((200, 200), "PNG")[:5000],
    "half a WebP": noise((200, 200), "WEBP")[:5000],
    "the head of a JPEG": picture()[:10],
    "a PNG without its pixels": picture("PNG")[:33],
    "a JPEG of thousands of passes": many_scans(),
    "a PNG in the clothes of a JPEG": b"\xff\xd8\xff" + picture("PNG"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_unreadable_picture_is_rejected(data):
    with raises_error(Code.UPLOAD_UNREADABLE):
        re_encode(data, PICTURES)


def test_large_jpeg_may_have_fewer_scans_than_a_small_one():
    assert reencoded(many_scans((500, 400), 10)).size == (500, 400)
    with raises_error(Code.UPLOAD_UNREADABLE, reason="scans"):
        re_encode(many_scans((5000, 4000), 10), PICTURES)


@pytest.mark.parametrize(
    ("size", "kind"), [((8000, 6000), "JPEG"), ((8160, 6144), "JPEG"), ((8160, 6144), "MPO")]
)
def test_phone_photograph_is_scaled_while_it_is_decoded(size, kind):
    data = phone_photograph(*size)
    if kind == "MPO":  # Phones add a second, smaller picture.
        first = Image.open(BytesIO(data))
        data = encoded(first, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    image = reencoded(data, JPEG_ONLY)
    assert max(image.size) == 1024
    assert is_close(pixel(image, (20, 50)), (255, 0, 0))
    assert is_close(pixel(image, (image.width - 20, 50)), (0, 0, 255))


def test_phone_photograph_is_never_decoded_at_full_size(monkeypatch):
    sizes = []
    whole = JpegImagePlugin.JpegImageFile.load

    def load(self):
        sizes.append(self.size)
        return whole(self)

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "load", load)
    reencoded(phone_photograph(8160, 6144))
    assert max(sizes) == (4080, 3072)


BOMBS = {
    "a PNG of 2,500 megapixels": (bomb, 40),
    "a PNG of 41 megapixels": (lambda: bomb(8200, 5000), 40),
    "a WebP of 42 megapixels": (lambda: webp_claiming(7000, 6000), 40),
    "a progressive JPEG of 48 megapixels": (lambda: jpeg_claiming(8000, 6000, b"\xff\xc2"), 40),
    "a JPEG of 48 megapixels with a scan for each component": (
        lambda: jpeg_claiming(8000, 6000, data=APART),
        40,
    ),
    "a JPEG of 81 megapixels": (lambda: jpeg_claiming(9000, 9000), 80),
    "a JPEG that claims 4,295 megapixels": (lambda: jpeg_claiming(65_535, 65_535), 80),
}


@pytest.mark.parametrize(("make", "limit"), BOMBS.values(), ids=BOMBS)
def test_picture_with_too_many_pixels_is_rejected_with_the_limit(make, limit):
    with raises_error(Code.UPLOAD_TOO_MANY_PIXELS, limit=limit):
        re_encode(make(), PICTURES)


def jpeg_claiming(width, height, frame=b"\xff\xc0", data=None):
    """Return a small JPEG, progressive with another `frame`, whose head claims another size."""
    progressive = frame != b"\xff\xc0"
    data = bytearray(data or encoded(Image.new("RGB", (64, 48)), "JPEG", progressive=progressive))
    start = data.index(frame)
    data[start + 5 : start + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def webp_claiming(width, height):
    """Return a small lossless WebP whose head claims another size."""
    data = bytearray(encoded(Image.new("RGB", (64, 48)), "WEBP", lossless=True))
    start = data.index(b"VP8L") + 9
    rest = int.from_bytes(data[start : start + 4], "little") >> 28 << 28
    size = (width - 1) | (height - 1) << 14 | rest
    data[start : start + 4] = size.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_every_truncated_or_damaged_picture_is_decoded_or_rejected(kind):
    whole = noise((24, 24), kind)
    errors = set()
    for end in range(len(whole)):
        bent = bytearray(whole)
        bent[end] ^= 0xFF
        for data in (whole[:end], bytes(bent)):
            try:
                assert re_encode(data, PICTURES)
            except DomainError as error:
                errors.add(error.code)
    assert errors >= {Code.UPLOAD_UNREADABLE, Code.UPLOAD_WRONG_TYPE}
    assert errors <= {
        Code.UPLOAD_UNREADABLE,
        Code.UPLOAD_WRONG_TYPE,
        Code.UPLOAD_TOO_MANY_PIXELS,
    }
