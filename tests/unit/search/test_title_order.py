"""The folded titles that films are put in order by, as either engine keeps them."""

from sqlalchemy import select

from kinoteka.database.statement import Statement
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.title_order import TITLES
from tests.support.databases import write_transaction
from tests.support.films import SampleFilm, fill_catalogue

WORDS: Statement[tuple[int, str]] = Statement(select(TITLES.c.film_id, TITLES.c.words))


def test_stored_words_begin_with_the_title(settings: Settings) -> None:
    ids = fill_catalogue(
        settings, [SampleFilm("The ÉCLIPSE", original_title="L'eclisse"), SampleFilm("!?")]
    )
    with write_transaction(settings) as reader:
        words = dict(reader.fetch(WORDS))
    assert set(words) == set(ids.values())
    assert words[ids["The ÉCLIPSE"]].split("\n")[0] == "the eclipse"
