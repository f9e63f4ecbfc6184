"""Countries are recognised by names in English and Russian and by codes."""

from kinoteka.core.imports.formats.country_codes import country_codes


def test_names_and_codes_of_countries_become_codes():
    assert country_codes(["United States", "USA", "fr", "Великобритания", "СССР"]) == (
        *("US", "FR", "GB", "SU"),
    )


def test_former_countries_have_codes():
    names = ["Soviet Union", "Yugoslavia", "Czechoslovakia", "East Germany", "West Germany"]
    assert country_codes(names) == ("SU", "YU", "CS", "DD", "DE")


def test_unknown_country_is_skipped():
    assert country_codes(["Neverland", ""]) == ()
