"""Settings of the film catalogue; `Settings` inherits them."""

from typing import Annotated

from msgspec import Meta

from kinoteka.infrastructure.connection_settings import ConnectionSettings


class CatalogueSettings(ConnectionSettings, frozen=True, kw_only=True):
    """How the catalogue's films are shown."""

    catalogue_language: Annotated[
        str,
        Meta(
            pattern="^([a-z]{2,3})?$",
            description="Language of titles, genres and directors in all contracts, such as ru; "
            "as they were imported when empty.",
        ),
    ] = ""
    posters: Annotated[
        str,
        Meta(
            pattern="^(cache|direct|off)$",
            description="cache: the server fetches the posters that imports name, and serves them; "
            "direct: readers' browsers fetch them from the other servers; off: nobody does.",
        ),
    ] = "cache"
    poster_cache_megabytes: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Space for fetched posters, in MiB; past that the ones that nobody has "
            "viewed for the longest time are deleted.",
        ),
    ] = 2048
    tmdb_key: Annotated[
        str,
        Meta(
            description="API key or read access token of TMDB, to look up films that operators "
            "add; off when empty."
        ),
    ] = ""
    tmdb_url: Annotated[
        str, Meta(pattern=r"^https?://[^/\s]+(/\S*)?$", description="Address of TMDB's API.")
    ] = "https://api.themoviedb.org/3"
    wikidata_lookup: Annotated[
        bool, Meta(description="Look up films that operators add at Wikidata.")
    ] = False
    wikidata_url: Annotated[
        str, Meta(pattern=r"^https?://[^/\s]+(/\S*)?$", description="Address of Wikidata's API.")
    ] = "https://www.wikidata.org/w/api.php"
    poster_hosts_allowed: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts of posters, by comma, that may have a private address, such as a "
            "media server in the same network."
        ),
    ] = ()
