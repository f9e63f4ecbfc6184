"""The endpoint /metrics, as Prometheus reads it."""

import os
import signal

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from kinoteka.server.process_metrics import DURATIONS, METRICS, REQUESTS
from tests.support.polling import eventually
from tests.support.servers import RunningServer
from tests.support.worker_processes import TWO_WORKERS, worker_pids

Samples = dict[tuple[str, tuple[str, ...]], float]

NOT_ALWAYS = ("_pool_", "_writers", "_bus_", "_websockets", "_connections_closed")
"""Metrics that a server may lack: of the other engine, of workers, or of events not yet seen."""


def samples(client: httpx.Client, **headers: str) -> Samples:
    """Return every sample by its name and its labels' values, sorted by label."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def requests(found: Samples, contract: str, route: str, status: str, method: str = "GET") -> float:
    return found.get((REQUESTS, (contract, method, route, status)), 0)


@pytest.fixture
def own(start_server) -> RunningServer:
    """A new server for this test."""
    return start_server()


def test_response_has_the_metrics_of_the_table(own: RunningServer):
    own.client().get("/genres/")
    response = own.client().get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    expected = {row.name.removesuffix("_total"): row for row in METRICS}
    always = {name for name in expected if not any(part in name for part in NOT_ALWAYS)}
    assert always <= set(families) <= set(expected)
    for name, family in families.items():
        row = expected[name]
        assert (family.type, family.documentation) == (row.kind, row.description)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(row.labels)


def test_requests_are_counted_by_pattern_method_and_status(own: RunningServer):
    client = own.client()
    for path in ("/movies/1", "/movies/2/", "/movies/3?x=1"):
        client.get(path)
    client.head("/movies/1")
    for name in ("email", "login"):
        client.post("/login", json={name: "nobody@example.com", "password": "wrong password"})
    found = samples(client)
    assert requests(found, "cinema", "/movies/{id}", "404") == 3
    assert requests(found, "cinema", "/movies/{id}", "404", "HEAD") == 1
    assert requests(found, "messenger", "/login", "400", "POST") == 1
    assert requests(found, "account", "/login", "403", "POST") == 1
    counted = (f"{DURATIONS}_count", ("cinema", "GET", "/movies/{id}"))
    assert found[counted] == 3
    assert found["kinoteka_http_requests_in_flight", ()] == 1  # this one


def test_unknown_paths_and_methods_create_no_series(own: RunningServer):
    client = own.client()
    client.get("/no/such/path")
    client.request("REPORT", "/movies/")
    client.get("/metrics")
    before = samples(client)
    for number in range(50):
        assert client.get(f"/no/such/path/{number}").status_code == 404
        assert client.get(f"/{number}%0A%22x").status_code == 404
    for method in ("PROPFIND", "MKCOL", "SEARCH", "REPORT"):
        assert client.request(method, "/movies/").status_code == 405
    after = samples(client)
    assert set(after) == set(before)
    assert requests(after, "server", "(unknown)", "404") == 101
    assert requests(after, "cinema", "/movies/", "405", "other") == 5


def test_cached_responses_are_counted_separately(own: RunningServer):
    client = own.client()
    for _ in range(4):
        client.get("/genres/")
    client.get("/genres/", headers={"cookie": "session_id=nonsense"})
    found = samples(client)
    assert found["kinoteka_answer_cache_misses_total", ("cinema", "/genres/")] == 2
    assert found["kinoteka_answer_cache_hits_total", ("cinema", "/genres/")] == 3
    assert requests(found, "cinema", "/genres/", "200") == 5
    assert found["kinoteka_answer_cache_bytes", ()] > 0


def test_websockets_are_counted_while_they_are_open(own: RunningServer):
    client = own.signed_up()
    headers = {"Cookie": f"session_id={client.cookies['session_id']}"}
    where = ("kinoteka_websockets", ("messenger",))
    address = own.url.replace("http", "ws", 1) + "/notifications"
    with connect(address, additional_headers=headers) as socket:
        assert socket.response
        assert socket.response.headers["x-request-id"]
        eventually(lambda: samples(client).get(where) == 1)
    eventually(lambda: samples(client)[where] == 0)
    assert requests(samples(client), "messenger", "/notifications", "101") == 1


class TestPermission:
    @pytest.mark.parametrize(
        "header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"]
    )
    def test_request_through_a_proxy_is_rejected(self, server: RunningServer, header: str):
        response = server.client().get("/metrics", headers={header: "127.0.0.1"})
        assert response.status_code == 404
        assert response.json() == {"message": "path not found"}

    def test_client_of_a_trusted_proxy_is_rejected(self, start_server):
        server = start_server(trusted_proxies="127.0.0.1")
        for address in ("192.0.2.1", "127.0.0.1", "::1"):
            response = server.client().get("/metrics", headers={"x-forwarded-for": address})
            assert response.status_code == 404

    def test_only_the_token_is_accepted_when_one_is_set(self, start_server):
        server = start_server(metrics_token="swordfish")
        client = server.client()
        for wrong in ("", "Bearer x", "Bearer swordfis", "Basic swordfish", "Bearer \u00e9"):
            headers = {"authorization": wrong.encode("latin-1")}
            assert client.get("/metrics", headers=headers).status_code == 404
        proxied = {"authorization": "Bearer swordfish", "x-forwarded-for": "192.0.2.1"}
        response = client.get("/metrics", headers=proxied)
        assert response.status_code == 200
        assert "swordfish" not in response.text


class TestSeveralWorkers:
    def test_any_worker_returns_the_sum_and_counters_of_ended_workers(self, start_server):
        server = start_server(**TWO_WORKERS)

        def totals() -> tuple[float, float]:
            """Use a new connection, so that any worker may respond."""
            found = samples(server.client())
            return requests(found, "cinema", "/genres/", "200"), found["kinoteka_workers", ()]

        sent = 0
        for _ in range(40):
            sent += server.client().get("/genres/").status_code == 200
        eventually(lambda: all(totals() == (sent, 2) for _ in range(6)))
        first = worker_pids(server)
        os.kill(min(first), signal.SIGKILL)
        eventually(lambda: len(worker_pids(server) - first) == 1)
        eventually(lambda: all(totals() == (sent, 2) for _ in range(6)))
