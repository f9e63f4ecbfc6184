"""Colours of posters: legible, and the genre's own."""

from random import Random

import pytest

from kinoteka.core.media.palettes import MOODS, PALETTES, choose_palette


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.ground)
def test_letters_are_legible(palette):
    assert contrast(palette.ink, palette.paper) >= 7  # WCAG 2.2, 1.4.6


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.ground)
def test_shapes_stand_out_from_the_ground(palette):
    strongest = max(contrast(shape, palette.ground) for shape in palette.shapes)
    assert strongest >= 2.5
    assert all(contrast(shape, palette.ground) >= 1.15 for shape in palette.shapes)


@pytest.mark.parametrize("name", ["Horror", "HORROR", "Body horror"])
def test_a_genre_has_its_own(name):
    chosen = {choose_palette(name, Random(seed)) for seed in range(60)}
    assert chosen == set(MOODS["horror"])


@pytest.mark.parametrize("name", [None, "", "Мелодрама", "Unheard-of"])
def test_an_unknown_one_has_any(name):
    chosen = {choose_palette(name, Random(seed)) for seed in range(400)}
    assert chosen == set(PALETTES)


def test_the_same_chance_gives_the_same():
    assert choose_palette("Drama", Random(5)) == choose_palette("Drama", Random(5))
