"""Devices: the browser, the system and the kind of device of a User-Agent."""

import pytest

from kinoteka.core.sessions.devices import Device, Devices

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"


@pytest.fixture(scope="module")
def devices() -> Devices:
    return Devices()


@pytest.mark.parametrize(
    ("user_agent", "browser", "system", "kind"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox",
            "Linux",
            "computer",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/126.0.0.0",
            "Edge",
            "Windows",
            "computer",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT}"
            " Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari",
            "iOS",
            "phone",
        ),
        (
            f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {WEBKIT}"
            " Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari",
            "iOS",
            "tablet",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36",
            "Chrome Mobile",
            "Android",
            "phone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-X910) {CHROME} Safari/537.36",
            "Chrome",
            "Android",
            "tablet",
        ),
        ("curl/7.88.1", "curl", None, "program"),
        ("", None, None, "program"),
        ("x" * 300, None, None, "program"),
        ("\ud7ff ☃ \x00", None, None, "program"),
    ],
)
async def test_user_agent_names_browser_system_and_kind(devices, user_agent, browser, system, kind):
    found = await devices.describe([user_agent])
    assert found == {user_agent: Device(browser, system, kind)}


async def test_repeated_user_agent_is_described_once_and_cached(devices):
    first = await devices.describe(["curl/7.88.1", "curl/7.88.1", ""])
    second = await devices.describe(["curl/7.88.1"])
    assert first.keys() == {"curl/7.88.1", ""}
    assert second["curl/7.88.1"] is first["curl/7.88.1"]
    assert await devices.describe([]) == {}
