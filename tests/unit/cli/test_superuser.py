"""The command `kinoteka createsuperuser`."""

import pytest

from tests.support.polling import eventually
from tests.support.servers import PASSWORD, RunningServer, run_kinoteka, unique_name


def test_new_superuser_can_sign_in_to_a_running_server(server: RunningServer):
    login = unique_name("root")
    made = server.command("createsuperuser", "--login", login, KINOTEKA_SUPERUSER_PASSWORD=PASSWORD)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(f"created superuser {login}")
    client = server.client()
    assert client.post("/login", json={"login": login, "password": PASSWORD}).is_success


def test_existing_account_becomes_superuser_with_the_new_password(server: RunningServer):
    login = unique_name("member")
    member = server.signed_up(login)
    made = server.command(
        "createsuperuser", "--login", login, KINOTEKA_SUPERUSER_PASSWORD="another long one"
    )
    assert made.stdout.startswith(f"promoted superuser {login}")
    client = server.client()
    body = {"login": login, "password": "another long one"}
    assert client.post("/login", json=body).is_success
    eventually(lambda: member.get("/profile").status_code == 403)


@pytest.mark.parametrize(
    ("login", "password", "says"),
    [
        ("root", "seven77", "password: must have 8 to 128 characters"),
        ("12345", PASSWORD, "username: must have 1 to 64 letters"),
    ],
)
def test_invalid_name_or_password_is_rejected(tmp_path, login, password, says):
    done = run_kinoteka(
        "createsuperuser",
        "--login",
        login,
        "--data",
        str(tmp_path),
        KINOTEKA_SUPERUSER_PASSWORD=password,
        KINOTEKA_DEMO="false",
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kinoteka: {says}")
    assert password not in done.stderr
