"""Kodi's .nfo files become films."""

import pytest

from kinoteka.core.imports.formats import nfo
from kinoteka.core.imports.formats.nfo import is_nfo
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import Credit, FormatError

ALIEN = """<?xml version="1.0" encoding="UTF-8"?>
<movie>
 <title>Alien</title><originaltitle>Obcy</originaltitle><year>1979</year>
 <plot>In space &amp; beyond.</plot><runtime>117</runtime>
 <genre>Horror</genre><genre>Science Fiction</genre>
 <country>United Kingdom</country><director>Ridley Scott</director><credits>Dan O'Bannon</credits>
 <uniqueid type="imdb" default="true">tt0078748</uniqueid><uniqueid type="tmdb">348</uniqueid>
 <thumb aspect="landscape">https://example.org/l.jpg</thumb>
 <thumb aspect="poster">https://example.org/p.jpg</thumb>
 <trailer>plugin://plugin.video.youtube/?id=1</trailer>
 <ratings>
  <rating name="stars" max="5"><value>4.5</value><votes>10</votes></rating>
  <rating name="imdb" max="10"><value>8.5</value><votes>1,000</votes></rating>
 </ratings>
 <actor><name>Sigourney Weaver</name><role>Ripley</role></actor>
</movie>
https://www.themoviedb.org/movie/348
"""


def test_film_has_everything_in_the_file(read_text):
    (film,) = read_text("nfo", ALIEN).films
    assert (film.external_id, film.imdb_id, film.tmdb_id) == ("tt0078748", "tt0078748", 348)
    assert (film.title, film.original_title, film.year) == ("Alien", "Obcy", 1979)
    assert (film.description, film.runtime_minutes) == ("In space & beyond.", 117)
    assert (film.rating, film.votes) == (8.5, 1000)
    assert (film.genres, film.directors) == (("Horror", "Science Fiction"), ("Ridley Scott",))
    assert (film.poster, film.trailer) == ("https://example.org/p.jpg", None)
    assert film.countries == ("GB",)
    assert film.credits == (
        Credit("directing", "Ridley Scott"),
        Credit("writing", "Dan O'Bannon"),
        Credit("acting", "Sigourney Weaver", "Ripley"),
    )


def test_rating_of_another_scale_is_converted(read_text):
    (film,) = read_text(
        "nfo",
        "<movie><title>A</title><ratings><rating max='5'><value>4</value></rating>"
        "<rating max='x'><value/></rating></ratings></movie>",
    ).films
    assert film.rating == 8


def test_older_elements_are_read(read_text):
    (film,) = read_text(
        "nfo", "<movie><title>A</title><id>tt1</id><rating>7.5</rating><votes>3</votes></movie>"
    ).films
    assert (film.imdb_id, film.rating, film.votes, film.credits) == ("tt1", 7.5, 3, ())


def test_library_has_many_films_and_its_series_are_skipped(read_text):
    outcome = read_text(
        "nfo",
        "<videodb><version>1</version><movie><title>A</title><year>0</year></movie>"
        "<movie><title>B</title></movie><tvshow><title>C</title></tvshow></videodb>",
        labels=LabelRules(["x:year=..1"]),
    )
    assert outcome.titles == ["B"]
    assert outcome.progress.skipped == {"series": 1}
    assert outcome.rejected[0].detail == "element 2: 0"


@pytest.mark.parametrize(
    "content",
    [
        "<movie><title>Alien</movie>",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e 'aaaa'>]><movie><title>&e;</title></movie>",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
        "<movie><title>&e;</title></movie>",
    ],
)
def test_invalid_or_dangerous_xml_is_rejected(read_text, content):
    assert read_text("nfo", content).reasons == [(1, "xml_invalid")]


def test_other_files_are_rejected(read_text, monkeypatch):
    assert not is_nfo(b"<?xml version='1.0'?><html>")
    with pytest.raises(FormatError) as caught:
        read_text("nfo", "title,year\n")
    assert caught.value.code == "file_unrecognised"
    monkeypatch.setattr(nfo, "LIMIT", 10)
    with pytest.raises(FormatError) as caught:
        read_text("nfo", ALIEN)
    assert caught.value.code == "too_large"
