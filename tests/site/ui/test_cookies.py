"""The site's cookies, over the wire."""

import re

import pytest

from kinoteka.site.ui.assets import FOLDER
from tests.support.servers import PASSWORD, unique_name


@pytest.mark.parametrize(
    ("cookie", "language"),
    [
        ("language=ru", "ru"),
        ('a=b; language="ru"', "ru"),
        ("language=xx", "en"),
        ("language", "en"),
        (";;;=; language=ru", "ru"),
        ("language=ru; a=" + "b" * 9000, "en"),
    ],
)
def test_cookie_is_found_among_others(server, cookie, language):
    headers = {"cookie": cookie, "accept": "text/html"}
    assert server.client().get("/nowhere", headers=headers).headers["content-language"] == language


@pytest.mark.parametrize("is_https", [True, False], ids=["https", "http"])
def test_every_cookie_is_lax_and_hidden_from_scripts(start_server, is_https):
    """Collect the cookies of sign-up, choices, notices and sign-out."""
    server = start_server(public_url="https://films.example" if is_https else "")
    client = server.client(accept="text/html", sec_fetch_site="same-origin")
    form = {
        "username": unique_name(),
        "email": f"{unique_name()}@example.com",
        "password": PASSWORD,
    }
    cookies = []
    for path, data in (
        ("/sign-up", form),
        ("/preferences", {"language": "ru", "theme": "dark"}),
        ("/account/password", {"present": PASSWORD, "password": "another long one"}),
        ("/sign-out", {}),
    ):
        response = client.post(path, data=data)
        cookies += response.headers.get_list("set-cookie")
        sent = [cookie.partition(";")[0] for cookie in response.headers.get_list("set-cookie")]
        client.headers["cookie"] = "; ".join([client.headers.get("cookie", ""), *sent])
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"session_id", "known_device", "language", "theme", "notice"}
    for cookie in cookies:
        rules = set(cookie.split("; ")[1:])
        assert {"Path=/", "SameSite=Lax", "HttpOnly"} <= rules
        assert ("Secure" in rules) is is_https
        assert not [rule for rule in rules if rule.startswith("Domain")]


def test_every_cookie_of_a_script_is_lax_and_secure_behind_https():
    scripts = "\n".join(path.read_text() for path in (FOLDER / "js").rglob("*.js"))
    written = re.findall(r"document\.cookie = (.*);", scripts)
    assert len(written) == 1
    assert written[0].endswith("Path=/; SameSite=Lax${secure}`")
    assert 'const secure = location.protocol === "https:" ? "; Secure" : "";' in scripts
