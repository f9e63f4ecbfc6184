"""Sums and counts of MovieLens' ratings by film."""

from array import array


class RatingSums:
    """Sums and counts of ratings by film, at 100 bytes per film."""

    def __init__(self) -> None:
        self._indexes: dict[bytes, int] = {}
        self._sums = array("d")
        self._counts = array("Q")

    def of(self, movie: str) -> tuple[float | None, int]:
        """Return the average (0 to 10, one decimal) and the number of ratings."""
        index = self._indexes.get(movie.encode())
        if index is None:
            return None, 0
        count = self._counts[index]
        return round(self._sums[index] / count, 1), count

    def add(self, movie: bytes, doubled: float) -> None:
        """Add a rating that is doubled to a scale of 10."""
        index = self._indexes.get(movie)
        if index is None:
            index = self._indexes[movie] = len(self._sums)
            self._sums.append(0.0)
            self._counts.append(0)
        self._sums[index] += doubled
        self._counts[index] += 1


def doubled(written: bytes) -> float | None:
    """Return a rating from 0 to 5 on a scale of 10, or None if it is invalid."""
    try:
        rating = float(written)
    except ValueError:
        return None
    return rating * 2 if 0 <= rating <= 5 else None
