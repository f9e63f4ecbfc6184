"""Posters of films: fetched from the addresses that imports name, or uploaded by operators."""
