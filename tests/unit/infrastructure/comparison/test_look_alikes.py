import pytest

from kinoteka.infrastructure.comparison.look_alikes import is_highly_restrictive, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rооt", "root"),
        ("сосо", "coco"),
        ("СОСО", "coco"),
        ("ВОВ", "Bob"),
        ("МІХ", "mix"),
        ("НОМЕ", "home"),
        ("user1", "userl"),
        ("modern", "rnodern"),
        ("ехо", "EXO"),
        ("ａnna", "anna"),
        ("ё", "ë"),
        ("Ан\u0438\u0306", "Ани\u0306"),
    ],
)
def test_usernames_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("straße", "strasse"), ("вова", "boba"), ("anna", "änna"), ("иван", "uван"), ("田中", "由中")],
)
def test_usernames_that_look_different_have_different_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    "username",
    [
        "anna",
        "o'hara_1-2.3",
        "a!#$%b",
        "иван",
        "Иван-Петров_7",
        "в'ячеслав",
        "naïve",
        "Straße",
        "Łukasz",
        "Αλέξης",
        "אנה7",
        "علی",
        "田中さん",
        "田中tanaka",
        "tanakaたろう",
        "한국kim",
        "林lin",
        "नमस्ते",
    ],
)
def test_username_of_one_script_or_of_latin_with_an_east_asian_one_is_accepted(username):
    assert is_highly_restrictive(username)


@pytest.mark.parametrize(
    "username",
    [
        "rооt",
        "ivan-иван",
        "аnna",
        "αnna",
        "אנהanna",
        "иван한국",
        "한국あ",
        "٣4علی",
        "ꙗко",
        "x²",
        "ｒｏｏｔ",
        "ａnna",
    ],
)
def test_username_of_mixed_scripts_or_unusual_characters_is_rejected(username):
    assert not is_highly_restrictive(username)
