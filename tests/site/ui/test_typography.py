import pytest

from kinoteka.site.ui.languages import translations
from kinoteka.site.ui.typography import bind


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("Фильм в закладках", "Фильм в~закладках"),
        ("А я и не знал", "А~я~и~не~знал"),
        ("Вы вышли", "Вы~вышли"),
        ("Подборка — это список", "Подборка~— это список"),
        ("24 фильма", "24~фильма"),
        ("от 8 до 128 символов", "от~8~до~128~символов"),
        ("%(count)s голосов", "%(count)s~голосов"),
        ("через {seconds} с.", "через {seconds}~с."),
        ("№ %(id)s", "№~%(id)s"),
        ("%(film)s теперь", "%(film)s теперь"),
        ("какой-то из входов", "какой-то из~входов"),
        ("IMDb и TMDB", "IMDb и~TMDB"),
        ("Add a film", "Add a film"),
    ],
)
def test_bind_joins_what_a_line_must_not_break(text, bound):
    assert bind(text) == bound.replace("~", "\u00a0")


def test_bind_leaves_bound_text_unchanged():
    assert bind(bind("в кино и дома — 5 раз")) == bind("в кино и дома — 5 раз")


def test_translations_that_the_server_reads_are_bound():
    assert translations("ru").gettext("Film added to the selection.") == (
        "Фильм добавлен в\u00a0подборку."
    )
