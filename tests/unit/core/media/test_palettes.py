"""Palettes have enough contrast and suit the genre."""

from random import Random

import pytest

from kinoteka.core.media.palettes import GENRE_PALETTES, PALETTES, choose_palette


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.ground)
def test_text_has_enough_contrast(palette):
    assert contrast(palette.ink, palette.paper) >= 7  # WCAG 2.2, 1.4.6


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.ground)
def test_shapes_have_enough_contrast(palette):
    strongest = max(contrast(shape, palette.ground) for shape in palette.shape_colours)
    assert strongest >= 2.5
    assert all(contrast(shape, palette.ground) >= 1.15 for shape in palette.shape_colours)


@pytest.mark.parametrize("name", ["Horror", "HORROR", "Body horror"])
def test_genre_has_its_palettes(name):
    chosen = {choose_palette(name, Random(seed)) for seed in range(60)}
    assert chosen == set(GENRE_PALETTES["horror"])


@pytest.mark.parametrize("name", [None, "", "Мелодрама", "Unheard-of"])
def test_unknown_genre_has_any_palette(name):
    chosen = {choose_palette(name, Random(seed)) for seed in range(400)}
    assert chosen == set(PALETTES)


def test_same_seed_gives_the_same_palette():
    assert choose_palette("Drama", Random(5)) == choose_palette("Drama", Random(5))
