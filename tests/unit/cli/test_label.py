"""The command `kinoteka label`."""

import pytest

from tests.support.polling import eventually
from tests.support.servers import run_server


@pytest.fixture
def server(tmp_path):
    with run_server(tmp_path, {}, "--host", "127.0.0.1") as server:  # with the demo catalogue
        yield server


def test_label_hides_films_until_it_is_removed(server):
    client = server.client()

    def status(film_id: int) -> int:
        return client.get(f"/movies/{film_id}").status_code

    assert [status(1), status(2), status(3)] == [200, 200, 200]
    hidden = server.command("label", "1", "2", "--label", "premium")
    assert (hidden.returncode, hidden.stdout) == (0, "2 films: label premium\n")
    eventually(lambda: [status(1), status(2), status(3)] == [404, 404, 200])
    shown = server.command("label", "2", "--none")
    assert (shown.returncode, shown.stdout) == (0, "1 film: no label\n")
    eventually(lambda: [status(1), status(2), status(3)] == [404, 200, 200])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("1", "99999", "--label", "premium"), "film not found: number 99999"),
        (("1", "--label", "a b"), "label: is malformed"),
        (("1", "--label", "Hidden"), "'hidden' is not a label, so nothing has changed"),
        (("1", "--label", "hidden"), "'hidden' is not a label, so nothing has changed"),
    ],
)
def test_no_film_changes_when_one_cannot_be_labelled(server, arguments, says):
    done = server.command("label", *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert server.client().get("/movies/1").status_code == 200
