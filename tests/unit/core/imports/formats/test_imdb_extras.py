"""Titles and credits of the IMDb are joined with films in the order of title.basics."""

import pytest

from kinoteka.core.imports.formats.imdb_extras import titles_of
from kinoteka.core.imports.record import Credit

BASICS = (
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear"
    "\truntimeMinutes\tgenres\n"
    "tt1\tmovie\tAlien\tAlien\t0\t1979\t\\N\t117\tHorror\n"
    "tt2\tshort\tShorty\tShorty\t0\t2001\t\\N\t5\tShort\n"
    "tt3\tmovie\tBad\tBad\t0\t0\t\\N\t5\tDrama\n"
    "tt4\tmovie\tAdult\tAdult\t1\t1999\t\\N\t5\tDrama\n"
    "tt5\tmovie\tHeat\tHeat\t0\t1995\t\\N\t170\tCrime\n"
)
AKAS = "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
PRINCIPALS = "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
NAMES = "nconst\tprimaryName\nnm1\tRidley Scott\nnm2\tSigourney Weaver\nnm3\tMichael Mann\n"


def aka(film, title, region="\\N", language="\\N", original="0"):
    return f"{film}\t1\t{title}\t{region}\t{language}\t\\N\t\\N\t{original}\n"


@pytest.fixture
def imdb(tmp_path, read):
    def of(**contents):
        paths = []
        for name, content in {"basics": BASICS, **contents}.items():
            path = tmp_path / f"{name}.tsv"
            path.write_text(content)
            paths.append(path)
        return read("imdb", paths)

    return of


def test_titles_are_joined_although_other_films_have_titles(imdb):
    akas = AKAS + aka("tt1", "Alien", original="1") + aka("tt1", "Чужой", "RU")
    akas += "".join(aka(f"tt{number}", "Other") for number in (2, 3, 4))
    akas += aka("tt5", "Схватка", language="ru") + aka("tt5", "Heat 2", "XX")
    outcome = imdb(akas=akas)
    alien, heat = outcome.films
    assert alien.titles == (("", "original", "Alien"), ("ru", "translation", "Чужой"))
    assert heat.titles == (("ru", "translation", "Схватка"), ("", "alternative", "Heat 2"))
    assert outcome.reasons == [(4, "year_invalid")]


def test_credits_are_joined_with_names(imdb):
    rows = (
        'tt1\t1\tnm2\tactress\t\\N\t["Ripley","Herself"]\n'
        "tt1\t2\tnm1\tdirector\t\\N\t\\N\n"
        "tt1\t3\tnm9\tproducer\tproducer\t\\N\n"
        "tt5\t1\tnm3\twriter\twritten by\t\\N\n"
    )
    alien, heat = imdb(principals=PRINCIPALS + rows, names=NAMES).films
    assert alien.credits == (
        Credit("acting", "Sigourney Weaver", "Ripley, Herself", (("imdb", "nm2"),)),
        Credit("directing", "Ridley Scott", "", (("imdb", "nm1"),)),
    )
    assert alien.directors == ("Ridley Scott",)
    assert heat.credits == (Credit("writing", "Michael Mann", "written by", (("imdb", "nm3"),)),)
    assert heat.directors == ()


def test_directors_of_the_crew_take_precedence(imdb):
    (alien, _) = imdb(
        principals=PRINCIPALS + "tt1\t1\tnm1\tdirector\t\\N\t\\N\n",
        crew="tconst\tdirectors\twriters\ntt1\tnm3\t\\N\n",
        names=NAMES,
    ).films
    assert alien.directors == ("Michael Mann",)


def test_credits_are_limited(imdb):
    rows = "".join(f"tt1\t{n}\tnm2\tactor\t\\N\tbroken\n" for n in range(20))
    alien, _ = imdb(principals=PRINCIPALS + rows, names=NAMES).films
    assert len(alien.credits) == 15
    assert {credit.role for credit in alien.credits} == {""}


def test_principals_without_names_are_ignored(imdb):
    outcome = imdb(principals=PRINCIPALS)
    assert [path.name for path in outcome.progress.ignored] == ["principals.tsv"]


def test_file_in_another_order_is_reported(imdb):
    akas = AKAS + aka("tt5", "Схватка", "RU") + aka("tt1", "Чужой", "RU")
    outcome = imdb(akas=akas)
    assert outcome.reasons[-1] == (1, "order_invalid")
    assert outcome.rejected[-1].detail == "tt0000001 is not in the order of title.basics"


def test_invalid_rows_are_rejected(imdb):
    akas = AKAS + "tt1\tbroken\n" + aka("tt1", "x" * 501)
    assert [reason for _, reason in imdb(akas=akas).reasons] == [
        *("year_invalid", "columns_mismatch", "too_long"),
    ]


def test_titles_of_the_site_are_stored_first():
    rows = [aka("tt1", f"Title {n}", "XX").rstrip("\n").encode().split(b"\t") for n in range(9)]
    rows.append(aka("tt1", "Чужой", "RU").rstrip("\n").encode().split(b"\t"))
    titles = titles_of(rows)
    assert len(titles) == 8
    assert titles[0] == ("ru", "translation", "Чужой")
