import pytest

from kinoteka.search.names import FINISHED, SIMILAR, UNFINISHED, WHOLE, SoughtName


@pytest.mark.parametrize(
    ("text", "name", "match"),
    [
        ("andrei tarkovsky", "Andrei Tarkovsky", WHOLE),
        ("андрей тарковский", "Andrei Tarkovsky", WHOLE),
        ("tarkovskij", "Андрей Тарковский", FINISHED),
        ("tark", "Andrei Tarkovsky", UNFINISHED),
        ("tarkovksy", "Andrei Tarkovsky", None),
        ("kusturica", "Эмир Кустурица", FINISHED),
        ("kubrick", "Andrei Tarkovsky", None),
        ("andrei kubrick", "Andrei Tarkovsky", None),
    ],
)
def test_name_matches_in_any_spelling(text, name, match):
    assert SoughtName(text).match(name) == match


def test_name_matches_with_typos_only_when_they_are_allowed():
    assert SoughtName("tarkovksy").match("Andrei Tarkovsky", with_typos=True) == SIMILAR
    assert SoughtName("kubrick").match("Andrei Tarkovsky", with_typos=True) is None
