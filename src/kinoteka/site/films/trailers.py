"""Trailers: links, and embedded players for YouTube and Vimeo.

The page loads a player only after a click, so that no video site can track readers of the page.
"""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

YOUTUBE = "https://www.youtube-nocookie.com"
VIMEO = "https://player.vimeo.com"

_YOUTUBE_HOSTS = ("youtube.com", "youtube-nocookie.com", "m.youtube.com")
_YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
_YOUTUBE_FOLDERS = ("embed", "shorts", "live", "v")
_VIMEO_ID = re.compile(r"\d{1,15}", re.ASCII)
_VIMEO_KEY = re.compile(r"[0-9a-f]{4,40}")


class Trailer(msgspec.Struct, frozen=True):
    """A trailer's address and, if it can be embedded, the name of its site and the player's URL."""

    address: str
    player: str | None = None
    embedded: str | None = None

    @property
    def frames(self) -> tuple[str, ...]:
        """The origins that the page embeds."""
        if self.embedded is None:
            return ()
        return (YOUTUBE if self.embedded.startswith(YOUTUBE) else VIMEO,)


def trailer(address: str | None) -> Trailer | None:
    """Return the trailer at an address, or None if the address is not an http or https URL."""
    if not address or not address.startswith(("https://", "http://")):
        return None
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Trailer(address)
    folders = [each for each in parts.path.split("/") if each]
    if host == "youtu.be" or host in _YOUTUBE_HOSTS:
        return _youtube(address, host, folders, parts.query)
    if host in ("vimeo.com", "player.vimeo.com"):
        return _vimeo(address, folders, parts.query)
    return Trailer(address)


def _youtube(address: str, host: str, folders: list[str], query: str) -> Trailer:
    video = ""
    if host == "youtu.be":
        video = folders[0] if folders else ""
    elif folders == ["watch"]:
        video = parse_qs(query).get("v", [""])[0]
    elif len(folders) == 2 and folders[0] in _YOUTUBE_FOLDERS:
        video = folders[1]
    if not _YOUTUBE_ID.fullmatch(video):
        return Trailer(address)
    return Trailer(address, "YouTube", f"{YOUTUBE}/embed/{video}?autoplay=1&rel=0")


def _vimeo(address: str, folders: list[str], query: str) -> Trailer:
    if folders[:1] == ["video"]:
        folders = folders[1:]
    if not folders or len(folders) > 2 or not _VIMEO_ID.fullmatch(folders[0]):
        return Trailer(address)
    options = {"dnt": "1", "autoplay": "1"}
    key = folders[1] if len(folders) == 2 else parse_qs(query).get("h", [""])[0]
    if key:
        if not _VIMEO_KEY.fullmatch(key):
            return Trailer(address)
        options["h"] = key
    return Trailer(address, "Vimeo", f"{VIMEO}/video/{folders[0]}?{urlencode(options)}")
