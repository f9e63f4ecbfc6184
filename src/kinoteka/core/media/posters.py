"""Draw posters for films without one, as SVG. The same facts always give the same bytes.

A poster has a motif in colours that suit the genre, and the title, the director and the year. It
contains no scripts, no style sheets and no references to other resources.
"""

import hashlib
from random import Random

import msgspec

from kinoteka.core.media.lettering import (
    MAX_CHARACTERS,
    TextLayout,
    clean_line,
    element_text,
    fit_line,
    fit_text,
    is_right_to_left,
)
from kinoteka.core.media.motifs import MOTIFS
from kinoteka.core.media.palettes import Palette, choose_palette

WIDTH = 400
HEIGHT = 600
MARGIN = 30
TEXT_WIDTH = WIDTH - 2 * MARGIN
WHOLE_WORDS = (58.0, 50.0, 43.0, 36.0, 30.0, 26.0, 22.0)
BROKEN_WORDS = (30.0, 26.0, 22.0, 19.0, 17.0)
TITLE_HEIGHT_MAX = 230.0
SMALL_SIZE = 14.5
YEAR_ROOM = 70

FONTS = (
    "'Helvetica Neue', Helvetica, Arial, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "Georgia, 'Noto Serif', 'DejaVu Serif', 'Times New Roman', serif",
)


class PosterFacts(msgspec.Struct, frozen=True):
    """The facts that a poster shows; `film_id` makes posters of films with equal titles differ."""

    film_id: int
    title: str
    year: int | None = None
    director: str | None = None
    genre: str | None = None


def draw_poster(facts: PosterFacts) -> bytes:
    """Return a film's poster, 400 by 600, as an SVG document in UTF-8."""
    rng = _seeded_random(facts)
    palette = choose_palette(facts.genre, rng)
    motif = rng.choice(MOTIFS)
    font = rng.choice(FONTS)
    title_first = rng.random() < 0.3
    title = fit_text(facts.title, TEXT_WIDTH, TITLE_HEIGHT_MAX, WHOLE_WORDS, BROKEN_WORDS)
    text_height = round(title.total + 3 * SMALL_SIZE + 2 * MARGIN + 12)
    picture_height = HEIGHT - text_height
    picture_y, text_y = (text_height, 0) if title_first else (0, picture_height)
    picture = motif(rng, palette, WIDTH, picture_height)
    name = clean_line(facts.title)[:MAX_CHARACTERS]
    label = element_text(f"{name} ({facts.year})" if facts.year else name)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">',
            f"<title>{label}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{palette.paper}"/>',
            f'<svg y="{picture_y}" width="{WIDTH}" height="{picture_height}">',
            f'<rect width="{WIDTH}" height="{picture_height}" fill="{palette.ground}"/>',
            *picture,
            "</svg>",
            f'<g transform="translate(0 {text_y})" font-family="{font}" fill="{palette.ink}">',
            *_text_block(facts, title, palette, text_height),
            "</g></svg>",
        )
    ).encode()


def _seeded_random(facts: PosterFacts) -> Random:
    # Python's own hash differs between processes.
    digest = hashlib.blake2b(f"{facts.film_id}\0{facts.title}".encode(errors="replace"))
    return Random(digest.digest()[:8])  # noqa: S311 (not used for secrets)


def _text_block(
    facts: PosterFacts, title: TextLayout, palette: Palette, height: float
) -> list[str]:
    """Draw the block beside the picture: genre, title, director and year."""
    elements = [_accent(palette)]
    if facts.genre:
        genre = fit_line(facts.genre.upper(), TEXT_WIDTH * 0.8, SMALL_SIZE * 0.8)
        elements.append(_text(genre, MARGIN + 4, SMALL_SIZE * 0.8, spacing=1.6))
    y = MARGIN + 14.0
    for line in title.lines:
        y += title.height
        elements.append(_text(line, y - title.height * 0.12, title.size, bold=True))
    last = height - MARGIN
    if facts.director:
        director = fit_line(facts.director, TEXT_WIDTH - YEAR_ROOM, SMALL_SIZE)
        elements.append(_text(director, last, SMALL_SIZE))
    if facts.year:
        # The year is on the side opposite to the director's name.
        x, anchor = WIDTH - MARGIN, "end"
        if is_right_to_left(facts.director or ""):
            x, anchor = MARGIN, "start"
        placed = f'x="{x}" y="{last}" font-size="{SMALL_SIZE}" text-anchor="{anchor}"'
        elements.append(f"<text {placed}>{facts.year}</text>")
    return elements


def _accent(palette: Palette) -> str:
    return f'<rect x="{MARGIN}" y="0" width="44" height="5" fill="{palette.shape_colours[0]}"/>'


def _text(text: str, y: float, size: float, *, bold: bool = False, spacing: float = 0) -> str:
    """Draw a line of text that starts at the left or right margin, as its script requires."""
    x, turned = MARGIN, ""
    if is_right_to_left(text):
        x, turned = WIDTH - MARGIN, ' direction="rtl"'
    weight = ' font-weight="700"' if bold else ""
    spread = f' letter-spacing="{spacing}"' if spacing and not turned else ""
    placed = f'x="{x}" y="{y:.1f}" font-size="{size:g}"'
    return f"<text {placed}{weight}{spread}{turned}>{element_text(text)}</text>"
