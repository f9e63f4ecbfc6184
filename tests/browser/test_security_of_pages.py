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
Responses = dict[tuple[str, str], httpx.Response]
FEATURES = ("accelerometer", "camera", "geolocation", "microphone", "payment", "usb")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    """A world whose people write markup into every field."""
    folder = tmp_path_factory.mktemp("hostile")
    with run_server(folder, GENEROUS, "--workers", "1") as server, keep_clients_open() as keep_open:
        world = create_sample_site(server, HOSTILE)
        keep_open()
        yield world


def responses(site: SampleSite) -> Responses:
    """Return every page as a browser gets it, by path and viewer."""
    clients = {"member": site.anna, "operator": site.root}
    found = {}
    for route in PAGES:
        for viewer in viewers(route):
            with site.server.client(accept="text/html", user_agent="Tests") as client:
                if viewer in clients:
                    client.cookies = clients[viewer].cookies
                found[route.path, viewer] = client.get(example_path(route, site))
    assert {response.status_code for response in found.values()} == {200}
    return found


@pytest.fixture(scope="module")
def page_responses(world: SampleSite) -> Responses:
    return responses(world)


def test_headers_are_those_of_owasp(page_responses: Responses) -> None:
    for page, response in page_responses.items():
        headers = response.headers
        assert headers["content-type"] == "text/html; charset=utf-8", page
        assert headers["x-content-type-options"] == "nosniff", page
        assert headers["x-frame-options"] == "DENY", page
        assert headers["referrer-policy"] in ("same-origin", "no-referrer"), page
        assert headers["cross-origin-opener-policy"] == "same-origin", page
        assert headers["cross-origin-resource-policy"] == "same-origin", page
        assert all(f"{name}=()" in headers["permissions-policy"] for name in FEATURES), page
        assert "no-store" in headers["cache-control"] or page[1] == "visitor", page
        assert not {"server", "x-powered-by"} & set(headers), page


def test_the_policy_is_strict(page_responses: Responses) -> None:
    for page, response in page_responses.items():
        policy = response.headers["content-security-policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert "unsafe" not in policy, page
        for name in ("default-src", "base-uri", "frame-ancestors"):
            assert rules[name] == "'none'", page
        for name in ("script-src", "style-src", "form-action", "connect-src"):
            assert rules[name] == "'self'", page
        assert "*" not in policy, page


def test_what_people_wrote_is_text(hostile: SampleSite) -> None:
    for address, response in responses(hostile).items():
        page = LexborHTMLParser(response.text)
        assert page.css("img[src=x], b, style, base, iframe, object, embed") == [], address
        scripts = [it.attributes for it in page.css("script") if not it.attributes.get("src")]
        assert scripts == [], address
        for element in page.css("*"):
            for name, value in element.attributes.items():
                assert not re.match(r"on|style$|hx-on", name), (address, element.tag, name)
                wrong = re.match(r"\s*(javascript|data):", value or "", re.I)
                assert not wrong, (address, name, value)
        assert "${49}" not in response.text, address
        assert "{{49}}" not in response.text, address


def test_every_page_of_a_signed_in_user_offers_to_sign_out(page_responses: Responses) -> None:
    for page, response in page_responses.items():
        if page[1] != "visitor":
            html = LexborHTMLParser(response.text)
            button = "form[method=post][action='/sign-out'] button[type=submit]"
            assert html.css_first(button), page


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
