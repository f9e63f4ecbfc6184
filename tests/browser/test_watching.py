"""A page that does what it should not fails its test: what the other tests rest on."""

import pytest

from tests.support.browsers import browser_window
from tests.support.polling import wait_until


@pytest.mark.parametrize(
    ("wrong", "observed"),
    [
        ("() => console.error('so')", "console: so"),
        ("() => { setTimeout(() => { throw new Error('so') }) }", "thrown: "),
        ("() => { document.body.setAttribute('style', 'color: red') }", "console: "),
        ("() => { window.open('https://example.com/') }", "asked outside: https://example.com/"),
        ("() => { location.href = '/films/999999999' }", "404 GET /films/999999999"),
    ],
)
async def test_page_problems_fail_the_test(browser, site, wrong, observed) -> None:
    async with browser_window(browser, site.url) as visitor:
        page = await visitor.open("/healthz")
        await page.evaluate(wrong)
        await wait_until(lambda: any(it.startswith(observed) for it in visitor.problems))
        visitor.expects(f"^{observed}")
        assert visitor.problems == []


async def test_other_hosts_are_unreachable(browser, site) -> None:
    async with browser_window(browser, site.url) as visitor:
        with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
            await visitor.page.goto("https://example.com/")
        assert visitor.outside == ["https://example.com/"]
