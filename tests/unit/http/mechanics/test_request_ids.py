"""Request ids: the server's own, and those that a trusted proxy gives."""

import re

import pytest

from kinoteka.http.mechanics.request_ids import RequestIds
from tests.support.servers import run_server

OWN = re.compile(r"[0-9a-f]{10}-[0-9a-f]+")


def test_ids_are_unique():
    first, second = RequestIds(), RequestIds()
    ids = {each.next({"headers": []}) for each in (first, second) for _ in range(100)}
    assert len(ids) == 200


@pytest.mark.parametrize("path", ["/genres/", "/no/such/path", "/profile", "/docs", "/genres/x"])
def test_every_response_has_an_id_cached_or_not(server, path):
    client = server.client()
    ids = [client.get(path).headers["x-request-id"] for _ in range(3)]
    assert all(map(OWN.fullmatch, ids))
    assert len(set(ids)) == 3


def test_id_from_a_client_is_ignored(server):
    headers = {"x-request-id": "mine", "x-forwarded-for": "192.0.2.1"}
    response = server.client().get("/genres/", headers=headers)
    assert OWN.fullmatch(response.headers["x-request-id"])


def test_id_from_a_trusted_proxy_is_used(tmp_path):
    with run_server(tmp_path, {"trusted_proxies": "127.0.0.1"}) as server:

        def called(given: str) -> str:
            response = server.client().get("/genres/", headers={"x-request-id": given})
            return response.headers["x-request-id"]

        for good in ("a", "0af7651916cd43dd8448eb211c80319c", "A.b_c-9", "x" * 64):
            assert called(good) == good
        for bad in ("", "x" * 65, "a b", "a=b", 'a"b', "a/b"):
            assert OWN.fullmatch(called(bad))


def test_id_from_an_untrusted_proxy_is_ignored(tmp_path):
    with run_server(tmp_path, {"trusted_proxies": "192.0.2.1"}) as server:
        response = server.client().get("/genres/", headers={"x-request-id": "mine"})
        assert OWN.fullmatch(response.headers["x-request-id"])
