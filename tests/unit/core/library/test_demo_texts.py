"""Selections of the demo catalogue are shown in the reader's language."""

import msgspec
from msgspec.structs import replace

from kinoteka.core.imports.demo import selections_path
from kinoteka.core.library.demo_texts import all_texts, in_language
from kinoteka.core.library.model import Selection

COMEDY = Selection(
    id=1,
    account_id=None,
    title="Soviet Comedy",
    description="Mine.",
    featured=True,
    public=True,
)


def test_unchanged_texts_of_the_demo_are_translated() -> None:
    translated = in_language(COMEDY, "ru")
    assert (translated.title, translated.description) == ("Советская комедия", "Mine.")
    assert in_language(COMEDY, "en") == in_language(COMEDY, "") == COMEDY


def test_selection_of_an_account_with_a_title_of_the_demo_is_not_translated() -> None:
    own = replace(COMEDY, account_id=5)
    assert in_language(own, "ru") == own


def test_titles_of_the_demo_are_searched_in_every_language() -> None:
    assert all_texts("Soviet Comedy") == ("Soviet Comedy", "Советская комедия")
    assert all_texts("Something else") == ("Something else",)


def test_every_text_of_the_demo_has_a_translation() -> None:
    for each in msgspec.json.decode(selections_path().read_bytes()):
        for text in (each["title"], each["description"]):
            assert len(all_texts(text)) == 2, text
