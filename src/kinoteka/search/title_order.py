"""Folded titles, by which films are sorted alphabetically.

The table `search_films` belongs to each engine's index, so the schema does not contain it. Both
engines have these two columns. The first lines of `words` are the spellings of the title.
"""

from sqlalchemy import BigInteger, Text, column, table

TITLES = table("search_films", column("film_id", BigInteger()), column("words", Text()))
