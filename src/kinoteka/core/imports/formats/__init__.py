"""The formats that can be imported, by name."""

from kinoteka.core.imports.formats import imdb, json_table, movielens, table, tmdb, wikipedia
from kinoteka.core.imports.readers import Format

TEXT_TABLES = ("csv",)
TABLES = ("csv", "jsonl", "json")
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
            "MovieLens: movies.csv, with ratings.csv",
            movielens.read,
            "movielens",
            joined=True,
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
        Format("json", "a JSON array of objects", json_table.read_json),
    )
}
