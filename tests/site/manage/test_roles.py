"""The pages of roles."""

import pytest

from tests.site.account.conftest import tree, value, wrong
from tests.site.manage.conftest import notice, role_of
from tests.support.html_pages import element, text_of
from tests.support.servers import unique_name


def role(operator, path):
    """The name, the boxes that are ticked, and what is typed beside them."""
    page = tree(operator.browser.get(path))
    ticked = [
        each.attributes["value"]
        for each in page.css("[name=permissions]")
        if "checked" in each.attributes
    ]
    return value(page, "name"), ticked, element(page, "[name=others]").text()


@pytest.fixture
def operator(operator_with):
    return operator_with("roles.manage")


def test_role_is_created_changed_and_deleted(operator, root):
    name = unique_name("Curators ")
    form = {"name": name, "permissions": ["films.edit", "audit.view"], "others": "a.b\nshop.refund"}
    response = operator.browser.post("/manage/roles/new", data=form)
    path = response.headers["location"]
    assert notice(operator.browser, response) == "Role saved."
    assert role(operator, path) == (name, ["films.edit", "audit.view"], "a.b\nshop.refund")
    listed = tree(operator.browser.get("/manage/roles"))
    assert name in [text_of(each) for each in listed.css(".role-list h2")]
    response = operator.browser.post(path, data={"name": name + "!", "permissions": "roles.manage"})
    assert response.status_code == 303
    assert role(operator, path) == (name + "!", ["roles.manage"], "")
    response = operator.browser.post(f"{path}/delete")
    assert notice(operator.browser, response) == "Role deleted."
    assert operator.browser.get(path).status_code == 404
    assert operator.browser.post(f"{path}/delete").status_code == 404
    log = tree(root.browser.get("/manage/audit", params={"who": operator.name, "kind": "role"}))
    assert [text_of(each) for each in log.css(".entry-sentence")] == [
        f"{operator.name} deleted the role {name}!",
        f"{operator.name} changed the role {name}!",
        f"{operator.name} created the role {name}",
    ]


def test_films_of_a_label_are_a_permission_with_its_own_box(operator, root):
    label = unique_name("label")
    root.browser.post("/manage/labels", data={"label": label})
    view_permission = f"films.view:{label}"
    path = f"/manage/roles/{role_of(root, view_permission, 'films.view:none-such')}"
    assert role(operator, path)[1:] == ([view_permission], "films.view:none-such")


@pytest.mark.parametrize("role_id", [1, 2])
def test_built_in_role_is_neither_renamed_nor_deleted(operator, role_id):
    path = f"/manage/roles/{role_id}"
    before = tree(operator.browser.get(path))
    assert not before.css("[name=name], form[action$='/delete']")
    others = element(before, "[name=others]").text()
    response = operator.browser.post(path, data={"name": "x", "others": others + "\nx.y"})
    assert response.status_code == 303
    assert "x.y" in element(tree(operator.browser.get(path)), "[name=others]").text()
    assert operator.browser.post(path, data={"others": others}).status_code == 303
    assert operator.browser.post(f"{path}/delete").status_code == 409


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"name": ""}, 400, "name"),
        ({"name": " "}, 400, "name"),
        ({"name": "x" * 65}, 400, "name"),
        ({"name": "a\0b"}, 400, "name"),
        ({"name": "USER"}, 409, "name"),
        ({"name": "fine", "others": "Not One"}, 400, "others"),
        ({"name": "fine", "others": "x" * 101}, 400, "others"),
        ({"name": "fine", "permissions": "<b>"}, 400, "others"),
    ],
)
def test_error_is_shown_beside_its_field(operator, root, form, status, field):
    for path in ("/manage/roles/new", f"/manage/roles/{role_of(root, 'a.b')}"):
        response = operator.browser.post(path, data=form)
        assert response.status_code == status
        assert wrong(response).keys() == {field}


def test_name_that_differs_only_in_case_is_taken(operator):
    name = unique_name("role")
    first, second = (
        operator.browser.post("/manage/roles/new", data={"name": each})
        for each in (name, name.upper())
    )
    assert (first.status_code, second.status_code) == (303, 409)


def test_members_of_a_role_are_counted(operator, root, person):
    role_id = role_of(root, "a.b")
    root.browser.post(f"/api/v1/user/{person.id}/role/{role_id}")
    page = tree(root.browser.get(f"/manage/roles/{role_id}"))
    assert "1 member has this role" in text_of(page.css_first("details.card"))
    listed = tree(root.browser.get("/manage/roles"))
    assert listed.css(f"a[href='/manage/members?role={role_id}']")
