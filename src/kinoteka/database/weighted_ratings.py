"""Weighted ratings: the Bayesian mean by which films are sorted as "best rated".

A film's weighted rating is the mean of its rating and the prior, weighted by the film's votes and
the prior's: (votes * rating + prior votes * prior mean) / (votes + prior votes). It is stored with
the film, so the order is read from an index. The prior is stored, too, and follows the catalogue in
steps, so that an import rarely changes the order of all films.

Public operations: weighted_rating, estimate_prior, refresh.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    bindparam,
    case,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    type_coerce,
    update,
)
from sqlalchemy.sql.selectable import FromClause

from kinoteka.database.interface import Reader
from kinoteka.database.schema import films, rating_prior
from kinoteka.database.statement import DIALECTS, Statement

MAX_PRIOR_VOTES = 25_000
"""The largest prior. A film with this many votes counts at least as much as the prior."""
DRIFT = 0.05
"""The prior changes if its mean drifts by this many points, or its votes by this share."""
DECIMALS = 2
"""Decimals of the stored mean. Both engines must store the same value."""


class Prior(msgspec.Struct, frozen=True):
    """The mean rating of all films, and the number of votes that it counts as."""

    mean: float
    votes: int

    def has_drifted_to(self, current: "Prior") -> bool:
        """Return whether the stored prior must be replaced by the current one."""
        if round(abs(current.mean - self.mean), DECIMALS) >= DRIFT:
            return True
        return abs(current.votes - self.votes) >= DRIFT * self.votes and current != self


def weighted_rating(rating: ColumnElement[Any], votes: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the expression for a film's weighted rating by the stored prior.

    Without a prior, or without votes in the catalogue, it is the rating itself.
    """
    mean = select(rating_prior.c.mean).scalar_subquery()
    prior_votes = select(rating_prior.c.votes).scalar_subquery()
    total = type_coerce(votes + prior_votes, Float)
    mean_of_both = (votes * rating + prior_votes * mean) / total
    return case((total > literal_column("0"), mean_of_both), else_=rating)


WEIGHTED_RATING = str(
    weighted_rating(column("rating", Float()), column("votes", Integer())).compile(
        dialect=DIALECTS["sqlite"]
    )
)
"""The expression for the columns `rating` and `votes`, for hand-written SQL on both engines."""


def _statistics(of: FromClause) -> Select[Any]:
    """Return a query for the mean rating, and the votes that a tenth of the films have."""
    rating, votes = of.c.rating, of.c.votes
    rated = select(votes).where(votes > 0, rating.is_not(None))
    tenth = select(func.count() * 9 // 10).select_from(rated.subquery()).scalar_subquery()
    return select(
        select(func.avg(rating)).scalar_subquery(),
        rated.order_by(votes).limit(1).offset(tenth).scalar_subquery(),
    )


def _staged_films(engine: str) -> FromClause:
    columns = column("rating", Float()), column("votes", Integer())
    if engine == "sqlite":
        return table("films", *columns, schema="staging")
    return table("staged_films", *columns)


_STAGED: Statement[tuple[float | None, int | None]] = Statement(
    lambda engine: _statistics(_staged_films(engine))
)
_CURRENT: Statement[tuple[float | None, int | None]] = Statement(_statistics(films))
_STORED: Statement[Prior] = Statement(select(rating_prior.c.mean, rating_prior.c.votes), Prior)
_DELETE_PRIOR: Statement[tuple[()]] = Statement(delete(rating_prior))
_INSERT_PRIOR: Statement[tuple[()]] = Statement(
    insert(rating_prior).values(mean=bindparam("mean"), votes=bindparam("votes"))
)
_weighted = weighted_rating(films.c.rating, films.c.votes)
_of_stale = films.alias("stale")
_stale = select(_of_stale.c.id).where(
    _of_stale.c.weighted_rating.is_distinct_from(
        weighted_rating(_of_stale.c.rating, _of_stale.c.votes)
    )
)
# The subquery reads only an index, so it is fast if few films changed.
_STORE_ALL: Statement[tuple[()]] = Statement(
    update(films).where(films.c.id.in_(_stale)).values(weighted_rating=_weighted)
)
STORE_ONE: Statement[tuple[()]] = Statement(
    update(films).where(films.c.id == bindparam("film_id")).values(weighted_rating=_weighted)
)
"""Store the weighted rating of the film `film_id`, after its rating or votes changed."""


def estimate_prior(reader: Reader) -> None:
    """Store the prior of the staged films if the catalogue has none.

    So the first import stores final values, and `refresh` need not replace all of them.
    """
    if _stored(reader) is None:
        _store(reader, _prior(reader, _STAGED))


def refresh(reader: Reader) -> None:
    """Store the prior if it has drifted, and the weighted ratings that are not current."""
    stored, current = _stored(reader), _prior(reader, _CURRENT)
    if current is not None and (stored is None or stored.has_drifted_to(current)):
        _store(reader, current)
    reader.fetch(_STORE_ALL)


def _prior(reader: Reader, statistics: Statement[tuple[float | None, int | None]]) -> Prior | None:
    """Return the prior of these films, or None if no film has a rating."""
    ((mean, votes),) = reader.fetch(statistics)
    if mean is None:
        return None
    return Prior(round(mean, DECIMALS), min(votes or 0, MAX_PRIOR_VOTES))


def _stored(reader: Reader) -> Prior | None:
    return next(iter(reader.fetch(_STORED)), None)


def _store(reader: Reader, prior: Prior | None) -> None:
    reader.fetch(_DELETE_PRIOR)
    if prior is not None:
        reader.fetch(_INSERT_PRIOR, mean=prior.mean, votes=prior.votes)
