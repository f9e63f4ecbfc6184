from itertools import pairwise

from kinoteka.search.title_order import title_key


def _sorted(*titles, reader="", language=""):
    return sorted(titles, key=lambda title: title_key(title, reader, language).encode())


def test_titles_sort_without_case_accents_and_punctuation():
    titles = ["...And Justice", "École", "ecology", "(Untitled)", "“Zed”"]
    assert _sorted(*titles) == ["...And Justice", "École", "ecology", "(Untitled)", "“Zed”"]
    assert title_key("AMÉLIE!") == title_key("Amelie")
    assert title_key("Fast & Furious") == title_key("Fast and Furious")


def test_leading_article_does_not_count():
    cases = {
        "The Matrix": ("", "Matrix"),
        "A Clockwork Orange": ("en", "Clockwork Orange"),
        "“An Education”": ("en", "Education"),
        "Les Misérables": ("", "Misérables"),
        "L’Avventura": ("", "Avventura"),
        "L'Âge d'or": ("fr", "Âge d'or"),
        "Das Boot": ("", "Boot"),
        "Die Welle": ("de", "Welle"),
        "El Mariachi": ("es", "Mariachi"),
        "O Pagador de Promessas": ("pt", "Pagador de Promessas"),
    }
    found = {title: title_key(title, language=language) for title, (language, _) in cases.items()}
    assert found == {title: title_key(bare, language="ru") for title, (_, bare) in cases.items()}


def test_word_that_only_looks_like_an_article_counts():
    cases = {
        "Die Hard": "",
        "Les Misérables": "en",
        "La La Land": "",
        "Las Vegas Story": "",
        "Los Angeles Plays Itself": "",
        "À nos amours": "",
        "L.A. Confidential": "",
        "L'Avventura": "en",
        "A": "en",
        "The": "",
        "Theater": "en",
        "A.I.": "en",
    }
    found = {title: title_key(title, language=language) for title, language in cases.items()}
    assert found == {title: title_key(title, language="ru") for title in cases}


def test_numbers_sort_by_their_value():
    ordered = [
        "Rocky",
        "Rocky 2",
        "Rocky 02: Redux",
        "Rocky 10",
        "Rocky 10,000",
        "Rocky 123456789",
        "Rocky 1234567890123",
        "Rocky Balboa",
    ]
    assert _sorted(*reversed(ordered)) == ordered
    assert _sorted("2001", "12 Angry Men", "8½", "101", "Alien") == [
        *("8½", "12 Angry Men", "101", "2001", "Alien")
    ]


def test_russian_letters_sort_in_the_order_of_the_alphabet():
    ordered = ["Ежик", "Ёжик", "Ёлки", "Ель", "Жмурки", "Ирония", "Йети", "Кин-дза-дза"]
    assert _sorted(*reversed(ordered), reader="ru") == ordered


def test_yo_sorts_after_ye_only_if_nothing_else_differs():
    ordered = ["Все", "Всё", "Все 2", "Всё 2", "Все 3"]
    assert _sorted(*reversed(ordered), reader="ru") == ordered
    assert title_key("Все\u0308") == title_key("Всё")


def test_ukrainian_letters_sort_after_their_neighbours():
    ordered = ["Идол", "Імена", "Йети", "Край"]
    assert _sorted(*reversed(ordered)) == ordered


def test_script_of_the_reader_comes_first():
    titles = ["爱", "Брат", "Алиса", "Zorro", "???", "300", "Ψυχή", "Æon"]
    assert _sorted(*titles, reader="ru") == [
        *("???", "300", "Алиса", "Брат", "Æon", "Zorro", "Ψυχή", "爱")
    ]
    assert _sorted(*titles, reader="en") == [
        *("???", "300", "Æon", "Zorro", "Алиса", "Брат", "Ψυχή", "爱")
    ]


def test_key_of_a_title_in_another_script_is_the_same_for_all_readers():
    for title in ("The Matrix", "Amélie", "1984", "Ψυχή", "!?"):
        assert title_key(title, "ru") == title_key(title, "en") == title_key(title)


def test_every_title_has_a_key():
    keys = [title_key(title) for title in ("", "'", "!", "0", "a", "я", "爱")]
    assert all(first < second for first, second in pairwise(keys[1:]))
    assert keys[0] == keys[1]
