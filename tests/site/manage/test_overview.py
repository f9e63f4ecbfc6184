"""The first page for operators."""

from tests.site.account.conftest import tree
from tests.support.markup import words


def titles(operator):
    return [words(each) for each in tree(operator.browser.get("/manage")).css("section h2")]


def test_shows_what_one_may_look_after(root, holding):
    assert titles(root) == ["Newest members", "Imports", "What was done last"]
    assert titles(holding("accounts.manage")) == ["Newest members"]
    assert titles(holding("audit.view")) == ["What was done last"]
    assert titles(holding("roles.manage")) == []


def test_counts_who_is_disabled(root, person):
    root.browser.post(f"/manage/members/{person.id}/disable", data={})
    page = tree(root.browser.get("/manage"))
    assert "disabled account" in words(page.css_first("a[href='/manage/members?disabled=true']"))
    assert person.name in [words(each) for each in page.css(".member-line a")]
