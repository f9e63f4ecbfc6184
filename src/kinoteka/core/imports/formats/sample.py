"""What the first rows of a table show: scale of ratings, separators of thousands, turned titles."""

from collections.abc import Callable, Sequence

from kinoteka.core.imports.formats.numbers import MAX_RATING, is_no_value, is_unclear, thousands_in
from kinoteka.core.imports.formats.titles import has_article_at_end, has_article_first, has_year
from kinoteka.core.imports.record import FormatCode, FormatError

MAX_SCALE = 1000
SMALL_SCALE = 5
PERCENT = 100
ENOUGH_ROWS = 20
"""How many ratings in half steps up to 5 make it obvious that 5 is the highest one."""
FEWEST_RATINGS = 3
"""How many ratings, none above 5, make the operator name the scale."""
FEWEST_TURNED = 2


def parse_scale(written: str | None) -> float | None:
    """Return the highest possible rating that an operator named, or None.

    Raise `FormatError` SCALE_INVALID (`scale`).
    """
    if written is None:
        return None
    try:
        scale = float(written)
    except ValueError:
        scale = 0
    if not 1 <= scale <= MAX_SCALE:
        raise FormatError(FormatCode.SCALE_INVALID, scale=written)
    return scale


def scale_of(values: Sequence[object]) -> float | None:
    """Return the highest possible rating if the values make it obvious, else None for 10.

    Raise `FormatError` SCALE_UNCLEAR (`highest`, `count`) if the operator has to name it.
    """
    ratings = [rating for value in values if (rating := _number(value)) is not None]
    if len(ratings) < FEWEST_RATINGS:
        return None
    highest = max(ratings)
    if highest <= SMALL_SCALE and highest > 0:
        halves = all((2 * rating).is_integer() for rating in ratings)
        has_half = any(not rating.is_integer() for rating in ratings)
        if halves and has_half and highest == SMALL_SCALE and len(ratings) >= ENOUGH_ROWS:
            return SMALL_SCALE
        raise FormatError(FormatCode.SCALE_UNCLEAR, highest=highest, count=len(ratings))
    above = sum(1 for rating in ratings if MAX_RATING < rating <= PERCENT)
    if 2 * above > len(ratings) and highest <= PERCENT:
        raise FormatError(FormatCode.SCALE_UNCLEAR, highest=highest, count=len(ratings))
    return None


def thousands_of(values: Sequence[object]) -> str | None:
    """Return the one separator of thousands in these numbers, or None."""
    found = {mark for value in values if isinstance(value, str) and (mark := thousands_in(value))}
    return found.pop() if len(found) == 1 else None


def unclear_number(values: Sequence[object]) -> str:
    """Return the first number like `1.000` that has two meanings, or an empty text."""
    texts = (value.strip() for value in values if isinstance(value, str))
    return next(filter(is_unclear, texts), "")


def are_turned(titles: Sequence[str]) -> bool:
    """Return whether titles look like `Matrix, The (1999)`.

    Most have the year, or articles are more often at the end than in front.
    """
    if not titles:
        return False
    if 2 * _count(has_year, titles) > len(titles):
        return True
    turned = _count(has_article_at_end, titles)
    return turned >= FEWEST_TURNED and turned > _count(has_article_first, titles)


def _count(holds: Callable[[str], bool], titles: Sequence[str]) -> int:
    return sum(map(holds, titles))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or is_no_value(value):
        return None
    try:
        return float(value.strip().replace(",", ".") if isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
