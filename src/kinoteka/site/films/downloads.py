"""Downloads of lists of films: filtered lists and search results."""

from functools import partial

from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.export.film_lists import Format
from kinoteka.http.mechanics.response import SAFE, Response, until_disconnect
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.clock import iso, now
from kinoteka.site.films import listings
from kinoteka.site.films.schemas import FilmsDownload, SearchDownload, film_query

CONTENT_TYPES = {"csv": b"text/csv; charset=utf-8; header=present", "json": b"application/json"}


async def download_films(request: Request, query: FilmsDownload) -> Response:
    """Return the films that match the filters as a file."""
    found = await listings.resolve_director(request, query)
    if found is None:
        return await file_response(request, _no_films(), query.format, "films")
    wanted = film_query(found)
    films = await request.core.catalogue.films(request.actor, request.unit, wanted, request.address)
    return await file_response(request, films, query.format, "films")


async def download_search(request: Request, query: SearchDownload) -> Response:
    """Return the search results as a file."""
    wanted = FilmQuery(text=query.q)
    films = await request.core.catalogue.films(request.actor, request.unit, wanted, request.address)
    return await file_response(request, films, query.format, "search")


async def file_response(
    request: Request, films: Listing[Film], form: Format, name: str
) -> Response:
    """Return the films of a listing as a file, whose name begins with `name`."""
    chunks = await request.core.film_lists.stream(
        request.actor, request.unit, films, form, request.address
    )
    disposition = f'attachment; filename="kinoteka-{name}-{iso(now())[:10]}.{form}"'
    headers = [
        *SAFE,
        (b"content-type", CONTENT_TYPES[form]),
        (b"cache-control", b"private, no-store"),
        (b"content-disposition", disposition.encode()),
    ]
    return Response(200, headers=headers, stream=partial(until_disconnect, request.receive, chunks))


def _no_films() -> Listing[Film]:
    async def read(ids: object) -> list[Film]:
        del ids
        return []

    return Listing((), read)
