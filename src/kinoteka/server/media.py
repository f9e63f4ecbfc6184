"""Serve pictures: uploaded avatars, and posters, either stored or drawn.

The names of avatars cannot be guessed and are never reused. So clients may cache an avatar for
ever, and the database is not queried. A poster is visible to those who can see its film.
"""

from kinoteka.core.catalogue.model import UNKNOWN, Director, Film, Genre
from kinoteka.core.film_posters.model import MEDIA_TYPE, Size, poster_path
from kinoteka.core.media.model import POSTER_SIZES
from kinoteka.core.media.posters import PosterFacts, draw_poster
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.conditional import matches, not_modified
from kinoteka.http.mechanics.representations import (
    IMMUTABLE,
    PRIVATE,
    PUBLIC,
    Representations,
    choose,
    represent,
)
from kinoteka.http.mechanics.response import NOTHING_LOADS, Headers, Response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.infrastructure.public_addresses import encode_address

# A picture that is opened as a document may load and run nothing.
SANDBOXED: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", NOTHING_LOADS + b"; sandbox"),
    (b"referrer-policy", b"no-referrer"),
]

POSTER = ".svg"
MAX_ID_DIGITS = 18  # ids that both engines can store
POSTER_HEADERS: Headers = [*SANDBOXED, (b"content-type", b"image/svg+xml")]
POSTER_BYTES = 4 * 1024 * 1024
CACHE_OVERHEAD = 2000


class Pictures:
    """Serves pictures, and caches the most requested posters."""

    def __init__(self) -> None:
        self._posters: BoundedMap[tuple[PosterFacts, bool], Representations] = BoundedMap(
            POSTER_BYTES
        )

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of pictures."""
        return (
            Route(
                "GET",
                "/media/avatars/{name:text}",
                self.read_avatar,
                "An avatar",
                media_type="image/jpeg",
                identity="ignored",
                errors=(Code.PHOTO_MISSING,),
            ),
            *(
                Route(
                    "GET",
                    poster_path("{id}", size),
                    read,
                    f"A film's poster, at most {width} × {height} pixels, or a drawn one",
                    media_type="image/webp",
                    errors=(Code.FILM_UNKNOWN,),
                )
                for (size, (width, height)), read in zip(
                    POSTER_SIZES.items(), (self.read_large, self.read_small), strict=True
                )
            ),
            Route(
                "GET",
                "/media/films/{file:text}",
                self.read_drawn,
                "A film's drawn poster, `<id>.svg`",
                media_type="image/svg+xml",
                errors=(Code.FILM_UNKNOWN,),
            ),
        )

    async def read_avatar(self, request: Request, name: str) -> Response:
        """Return an avatar by its name."""
        validator = (b"etag", f'"{name}"'.encode())
        picture = await request.core.media.get(name)
        headers = [*SANDBOXED, (b"cache-control", IMMUTABLE), validator]
        return Response(200, picture, [*headers, (b"content-type", b"image/jpeg")])

    async def read_large(self, request: Request, film_id: int) -> Response:
        """Return a film's poster in the large size."""
        return await self._read_poster(request, film_id, "large")

    async def read_small(self, request: Request, film_id: int) -> Response:
        """Return a film's poster in the small size."""
        return await self._read_poster(request, film_id, "small")

    async def _read_poster(self, request: Request, film_id: int, size: Size) -> Response:
        film = await request.core.catalogue.film(request.actor, request.unit, film_id)
        posters = request.core.film_posters
        poster = await posters.find(request.unit, film)
        if poster is not None:
            etag = f'"{poster.file(size)}"'.encode()
            caching = PUBLIC if film.is_open else PRIVATE
            headers = [*SANDBOXED, (b"content-type", MEDIA_TYPE), *caching, (b"etag", etag)]
            if matches(request.headers.get(b"if-none-match", b""), (etag,)):
                return not_modified(Response(200, b"", headers))
            picture = await posters.read(poster, size)
            if picture is not None:
                return Response(200, picture, headers)
        address = posters.redirect(film)
        if address is not None:
            return Response(
                302, b"", [*SANDBOXED, *PRIVATE, (b"location", encode_address(address))]
            )
        return choose(self._poster(_facts(film), is_public=film.is_open), request.headers)

    async def read_drawn(self, request: Request, file: str) -> Response:
        """Return a film's drawn poster, `<id>.svg`."""
        film = await request.core.catalogue.film(request.actor, request.unit, _film_id(file))
        return choose(self._poster(_facts(film), is_public=film.is_open), request.headers)

    def _poster(self, facts: PosterFacts, *, is_public: bool) -> Representations:
        poster = self._posters.get((facts, is_public))
        if poster is None:
            # Caches must always revalidate: a label or hiding removes the poster at once.
            caching = PUBLIC if is_public else PRIVATE
            poster = represent(Response(200, draw_poster(facts), POSTER_HEADERS), caching)
            self._posters.set((facts, is_public), poster, poster.size + CACHE_OVERHEAD)
        return poster


def _film_id(file: str) -> int:
    digits = file.removesuffix(POSTER)
    if (
        digits == file
        or not digits.isascii()
        or not digits.isdigit()
        or len(digits) > MAX_ID_DIGITS
    ):
        raise DomainError(Code.FILM_UNKNOWN)
    return int(digits)


def _facts(film: Film) -> PosterFacts:
    return PosterFacts(film.id, film.title, film.year, _name(film.director), _name(film.genre))


def _name(item: Genre | Director) -> str | None:
    return None if item.id == UNKNOWN else item.name
