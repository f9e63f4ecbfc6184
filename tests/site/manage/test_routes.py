"""Each of the operators' pages and forms needs its own permission."""

import pytest

from kinoteka.site.manage.permissions import KNOWN
from kinoteka.site.manage.routes import AUDIT, LABELS, MEMBERS, OVERVIEW, ROLES
from tests.site.account.conftest import new_browser, tree
from tests.support.html_pages import text_of

OURS = (*MEMBERS, *ROLES, *LABELS, *AUDIT)
AREAS = {
    "/manage/members": "accounts.manage",
    "/manage/roles": "roles.manage",
    "/manage/labels": "films.label",
    "/manage/films": None,
    "/manage/genres": "films.edit",
    "/manage/selections": "selections.feature",
    "/manage/imports": "films.import",
    "/manage/audit": "audit.view",
}


def filled(path, person):
    return path.format(account_id=person.id, role_id=2, session_id=1)


def navigation(page):
    return [each.attributes["href"] for each in page.css(".manage-nav a")]


def test_every_route_requires_a_permission_of_management():
    assert all(route.permission in KNOWN for route in OURS)
    assert [route.path for route in OVERVIEW] == ["/manage"]


def test_anonymous_reader_is_redirected_to_sign_in(server, person):
    nobody = new_browser(server)
    for route in (*OURS, *OVERVIEW):
        response = nobody.request(route.method, filled(route.path, person))
        assert response.status_code == 303, route.path
        assert response.headers["location"].startswith("/sign-in?next="), route.path


def test_member_without_permissions_is_rejected_everywhere(person):
    for route in (*OURS, *OVERVIEW):
        response = person.browser.request(route.method, filled(route.path, person))
        assert response.status_code == 403, route.path
        assert text_of(tree(response).css_first("h1")) == "You do not have permission to do this."
    assert not tree(person.browser.get("/")).css("a[href='/manage']")


@pytest.mark.parametrize("permission", [*KNOWN, "films.view:premium", "shop.refund"])
def test_permission_opens_only_the_pages_that_need_it(operator_with, person, permission):
    operator = operator_with(permission)
    for route in OURS:
        response = operator.browser.request(route.method, filled(route.path, person), data={})
        is_open = route.permission == permission
        assert (response.status_code != 403) is is_open, (route.method, route.path)
    response = operator.browser.get("/manage")
    if permission not in KNOWN:
        assert response.status_code == 403
        return
    expected = [path for path, needed in AREAS.items() if needed == permission]
    expected += ["/manage/films"] if permission in ("films.edit", "films.label") else []
    assert sorted(navigation(tree(response))) == sorted(["/manage", *expected])
    assert tree(operator.browser.get("/")).css("a[href='/manage']")


def test_superuser_may_open_every_page(root, person):
    assert navigation(tree(root.browser.get("/manage"))) == ["/manage", *AREAS]
    for route in (*OVERVIEW, *OURS):
        if route.method == "GET":
            response = root.browser.get(filled(route.path, person))
            assert response.status_code in (200, 303), route.path
            if response.status_code == 200:
                assert text_of(tree(response).css_first("h1"))
                assert response.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_cross_site_form_is_rejected(root, person, headers):
    for route in OURS:
        if route.method == "POST":
            path = filled(route.path, person)
            response = root.browser.post(path, data={"name": "x", "label": "x"}, headers=headers)
            assert response.status_code == 403, path
    assert person.browser.get("/account").status_code == 200


def test_form_without_an_origin_is_rejected(server, root, person):
    silent = server.client(accept="text/html")
    silent.cookies = root.browser.cookies
    for route in OURS:
        if route.method == "POST":
            assert silent.post(filled(route.path, person)).status_code == 403, route.path


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "-1", "x", "1.5", "%00"])
def test_unknown_ids_are_not_found(root, number):
    for route in OURS:
        if "{" in route.path:
            path = route.path.format(account_id=number, role_id=number, session_id=number)
            response = root.browser.request(route.method, path, data={"name": "x"})
            assert response.status_code in (303, 404, 405), (route.method, path)
            if response.status_code == 303:
                assert route.method == "GET"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"reason=\xff", "application/x-www-form-urlencoded"),
        (b"name=%00&label=%00&reason=%00&others=%00", "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 5000 + b"&others=" + b"x" * 5000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"\x00" * 1000, "application/octet-stream"),
    ],
)
def test_invalid_form_is_rejected(root, person, content, kind):
    for route in OURS:
        if route.method == "POST" and route.form is not None:
            path = filled(route.path, person)
            response = root.browser.post(path, content=content, headers={"content-type": kind})
            assert response.status_code in (303, 400), path


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=0", "before=99999999999999999999", "role=x", "kind=x", "action=x",
     "subject=x", "q=" + "x" * 400, "q=%00", "disabled=maybe"],
)  # fmt: skip
def test_malformed_ids_are_not_found(root, query):
    for path in ("/manage/members", "/manage/audit"):
        response = root.browser.get(f"{path}?{query}")
        assert response.status_code in (200, 400), path
    asked = (root.browser.get(f"{p}?{query}") for p in ("/manage/members", "/manage/audit"))
    assert 400 in [response.status_code for response in asked]
