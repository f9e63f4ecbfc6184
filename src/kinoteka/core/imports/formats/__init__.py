"""The formats that can be imported, by name."""

from kinoteka.core.imports.formats import (
    imdb,
    json_table,
    movielens,
    movielens_older,
    nfo,
    spreadsheets,
    table,
    tmdb,
    wikipedia,
)
from kinoteka.core.imports.readers import Format

TEXT_TABLES = ("csv",)
TABLES = ("csv", "jsonl", "json", "spreadsheet")
"""The formats of tables, whose columns are mapped to fields."""
ADULT_FORMATS = ("imdb", "tmdb", "json", "jsonl")

FORMATS = {
    known.name: known
    for known in (
        Format(
            "imdb",
            "IMDb datasets: title.basics, with title.ratings, title.crew and name.basics (TSV)",
            imdb.read,
            "imdb",
            joined=True,
        ),
        Format(
            "movielens",
            "MovieLens: movies.csv, movies.dat or u.item, with their ratings",
            movielens.read,
            "movielens",
            joined=True,
            find_source=movielens_older.source_of,
        ),
        Format(
            "tmdb",
            "TMDB 5000: tmdb_5000_movies.csv, with tmdb_5000_credits.csv",
            tmdb.read,
            "tmdb",
            joined=True,
        ),
        Format(
            "wikipedia", "films from Wikipedia's lists: JSON arrays", wikipedia.read, "wikipedia"
        ),
        Format("csv", "a table with a header row (, ; tab or | between columns)", table.read_csv),
        Format("jsonl", "JSON Lines: an object on each line", json_table.read_json_lines),
        Format("json", "JSON: an array of objects, also under a key", json_table.read_json),
        Format("spreadsheet", "XLSX, ODS, XLS, or an HTML table named .xls", spreadsheets.read),
        Format("nfo", "Kodi: .nfo files of films", nfo.read, "nfo"),
    )
}
