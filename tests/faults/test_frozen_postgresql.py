"""PostgreSQL frozen under a warm server: every request gets 503 in time, and then it goes on."""

from concurrent.futures import ThreadPoolExecutor

from tests.conftest import GENEROUS
from tests.support.chat_users import new_chat_user, open_chat
from tests.support.databases import EMPTY, create_empty_template, postgresql_server
from tests.support.polling import eventually
from tests.support.servers import run_server, unique_name
from tests.support.worker_processes import log_reader

SETTINGS = {"workers": "2", "database_pool": "4"}


def test_every_request_gets_503_until_postgresql_continues(tmp_path, capfd):
    logged = log_reader(capfd)
    with postgresql_server("fsync=off") as database:
        create_empty_template(database)
        settings = GENEROUS | SETTINGS | {"database_url": database.new_database(EMPTY)}
        with run_server(tmp_path, settings) as server:
            anna, boris = new_chat_user(server), new_chat_user(server)
            open_chat(anna, boris)
            requests = requests_of(server, anna)
            for request in requests:  # every statement has been prepared
                assert request().status_code < 500
            database.freeze()
            with ThreadPoolExecutor(len(requests)) as threads:
                responses = list(threads.map(lambda request: request(), requests))
            assert {response.status_code for response in responses} == {503}
            assert all(int(response.headers["retry-after"]) >= 1 for response in responses)
            database.thaw()
            eventually(lambda: all(request().status_code < 500 for request in requests))
    lines = logged().splitlines()
    assert [line for line in lines if "Traceback" in line or "never retrieved" in line] == []


def requests_of(server, anna):
    client = server.client(cookie=anna.cookie)
    anonymous = server.client()

    def register():
        email = f"{unique_name()}@example.org"
        body = {"email": email, "password": "correct horse battery"}
        return anonymous.post("/auth/register", json=body)

    return [
        lambda: client.get("/chats"),
        lambda: client.get("/favorites/movies/"),
        lambda: client.get("/messages", headers={"accept": "text/html"}),
        lambda: anonymous.get(f"/movies/?page=1&q={unique_name()}"),
        *[register] * 4,
    ]
