"""Which trailers can be played on the page."""

import pytest

from kinoteka.site.films.trailers import VIMEO, YOUTUBE, trailer

VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"http://youtube.com/watch?feature=share&v={VIDEO}&t=3",
        f"https://m.youtube.com/watch?v={VIDEO}",
        f"https://youtu.be/{VIDEO}?si=abc",
        f"https://www.youtube.com/embed/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
        f"https://www.youtube.com/shorts/{VIDEO}",
    ],
)
def test_youtube_video_is_embedded(address: str) -> None:
    found = trailer(address)
    assert found is not None
    assert (found.address, found.player) == (address, "YouTube")
    assert found.embedded == f"{YOUTUBE}/embed/{VIDEO}?autoplay=1&rel=0"
    assert found.frames == (YOUTUBE,)


@pytest.mark.parametrize(
    ("address", "embedded"),
    [
        ("https://vimeo.com/12345", "12345?dnt=1&autoplay=1"),
        ("https://player.vimeo.com/video/12345", "12345?dnt=1&autoplay=1"),
        ("https://vimeo.com/12345/abcdef12", "12345?dnt=1&autoplay=1&h=abcdef12"),
        ("https://player.vimeo.com/video/12345?h=abcdef12", "12345?dnt=1&autoplay=1&h=abcdef12"),
    ],
)
def test_vimeo_video_is_embedded(address: str, embedded: str) -> None:
    found = trailer(address)
    assert found is not None
    assert found.embedded == f"{VIMEO}/video/{embedded}"
    assert found.frames == (VIMEO,)


@pytest.mark.parametrize(
    "address",
    [
        "https://trailers.example/a.mp4",
        f"https://youtube.com.evil.example/watch?v={VIDEO}",
        f"https://evil.example/youtube.com/watch?v={VIDEO}",
        "https://www.youtube.com/watch?v=short",
        f'https://youtu.be/{VIDEO}"onload="x',
        "https://www.youtube.com/",
        "https://www.youtube.com/@channel",
        "https://youtu.be/",
        "https://vimeo.com/",
        "https://vimeo.com/channels/staffpicks",
        "https://vimeo.com/12345/not-a-key!",
        "https://vimeo.com/1/2/3",
        "https://[half",
    ],
)
def test_other_address_is_a_link(address: str) -> None:
    found = trailer(address)
    assert found is not None
    assert (found.address, found.player, found.embedded, found.frames) == (address, None, None, ())


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "ftp://a.example", "a.mp4"])
def test_non_http_address_is_no_trailer(address: str | None) -> None:
    assert trailer(address) is None
