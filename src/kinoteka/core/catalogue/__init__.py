"""The catalogue: films, genres and directors, with lists, search and access labels."""
