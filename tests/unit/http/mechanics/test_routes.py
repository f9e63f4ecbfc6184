"""Tests for what a contract refuses when it is declared."""

import dataclasses

import pytest

from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.policy.default_contract import contract


async def say_nothing(request: object) -> None:
    """Nothing is said."""


def in_the_readers_language(route: Route) -> Contract:
    neutral = contract("tests", "Tests", "", (route,))
    return dataclasses.replace(neutral, language_of=lambda request: "ru")


class TestContractInTheReadersLanguage:
    def test_a_cached_route_is_refused(self) -> None:
        with pytest.raises(ValueError, match="/films is cached for readers of several languages"):
            in_the_readers_language(Route("GET", "/films", say_nothing, "", cached=("catalogue",)))

    def test_other_routes_are_accepted(self) -> None:
        route = Route("GET", "/films", say_nothing, "")
        assert in_the_readers_language(route).routes == (route,)
