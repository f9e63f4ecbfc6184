"""The catalogue: films, their genres and directors, by page, by id, by words."""
