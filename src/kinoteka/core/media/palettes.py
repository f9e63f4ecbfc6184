"""Palettes of posters, and the palettes that suit a genre."""

from random import Random

import msgspec


class Palette(msgspec.Struct, frozen=True):
    """Colours as `#rrggbb`: `ink` for text on `paper`, `shape_colours` for shapes on `ground`."""

    ground: str
    paper: str
    ink: str
    shape_colours: tuple[str, str, str]


NIGHT = Palette("#0f1b3d", "#f4ecd8", "#14213d", ("#fca311", "#e5e5e5", "#3d5a80"))
NOIR = Palette("#161616", "#ece8df", "#161616", ("#d7263d", "#f2efe6", "#6a6a6a"))
BLOOD = Palette("#2b0a0e", "#17060a", "#f6e7d8", ("#c1121f", "#fdf0d5", "#84141c"))
DESERT = Palette("#e9a15b", "#f7e3c3", "#5a2a11", ("#c8553d", "#f7dfa5", "#8f3b1b"))
ROSE = Palette("#f7c5cc", "#fff3ef", "#6d1a36", ("#cc313d", "#fff3ef", "#8e3b5e"))
LEMON = Palette("#ffd23f", "#fff8e1", "#22223b", ("#ee4266", "#3bb394", "#540d6e"))
LAGOON = Palette("#0b525b", "#e8f1ee", "#0b3c49", ("#ee964b", "#f4d35e", "#83c5be"))
FOREST = Palette("#2d4739", "#eef0e4", "#22382c", ("#d9ae61", "#8fae7e", "#f1e3c6"))
VIOLET = Palette("#2d1b4e", "#efe7f7", "#2d1b4e", ("#f72585", "#b388eb", "#f9c74f"))
STEEL = Palette("#3f4e5a", "#eceff1", "#263238", ("#ff7043", "#b0bec5", "#eceff1"))
CHALK = Palette("#e7dfd0", "#fbf8f1", "#2b2b2b", ("#d1495b", "#2e4057", "#edae49"))
OLIVE = Palette("#4a4a2f", "#ebe6d4", "#33331f", ("#d98032", "#a3a16a", "#e0d8b0"))
BERRY = Palette("#5f0f40", "#fbe9e7", "#4a0c32", ("#fb8b24", "#f6bd60", "#b23a6f"))
ICE = Palette("#cfe3ee", "#f7fbfd", "#123047", ("#1d6fa3", "#e4572e", "#f7fbfd"))
MINT = Palette("#b8e0d2", "#f5fbf7", "#1f4037", ("#eb5e55", "#3a7d44", "#f4b942"))

PALETTES = (
    *(NIGHT, NOIR, BLOOD, DESERT, ROSE, LEMON, LAGOON, FOREST),
    *(VIOLET, STEEL, CHALK, OLIVE, BERRY, ICE, MINT),
)

# The key is a part of the genre's name.
GENRE_PALETTES = {
    "horror": (BLOOD, NOIR, FOREST),
    "thriller": (NOIR, STEEL, BLOOD, NIGHT),
    "crime": (NOIR, STEEL, OLIVE),
    "noir": (NOIR, STEEL),
    "mystery": (NIGHT, VIOLET, NOIR),
    "comedy": (LEMON, MINT, CHALK, ICE),
    "romance": (ROSE, BERRY, MINT),
    "sci": (NIGHT, LAGOON, VIOLET, ICE),
    "fantasy": (VIOLET, FOREST, LAGOON),
    "animation": (LEMON, MINT, VIOLET, ROSE),
    "family": (MINT, LEMON, ICE),
    "adventure": (DESERT, LAGOON, FOREST),
    "western": (DESERT, OLIVE),
    "war": (OLIVE, STEEL, CHALK),
    "history": (CHALK, BERRY, OLIVE),
    "biography": (CHALK, STEEL, BERRY),
    "documentary": (CHALK, STEEL, ICE),
    "music": (BERRY, VIOLET, LEMON),
    "action": (STEEL, DESERT, NIGHT, BERRY),
    "sport": (LAGOON, LEMON, ICE),
    "drama": (LAGOON, CHALK, BERRY, FOREST, NIGHT, ICE),
}


def choose_palette(genre: str | None, rng: Random) -> Palette:
    """Return a random palette that suits the genre; any palette for an unknown genre."""
    name = (genre or "").casefold()
    for part, palettes in GENRE_PALETTES.items():
        if part in name:
            return rng.choice(palettes)
    return rng.choice(PALETTES)
