"""Posters drawn from what is known of a film, as SVG: the same facts always give the same bytes.

The picture is a motif in a genre's colours beside the title, the director and the year. It holds
no script, no style sheet, and no address of anything outside.
"""

import hashlib
from random import Random

import msgspec

from kinoteka.core.media.lettering import (
    LONGEST,
    Setting,
    element_text,
    fit,
    fit_line,
    is_right_to_left,
    readable,
)
from kinoteka.core.media.motifs import MOTIFS
from kinoteka.core.media.palettes import Palette, choose_palette

WIDTH = 400
HEIGHT = 600
MARGIN = 30
LINE = WIDTH - 2 * MARGIN
WHOLE_WORDS = (58.0, 50.0, 43.0, 36.0, 30.0, 26.0, 22.0)
BROKEN_WORDS = (30.0, 26.0, 22.0, 19.0, 17.0)
TITLE_HIGHEST = 230.0
SMALL = 14.5
YEAR_ROOM = 70

FONTS = (
    "'Helvetica Neue', Helvetica, Arial, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "Georgia, 'Noto Serif', 'DejaVu Serif', 'Times New Roman', serif",
)


class PosterFacts(msgspec.Struct, frozen=True):
    """What a poster is made of; `film_id` tells apart films that have all else in common."""

    film_id: int
    title: str
    year: int | None = None
    director: str | None = None
    genre: str | None = None


def draw_poster(facts: PosterFacts) -> bytes:
    """A film's poster, 400 by 600, as an SVG document in UTF-8."""
    chance = _chance(facts)
    palette = choose_palette(facts.genre, chance)
    motif = chance.choice(MOTIFS)
    font = chance.choice(FONTS)
    title_first = chance.random() < 0.3
    title = fit(facts.title, LINE, TITLE_HIGHEST, WHOLE_WORDS, BROKEN_WORDS)
    room = round(title.total + 3 * SMALL + 2 * MARGIN + 12)
    seen = HEIGHT - room
    picture = motif(chance, palette, WIDTH, seen)
    name = readable(facts.title)[:LONGEST]
    label = element_text(f"{name} ({facts.year})" if facts.year else name)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">',
            f"<title>{label}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{palette.paper}"/>',
            f'<svg y="{room if title_first else 0}" width="{WIDTH}" height="{seen}">',
            f'<rect width="{WIDTH}" height="{seen}" fill="{palette.ground}"/>',
            *picture,
            "</svg>",
            f'<g transform="translate(0 {0 if title_first else seen})" font-family="{font}" '
            f'fill="{palette.ink}">',
            *_words(facts, title, palette, room),
            "</g></svg>",
        )
    ).encode()


def _chance(facts: PosterFacts) -> Random:
    # Not of Python's hash, which differs from process to process.
    digest = hashlib.blake2b(f"{facts.film_id}\0{facts.title}".encode(errors="replace"))
    return Random(digest.digest()[:8])  # noqa: S311 (a picture, no secret)


def _words(facts: PosterFacts, title: Setting, palette: Palette, room: float) -> list[str]:
    """The block beside the picture: genre, title, director and year."""
    elements = [_rect_mark(palette)]
    if facts.genre:
        genre = fit_line(facts.genre.upper(), LINE * 0.8, SMALL * 0.8)
        elements.append(_text(genre, MARGIN + 4, SMALL * 0.8, spacing=1.6))
    y = MARGIN + 14.0
    for line in title.lines:
        y += title.height
        elements.append(_text(line, y - title.height * 0.12, title.size, bold=True))
    last = room - MARGIN
    if facts.director:
        director = fit_line(facts.director, LINE - YEAR_ROOM, SMALL)
        elements.append(_text(director, last, SMALL))
    if facts.year:
        # Opposite the director, on whichever side that begins.
        x, anchor = WIDTH - MARGIN, "end"
        if is_right_to_left(facts.director or ""):
            x, anchor = MARGIN, "start"
        placed = f'x="{x}" y="{last}" font-size="{SMALL}" text-anchor="{anchor}"'
        elements.append(f"<text {placed}>{facts.year}</text>")
    return elements


def _rect_mark(palette: Palette) -> str:
    return f'<rect x="{MARGIN}" y="0" width="44" height="5" fill="{palette.shapes[0]}"/>'


def _text(text: str, y: float, size: float, *, bold: bool = False, spacing: float = 0) -> str:
    """A line at the margin on which its script begins."""
    x, turned = MARGIN, ""
    if is_right_to_left(text):
        x, turned = WIDTH - MARGIN, ' direction="rtl"'
    weight = ' font-weight="700"' if bold else ""
    spread = f' letter-spacing="{spacing}"' if spacing and not turned else ""
    placed = f'x="{x}" y="{y:.1f}" font-size="{size:g}"'
    return f"<text {placed}{weight}{spread}{turned}>{element_text(text)}</text>"
