"""Titles of MovieLens and other tables are split, and their forms are recognised."""

import pytest

from kinoteka.core.imports.formats.titles import (
    has_article_at_end,
    has_article_first,
    has_year,
    split_title,
)


@pytest.mark.parametrize(
    ("written", "title", "other", "year"),
    [
        ("Toy Story (1995)", "Toy Story", None, "1995"),
        ("American President, The (1995)", "The American President", None, "1995"),
        ("Samouraï, Le (Godson, The) (1967)", "Le Samouraï", "The Godson", "1967"),
        ("Avventura, L' (1960)", "L'Avventura", None, "1960"),
        ("Seven (a.k.a. Se7en) (1995)", "Seven", "Se7en", "1995"),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", None, "2009"),
        ("Supercop 2 (Project S) (Chao ji) (1993)", "Supercop 2 (Project S)", "Chao ji", "1993"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly", None, "1966"),
        ("Crouching Tiger, Hidden Dragon (2000)", "Crouching Tiger, Hidden Dragon", None, "2000"),
        ("Big Bang Theory, The (2007-)", "The Big Bang Theory", None, "2007"),
        ("Fawlty Towers (1975-1979)", "Fawlty Towers", None, "1975"),
        ("Li'l Quinquin", "Li'l Quinquin", None, None),
        ("Film (99999)", "Film", None, "99999"),
        ("(1995)", "", None, "1995"),
        ("", "", None, None),
    ],
)
def test_title_is_split_into_title_other_title_and_year(written, title, other, year):
    assert split_title(written) == (title, other, year)


def test_forms_of_titles_are_recognised():
    assert has_year("Alien (1979)")
    assert not has_year("Alien (director's cut)")
    assert has_article_at_end("Matrix, The (1999)")
    assert not has_article_at_end("The Matrix")
    assert has_article_first("The Matrix")
    assert not has_article_first("Theatre")
