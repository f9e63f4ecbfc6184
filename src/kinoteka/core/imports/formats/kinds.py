"""Kinds of titles: films are imported, series and episodes are not unless the operator says so."""

from collections.abc import Iterable

from kinoteka.core.imports.readers import FILM_KINDS, KINDS
from kinoteka.core.imports.record import FormatCode, FormatError

ALL = "all"
_KIND_OF: dict[str, str] = {
    **dict.fromkeys(("film", "movie", "feature", "featurefilm", "фильм"), "film"),
    **dict.fromkeys(("tvfilm", "tvmovie", "телефильм"), "tv_film"),
    **dict.fromkeys(("short", "tvshort", "shortfilm", "короткометражка"), "short"),
    **dict.fromkeys(("video", "directtovideo"), "video"),
    **dict.fromkeys(("special", "tvspecial"), "special"),
    **dict.fromkeys(("series", "tv", "tvseries", "tvshow", "show", "сериал"), "series"),
    **dict.fromkeys(("miniseries", "tvminiseries", "минисериал"), "miniseries"),
    **dict.fromkeys(("season", "tvseason"), "season"),
    **dict.fromkeys(("episode", "tvepisode", "tvpilot", "episodedetails"), "episode"),
    **dict.fromkeys(("game", "videogame"), "game"),
    **dict.fromkeys(("music", "musicvideo"), "music"),
    **dict.fromkeys(("podcast", "podcastseries", "podcastepisode"), "podcast"),
    **dict.fromkeys(("person", "people"), "person"),
}
_IGNORED = str.maketrans("", "", " -_.")


def kind_of(value: object) -> str | None:
    """Return the kind that a text like `TV Series` names, or None if it names no known kind."""
    if not isinstance(value, str):
        return None
    return _KIND_OF.get(value.translate(_IGNORED).casefold())


def parse_kinds(names: Iterable[str]) -> frozenset[str]:
    """Return the kinds that an operator named, separated by commas; `all` means all of them.

    Return the kinds of films if there are no names. Raise `FormatError` KIND_UNKNOWN (`kind`,
    `kinds`).
    """
    wanted = [part.strip() for name in names for part in name.split(",") if part.strip()]
    if ALL in wanted:
        return frozenset(KINDS)
    for name in wanted:
        if name not in KINDS:
            raise FormatError(FormatCode.KIND_UNKNOWN, kind=name, kinds=[*KINDS, ALL])
    return frozenset(wanted) or FILM_KINDS
