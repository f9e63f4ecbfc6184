"""Every page has the headers of OWASP's list, and shows what people wrote as text."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import GENEROUS
from tests.support.browsers import browser_window
from tests.support.servers import keep_clients_open, run_server
from tests.support.site_pages import (
    SampleSite,
    SampleTexts,
    create_sample_site,
    example_path,
    pages,
    viewers,
)

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}</textarea>"
SHORT = "\"'><b>&lt;{{7*7}}"
HOSTILE = SampleTexts(
    anna=f"a{SHORT}",
    boris=f"b{SHORT}",
    title=f"Title {SCRIPT}",
    original_title=f"Original {SCRIPT}",
    genre=f"Genre {SCRIPT}",
    director=f"Director {SCRIPT}",
    description=f"Description {SCRIPT}",
    selection=f"Selection {SCRIPT}"[:100],
    note=f"Note {SCRIPT}",
    messages=(f"Message {SCRIPT}",) * 6,
    role=f"role{SHORT}",
    file="Import <b>x</b>&lt;{{7*7}}<img src=x>",
    agent=f"Agent/1 {SCRIPT}",
)
PAGES = pages()
FEATURES = ("accelerometer", "camera", "geolocation", "microphone", "payment", "usb")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    """A world whose people write markup into every field."""
    folder = tmp_path_factory.mktemp("hostile")
    with run_server(folder, GENEROUS, "--workers", "1") as server, keep_clients_open() as keep_open:
        world = create_sample_site(server, HOSTILE)
        keep_open()
        yield world


def page_for(world: SampleSite, route, viewer: str) -> httpx.Response:
    """A page as a browser gets it."""
    with world.server.client(accept="text/html", user_agent="Tests") as client:
        known = {"member": world.anna, "operator": world.root}.get(viewer)
        if known is not None:
            client.cookies = known.cookies
        return client.get(example_path(route, world))


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
def test_headers_are_those_of_owasp(world, route) -> None:
    response = page_for(world, route, viewers(route)[-1])
    headers = response.headers
    assert response.status_code == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert all(f"{name}=()" in headers["permissions-policy"] for name in FEATURES)
    assert "no-store" in headers["cache-control"] or viewers(route)[-1] == "visitor"
    assert not {"server", "x-powered-by"} & set(headers)


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
def test_the_policy_is_strict(world, route) -> None:
    policy = page_for(world, route, viewers(route)[-1]).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert "unsafe" not in policy
    assert (rules["default-src"], rules["base-uri"], rules["frame-ancestors"]) == ("'none'",) * 3
    assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
    assert (rules["form-action"], rules["connect-src"]) == ("'self'", "'self'")
    assert "*" not in policy


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
def test_what_people_wrote_is_text(hostile, route) -> None:
    for viewer in viewers(route):
        response = page_for(hostile, route, viewer)
        assert response.status_code == 200
        page = LexborHTMLParser(response.text)
        assert page.css("img[src=x], b, style, base, iframe, object, embed") == []
        assert [it.attributes for it in page.css("script") if not it.attributes.get("src")] == []
        for element in page.css("*"):
            for name, value in element.attributes.items():
                assert not re.match(r"on|style$|hx-on", name), (element.tag, name)
                assert not re.match(r"\s*(javascript|data):", value or "", re.I), (name, value)
        assert "${49}" not in response.text
        assert "{{49}}" not in response.text


@pytest.mark.parametrize(
    "route", [it for it in PAGES if viewers(it)[0] != "visitor"], ids=lambda route: route.path
)
def test_every_page_of_a_signed_in_user_offers_to_sign_out(world, route) -> None:
    page = LexborHTMLParser(page_for(world, route, viewers(route)[-1]).text)
    assert page.css_first("form[method=post][action='/sign-out'] button[type=submit]")


async def test_scripts_show_what_people_wrote_as_text(browser, hostile) -> None:
    async with browser_window(browser, hostile.server.url) as visitor:
        await visitor.become("anna", hostile.anna)
        page = await visitor.open(f"/messages/{hostile.chat}")
        await expect(page.locator("[data-live=open]")).to_have_count(1)
        text = f"live {SCRIPT} __proto__ https://films.example/{SCRIPT}"
        hostile.boris.post(f"/chats/{hostile.chat}/messages", json={"text": text})
        await expect(page.locator(".log .message-text").last).to_have_text(text)
        assert await injected(page) == 0
        await page.locator(".site-search input[name=q]").fill("Title")
        await expect(page.get_by_role("option").first).to_contain_text("<script>")
        assert await injected(page) == 0
        assert visitor.problems == []


async def injected(page: Page) -> int:
    """How many elements of the page come from what people wrote."""
    return await page.locator("img[src=x], script:not([src]), .log b, [role=option] b").count()


def test_over_tls_browsers_are_told_to_stay_there(tmp_path) -> None:
    behind = GENEROUS | {"trusted_proxies": "127.0.0.1"}
    with run_server(tmp_path / "data", behind) as server, server.client() as client:
        headers = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}
        response = client.get("/", headers=headers | {"accept": "text/html"})
    assert response.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "upgrade-insecure-requests" in response.headers["content-security-policy"]
