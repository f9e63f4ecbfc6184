"""What templates say for certain is worked out once."""

import pytest
from jinja2 import DictLoader
from markupsafe import Markup

from kinoteka.site.ui.constant_folding import FoldingEnvironment

called: list[object] = []


def say(*words: str) -> Markup:
    called.append(words)
    return Markup("<b>{}</b>").format(Markup(" ").join(words))


class Box:
    say = staticmethod(say)


@pytest.fixture
def environment() -> FoldingEnvironment:
    called.clear()
    made = FoldingEnvironment(autoescape=True)
    made.constants = {"say": say, "box.say": say, "name": lambda text: f"<{text}>"}
    made.globals |= {"say": say, "box": Box(), "name": lambda text: f"<{text}>"}
    return made


@pytest.mark.parametrize(
    ("source", "shown", "times"),
    [
        ("{{ say('a') }}", "<b>a</b>", 1),
        ("{{ box.say('a', 'b') }}", "<b>a b</b>", 1),
        ("{{ say(say('a')) }}", "<b><b>a</b></b>", 2),
        ("{{ name('a') }}", "&lt;a&gt;", 0),
        ("{% set x = say('a') %}{{ x }}", "<b>a</b>", 1),
        ("{% if false %}{{ say('a') }}{% endif %}", "", 1),
    ],
)
def test_constant_calls_are_evaluated_at_compile_time(
    environment: FoldingEnvironment, source: str, shown: str, times: int
) -> None:
    template = environment.from_string(source)
    assert len(called) == times
    assert template.render() == template.render() == shown
    assert len(called) == times


@pytest.mark.parametrize(
    "source", ["{{ say(x) }}", "{{ say(*[x]) }}", "{{ box['say'](x) }}", "{{ say('' ~ x) }}"]
)
def test_other_calls_are_evaluated_when_rendering(
    environment: FoldingEnvironment, source: str
) -> None:
    template = environment.from_string(source)
    assert called == []
    assert template.render(x="<") == "<b>&lt;</b>"


def test_folding_applies_to_macros_blocks_and_inheritance(environment: FoldingEnvironment) -> None:
    environment.loader = DictLoader(
        {
            "base": "{% macro m() %}{{ say('m') }}{% endmacro %}{% block b %}{% endblock %}",
            "page": "{% extends 'base' %}{% block b %}{{ say('b') }}{% endblock %}",
        }
    )
    template = environment.get_template("page")
    assert template.render() == "<b>b</b>"
    before = len(called)
    template.render()
    assert len(called) == before
