import pytest

from kinoteka.infrastructure.comparison.email_addresses import key_of, parse


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Anna@Example.COM", "anna@example.com"),
        ("x@straße.example", "x@xn--strae-oqa.example"),
        ("x@strasse.example", "x@strasse.example"),
        ("X@XN--strae-oqa.example", "x@xn--strae-oqa.example"),
        ("Straße@example.com", "strasse@example.com"),
        ("Почта@ПРИМЕР.рф", "почта@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_address_is_compared_by_a_labels_and_a_folded_local_part(email, key):
    assert key_of(parse(email)) == key


@pytest.mark.parametrize(
    "email", ["", "a@b", "x@-a.example", "x@xn--\u0430.example", "\ud800@b.example"]
)
def test_malformed_address_is_rejected(email):
    with pytest.raises(ValueError, match=r".+"):
        parse(email)
