"""Motifs of posters: simple shapes as elements of SVG 1.1.

A motif is a function of a random number generator, a palette and the picture's size. It returns
elements that fill the picture. The surrounding SVG element clips what extends beyond the edges.
"""

import math
from collections.abc import Callable
from random import Random

from kinoteka.core.media.palettes import Palette

Motif = Callable[[Random, Palette, float, float], list[str]]


def sun(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw a large disc behind stripes."""
    disc, line, _ = _shuffled(rng, palette)
    radius = min(width, height) * rng.uniform(0.36, 0.46)
    x, y = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.42, 0.52)
    elements = [_circle(x, y, radius, disc)]
    stripes = rng.randint(5, 9)
    for number in range(stripes):
        top = y + radius * number / stripes
        thickness = radius * (0.02 + 0.09 * number / stripes)
        elements.append(_rect(0, top, width, thickness, palette.ground))
    horizon = y + radius
    return [*elements, _rect(0, horizon, width, 3, line)]


def rings(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw concentric circles in alternating colours."""
    colours = _shuffled(rng, palette)
    x, y = width * rng.choice((0, 0.5, 1)), height * rng.choice((0, 0.5, 1))
    count = rng.randint(6, 10)
    reach = math.hypot(max(x, width - x), max(y, height - y)) * rng.uniform(0.8, 1)
    elements = []
    for number in range(count, 0, -1):
        colour = palette.ground if number % 2 else colours[number // 2 % len(colours)]
        elements.append(_circle(x, y, reach * number / count, colour))
    return elements


def waves(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw layers of waves or hills."""
    near, far, disc = _shuffled(rng, palette)
    size = min(width, height) * rng.uniform(0.1, 0.2)
    elements = [_circle(width * rng.uniform(0.2, 0.8), height * 0.26, size, disc)]
    layers = rng.randint(4, 6)
    for number in range(layers):
        base = height * (0.42 + 0.5 * number / layers)
        lift, phase = height * rng.uniform(0.04, 0.1), rng.uniform(0, math.tau)
        ridge = [
            (width * step / 24, base + lift * math.sin(phase + step / 24 * math.tau * 1.2))
            for step in range(25)
        ]
        colour = (far, near)[number % 2]
        shade = 0.35 + 0.65 * number / (layers - 1)
        elements.append(_polygon([*ridge, (width, height), (0, height)], colour, shade))
    return elements


def peaks(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw mountains, each with a lit side."""
    dark, light, disc = _shuffled(rng, palette)
    size = width * rng.uniform(0.08, 0.16)
    elements = [_circle(width * rng.uniform(0.15, 0.85), height * 0.2, size, disc)]
    for number in range(3):
        x = width * (rng.uniform(0.1, 0.35) + 0.28 * number)
        top = height * rng.uniform(0.28, 0.6)
        half = width * rng.uniform(0.3, 0.45)
        elements.append(_polygon([(x - half, height), (x, top), (x + half, height)], dark))
        bend = x + half * rng.uniform(0.05, 0.25)
        elements.append(_polygon([(x, top), (bend, height), (x + half, height)], light, 0.85))
    return elements


def beams(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw beams of light from one point, as from a projector."""
    colours = _shuffled(rng, palette)
    x, y = width * rng.choice((0.08, 0.5, 0.92)), height * rng.uniform(0.05, 0.3)
    count = rng.randint(9, 15) * 2
    reach, turn = width + height, rng.uniform(0, math.tau)
    elements = []
    for number in range(0, count, 2):
        first, second = (turn + math.tau * edge / count for edge in (number, number + 1))
        elements.append(
            _polygon(
                [(x, y), _polar(x, y, reach, first), _polar(x, y, reach, second)], colours[0], 0.9
            )
        )
    size = min(width, height)
    disc = _circle(x, y, size * rng.uniform(0.12, 0.2), colours[1])
    return [*elements, disc, _circle(x, y, size * 0.06, colours[2])]


def tiles(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw a mosaic of quarter circles, discs and squares."""
    columns = rng.randint(3, 5)
    size = width / columns
    elements = []
    for row in range(math.ceil(height / size)):
        for column in range(columns):
            x, y = column * size, row * size
            colours = _shuffled(rng, palette)
            if rng.random() < 0.5:
                elements.append(_rect(x, y, size, size, colours[0]))
            shape = rng.randrange(4)
            if shape == 0:
                elements.append(_circle(x + size / 2, y + size / 2, size * 0.34, colours[1]))
            elif shape in (1, 2):
                elements.append(_quarter(x, y, size, rng.randrange(4), colours[1]))
    return elements


def skyline(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw towers with lit windows under a moon."""
    tower, window, moon = _shuffled(rng, palette)
    size = width * rng.uniform(0.09, 0.15)
    elements = [_circle(width * rng.uniform(0.2, 0.8), height * 0.2, size, moon)]
    x = -width * 0.03
    while x < width:
        broad, high = width * rng.uniform(0.09, 0.2), height * rng.uniform(0.3, 0.68)
        top = height - high
        elements.append(_rect(x, top, broad * 0.96, high, tower))
        cell = width * 0.035
        for column in range(1, int(broad / cell) - 1):
            for row in range(1, int(high / cell) - 1, 2):
                if rng.random() < 0.4:
                    left, upper = x + column * cell, top + row * cell
                    elements.append(_rect(left, upper, cell * 0.5, cell * 0.8, window))
        x += broad
    return elements


def overlaps(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw large translucent discs that overlap."""
    colours = _shuffled(rng, palette)
    turn = rng.uniform(0, math.tau)
    size = min(width, height)
    radius, distance = size * rng.uniform(0.28, 0.36), size * rng.uniform(0.14, 0.24)
    count = rng.randint(3, 5)
    elements = []
    for number in range(count):
        x, y = _polar(width / 2, height / 2, distance, turn + math.tau * number / count)
        elements.append(_circle(x, y, radius, colours[number % len(colours)], 0.72))
    return elements


def frames(rng: Random, palette: Palette, width: float, height: float) -> list[str]:
    """Draw a slanting film strip."""
    strip, picture, disc = _shuffled(rng, palette)
    broad = width * rng.uniform(0.4, 0.52)
    angle = rng.choice((-1, 1)) * rng.uniform(14, 32)
    step = broad * 0.72
    count = math.ceil((width + height) * 1.2 / step)
    length = count * step
    elements = [_rect(-broad / 2, -length / 2, broad, length, strip)]
    lit = count // 2
    for number in range(count):
        y = -length / 2 + number * step
        colour = disc if number == lit else picture
        elements.append(_rect(-broad * 0.31, y + step * 0.1, broad * 0.62, step * 0.8, colour))
        for hole in range(3):
            upper = y + step * (0.08 + hole / 3)
            elements += [
                _rect(left, upper, broad * 0.08, step * 0.16, palette.ground)
                for left in (-broad * 0.46, broad * 0.38)
            ]
    placed = f"translate({_number(width / 2)} {_number(height / 2)}) rotate({_number(angle)})"
    return [f'<g transform="{placed}">', *elements, "</g>"]


MOTIFS: tuple[Motif, ...] = (sun, rings, waves, peaks, beams, tiles, skyline, overlaps, frames)


def _shuffled(rng: Random, palette: Palette) -> list[str]:
    return rng.sample(palette.shape_colours, len(palette.shape_colours))


def _polar(x: float, y: float, radius: float, angle: float) -> tuple[float, float]:
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def _circle(x: float, y: float, radius: float, colour: str, opacity: float = 1) -> str:
    drawn = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"'
    return f'<circle {drawn} fill="{colour}"{_opacity(opacity)}/>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    placed = (
        f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    )
    return f'<rect {placed} fill="{colour}"/>'


def _polygon(points: list[tuple[float, float]], colour: str, opacity: float = 1) -> str:
    joined = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    return f'<polygon points="{joined}" fill="{colour}"{_opacity(opacity)}/>'


def _quarter(x: float, y: float, size: float, corner: int, colour: str) -> str:
    """Draw a quarter disc around a corner of a square; corners count clockwise from upper left."""
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    (a, b), (c, d), (e, f) = corners[corner], corners[(corner + 1) % 4], corners[(corner + 3) % 4]
    arc = f"A{_number(size)} {_number(size)} 0 0 1 {_number(e)} {_number(f)}"
    return f'<path d="M{_number(a)} {_number(b)}L{_number(c)} {_number(d)}{arc}Z" fill="{colour}"/>'


def _opacity(opacity: float) -> str:
    return "" if opacity == 1 else f' opacity="{_number(opacity, 2)}"'


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")
