"""The audit log as it is read."""

from kinoteka.core.audit.model import Action
from tests.site.account.conftest import tree
from tests.site.manage.conftest import role_of
from tests.support.databases import execute
from tests.support.html_pages import element, text_of
from tests.support.servers import unique_name


def sentences(operator, **query):
    response = operator.browser.get("/manage/audit", params=query)
    assert response.status_code == 200, response.text
    return [text_of(each) for each in tree(response).css(".entry-sentence")]


def test_filters_are_in_the_url(operator_with, root, person):
    operator = operator_with("roles.manage", "audit.view")
    role = role_of(operator, "a.b")
    operator.browser.post(f"/manage/members/{person.id}/roles/{role}/give")
    mine = sentences(operator, who=operator.name)
    assert len(mine) == 2
    assert sentences(operator, who=str(operator.id)) == mine
    assert sentences(operator, who=operator.name.upper(), action="role_given") == mine[:1]
    assert sentences(operator, kind="account", subject=str(person.id)) == mine[:1]
    assert sentences(operator, kind="role", subject=str(role)) == mine[1:]
    assert sentences(operator, who="nobody-of-that-name") == []
    assert sentences(operator, who="<b>@") == []
    assert sentences(operator, who="9" * 40) == []
    response = operator.browser.get("/manage/audit", params={"who": operator.name, "kind": "role"})
    page = tree(response)
    assert element(page, "#field-who").attributes["value"] == operator.name
    assert element(page, "#field-kind [selected]").attributes["value"] == "role"


def test_next_page_keeps_the_filters(server, root, person):
    role = role_of(root, "a.b")
    for _ in range(26):
        for switch in ("give", "take"):
            root.browser.post(f"/manage/members/{person.id}/roles/{role}/{switch}")
    query = {"kind": "account", "subject": str(person.id), "who": root.name}
    page = tree(root.browser.get("/manage/audit", params=query))
    assert len(page.css(".entry")) == 50
    address = element(page, "[rel=next]").attributes["href"]
    older = tree(root.browser.get(address))
    assert len(older.css(".entry")) == 2
    assert not older.css("[rel=next]")


def test_details_can_be_opened(root):
    name = unique_name("role")
    role = root.browser.post("/manage/roles/new", data={"name": name, "permissions": "audit.view"})
    root.browser.post(role.headers["location"], data={"name": name, "others": "x.y"})
    page = tree(root.browser.get("/manage/audit", params={"who": root.name}))
    facts = text_of(page.css_first(".entry .facts"))
    assert "Grantedx.y" in facts
    assert "Revokedaudit.view" in facts
    assert "127.0.0.1" in facts


def test_auditor_without_other_permissions_gets_no_links_to_members(operator_with, root, person):
    root.browser.post(f"/manage/members/{person.id}/disable", data={"reason": "x"})
    operator = operator_with("audit.view")
    page = tree(operator.browser.get("/manage/audit", params={"who": root.name}))
    assert page.css(".entry")
    assert not page.css("a[href^='/manage/members']")


def test_every_action_has_a_sentence(server, root, person):
    """Also what is not known, as after going back to an older version."""
    for action in (*Action, "of_the_future"):
        execute(
            server.settings,
            "INSERT INTO audit_entries (at, account_id, actor_name, action, subject_kind,"
            " subject_id, subject_name, details, address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(1, person.id, "<b>", str(action), "film", 7, "100%(who)s", '{"role":"%s"}', ""),
        )
    shown = sentences(root, who=str(person.id))
    assert len(shown) == len(Action) + 1
    assert all("<b>" in each and "100%(who)s" in each for each in shown)
    execute(server.settings, "DELETE FROM audit_entries WHERE actor_name = '<b>'")
