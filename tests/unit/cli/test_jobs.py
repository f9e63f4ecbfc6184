"""The commands `kinoteka jobs list` and `kinoteka jobs retry`."""

from tests.support.databases import execute

FAILED = (
    "INSERT INTO jobs (kind, payload, created_at, run_at, attempts, last_error, failed_at)"
    " VALUES ('poem', '{}', 1, 1, 10, 'no rhyme', 1900000000000)"
)


def test_jobs_are_listed_with_their_errors_and_started_again(start_server):
    server = start_server()
    execute(server.settings, FAILED)
    listed = server.command("jobs", "list")
    assert listed.returncode == 0
    failed, *others = listed.stdout.splitlines()
    assert failed.endswith("poem  failed for good  attempts 10: no rhyme")
    assert all("next run" in line for line in others)
    retried = server.command("jobs", "retry")
    assert (retried.returncode, retried.stdout) == (0, "started 1 jobs again\n")
    assert server.command("jobs", "retry").stdout == "started 0 jobs again\n"
