"""The first page for operators."""

from tests.site.account.conftest import tree
from tests.support.html_pages import text_of


def titles(operator):
    return [text_of(each) for each in tree(operator.browser.get("/manage")).css("section h2")]


def test_overview_shows_permitted_areas(root, operator_with):
    assert titles(root) == ["Newest members", "Imports", "Recent activity"]
    assert titles(operator_with("accounts.manage")) == ["Newest members"]
    assert titles(operator_with("audit.view")) == ["Recent activity"]
    assert titles(operator_with("roles.manage")) == []


def test_disabled_accounts_are_counted(root, person):
    root.browser.post(f"/manage/members/{person.id}/disable", data={})
    page = tree(root.browser.get("/manage"))
    assert "disabled account" in text_of(page.css_first("a[href='/manage/members?disabled=true']"))
    assert person.name in [text_of(each) for each in page.css(".member-line a")]
