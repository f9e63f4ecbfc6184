"""The page of labels."""

import pytest

from tests.site.account.conftest import tree, wrong
from tests.site.manage.conftest import notice, role_of
from tests.support.html_pages import text_of
from tests.support.servers import unique_name


def rows(operator):
    page = tree(operator.browser.get("/manage/labels"))
    return {
        text_of(row.css_first("th")): [text_of(cell) for cell in row.css("td")]
        for row in page.css("tbody tr")
    }


def test_label_is_created_once_and_shows_its_roles(operator_with, root):
    operator, label = operator_with("films.label"), unique_name("label")
    for _ in range(2):
        response = operator.browser.post("/manage/labels", data={"label": f" {label} "})
        assert notice(operator.browser, response) == "Label created."
    assert rows(operator)[label] == ["0", "only superusers"]
    role_id = role_of(root, f"films.view:{label}")
    roles = root.browser.get("/api/v1/role").json()
    name = next(each["name"] for each in roles if each["id"] == role_id)
    assert rows(operator)[label] == ["0", name]
    assert not tree(operator.browser.get("/manage/labels")).css(
        f"a[href='/manage/roles/{role_id}']"
    )
    assert tree(root.browser.get("/manage/labels")).css(f"a[href='/manage/roles/{role_id}']")


@pytest.mark.parametrize("label", ["", " ", "a b", "<b>", "x" * 51, "a\0", "-x", "hidden"])
def test_invalid_label_is_reported_at_its_field(root, label):
    response = root.browser.post("/manage/labels", data={"label": label})
    assert response.status_code == 400
    assert wrong(response).keys() == {"label"}
