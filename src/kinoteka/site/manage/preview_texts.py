"""Texts about previews of imports: fields of films, and why a column is used or left alone."""

from collections.abc import Mapping

from kinoteka.core.imports.record import FilmRecord
from kinoteka.http.policy.request import Request
from kinoteka.site.ui import pages
from kinoteka.site.ui.languages import N_, translations

FIELDS: dict[str, str] = {
    "id": N_("ID"),
    "title": N_("Title"),
    "original_title": N_("Original title"),
    "year": N_("Year"),
    "description": N_("Description"),
    "rating": N_("Rating"),
    "votes": N_("Votes"),
    "trailer": N_("Trailer URL"),
    "poster": N_("Poster URL"),
    "genres": N_("Genres"),
    "directors": N_("Directors"),
    "runtime_minutes": N_("Runtime in minutes"),
    "imdb_id": N_("IMDb ID"),
    "tmdb_id": N_("TMDB ID"),
    "kinopoisk_id": N_("Kinopoisk ID"),
    "wikidata_id": N_("Wikidata ID"),
    "movielens_id": N_("MovieLens ID"),
    "letterboxd_id": N_("Letterboxd ID"),
    "url": N_("Address of the film’s page"),
    "kind": N_("Kind of title"),
    "countries": N_("Countries"),
    "cast": N_("Cast"),
    "writers": N_("Writers"),
}
REASONS: dict[str, str] = {
    "option": N_("Chosen by you"),
    "name": N_("Recognised by its name"),
    "content": N_("Recognised by its content"),
    "unknown": N_("Unknown name"),
    "repeated": N_("Repeats another column"),
    "note": N_("Note of the list’s owner"),
    "personal": N_("Personal rating or date"),
}
MAX_TEXT = 100
THOUSANDS: dict[str, str] = {",": N_("Comma: 1,000"), ".": N_("Dot: 1.000")}


def further_values(film: FilmRecord) -> list[tuple[str, str]]:
    """Return the values of a film that have no column of their own, by the name of their field."""
    by_department = {
        department: [credit.name for credit in film.credits if credit.department == department]
        for department in ("acting", "writing")
    }
    values = {
        FIELDS["description"]: (film.description or "")[:MAX_TEXT],
        N_("Other titles"): ", ".join(title for _, _, title in film.titles),
        FIELDS["countries"]: ", ".join(film.countries),
        FIELDS["cast"]: ", ".join(by_department["acting"]),
        FIELDS["writers"]: ", ".join(by_department["writing"]),
        FIELDS["imdb_id"]: film.imdb_id or "",
        FIELDS["tmdb_id"]: str(film.tmdb_id or ""),
        **{FIELDS.get(f"{kind}_id", kind): value for kind, value in film.ids},
        FIELDS["trailer"]: film.trailer or "",
        FIELDS["poster"]: film.poster or "",
        N_("Label"): film.label or "",
    }
    return [(name, value) for name, value in values.items() if value]


def choices(request: Request, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the options of a select with their texts in the reader's language."""
    gettext = translations(pages.language_of(request)).gettext
    return [(value, gettext(text)) for value, text in texts.items()]
