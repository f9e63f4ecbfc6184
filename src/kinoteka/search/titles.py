"""The titles of films as the index keeps them, folded: what films are put in alphabetical order by.

`search_films` belongs to the index of either engine, so it stands in no schema; both have these
two columns. The readings of a film's title are the first lines of `words`.
"""

from sqlalchemy import BigInteger, Text, column, table

TITLES = table("search_films", column("film_id", BigInteger()), column("words", Text()))
