"""The command `kinoteka sessions prune`."""

from tests.support.databases import execute
from tests.support.servers import unique_name


def test_prune_deletes_only_expired_sessions(start_server):
    server = start_server()
    lasting, expired = server.signed_up(), server.signed_up(unique_name("expired"))
    execute(
        server.settings,
        "UPDATE sessions SET expires_at = 1 WHERE account_id ="
        " (SELECT id FROM accounts WHERE substr(username, 1, 7) = 'expired')",
    )
    done = server.command("sessions", "prune")
    assert (done.returncode, done.stdout) == (0, "deleted 1 expired sessions\n")
    assert lasting.get("/profile").status_code == 200
    assert expired is not lasting
