"""The documents of every contract, and the viewer, which loads nothing from outside."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.openapi_operations import implied_errors
from kinoteka.server.api_documents import FOLDER, Documentation
from kinoteka.server.app import CONTRACTS, compose
from tests.support.polling import TIMEOUT
from tests.support.servers import RunningServer, run_kinoteka
from tools.prerequisites import find_chromium

pytestmark = pytest.mark.engines("sqlite")  # documents come from the routes

NAMES = [contract.name for contract in CONTRACTS]


@pytest.fixture
def chromium() -> Path:
    program = find_chromium()
    assert program is not None
    return Path(program)


@pytest.fixture(scope="module")
def documentation():
    return Documentation(CONTRACTS)


def shape(path):
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def operations(document):
    return {
        (method.upper(), shape(path)): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def routes(contract):
    return {
        (route.method, shape(route.path))
        for route in contract.routes
        if route.method != "WEBSOCKET"
    }


@pytest.mark.parametrize("name", [None, *NAMES])
def test_document_is_valid_openapi(documentation, name):
    validate(documentation.document(name))


@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
def test_document_has_exactly_the_contracts_routes(documentation, contract):
    assert set(operations(documentation.document(contract.name))) == routes(contract)


def test_combined_document_has_the_routes_of_every_contract(documentation):
    every = set().union(*map(routes, CONTRACTS))
    assert set(operations(documentation.document())) == every


def test_every_websocket_is_described(documentation):
    for contract in CONTRACTS:
        about = documentation.document(contract.name)["info"]["description"]
        sockets = [route.path for route in contract.routes if route.method == "WEBSOCKET"]
        assert all(f"`{path}`" in about for path in sockets)


@pytest.mark.parametrize("name", [None, *NAMES])
def test_operation_ids_are_unique(documentation, name):
    ids = [each["operationId"] for each in operations(documentation.document(name)).values()]
    assert len(ids) == len(set(ids))


def test_shared_sign_in_accepts_both_bodies(documentation):
    def body(name):
        operation = operations(documentation.document(name))[("POST", "/login")]
        return operation["requestBody"]["content"]["application/json"]["schema"]

    assert set(body("account")) == {"$ref"}
    assert len(body(None)["oneOf"]) == 2


def test_every_served_path_is_documented_or_belongs_to_the_server(documentation):
    router, _ = compose()
    for path in ("/openapi.json", "/openapi/account.json", "/docs", "/docs/assets/viewer.js"):
        found = router.find(path)
        assert found is not None
        endpoint = found[0]["GET"]
        assert isinstance(endpoint, Endpoint)
        assert endpoint.contract.name == "server"


class TestServing:
    def test_documents_are_served(self, server: RunningServer) -> None:
        client = server.client()
        for path in ("/openapi.json", *(f"/openapi/{name}.json" for name in NAMES)):
            response = client.get(path)
            assert response.status_code == 200
            assert response.headers["content-type"] == "application/json"
            assert response.json()["openapi"] == "3.1.0"
            again = client.get(path, headers={"if-none-match": response.headers["etag"]})
            assert again.status_code == 304

    @pytest.mark.parametrize(
        "path", ["/openapi/none.json", "/openapi/account", "/openapi/.json", "/docs/assets/x.js"]
    )
    def test_unknown_document_is_not_found(self, server: RunningServer, path: str) -> None:
        assert server.client().get(path).status_code == 404

    def test_viewer_loads_nothing_from_other_hosts(self, server: RunningServer) -> None:
        client = server.client()
        page = client.get("/docs")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        addresses = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        assert len(addresses) >= 6
        for address in addresses:
            assert address == "data:," or re.fullmatch(r"/[^/].*", address)
            if address != "data:,":
                assert client.get(address).status_code == 200

    def test_viewer_has_no_inline_scripts_or_styles(self, server: RunningServer) -> None:
        page = server.client().get("/docs").text
        assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == ["", ""]
        assert not re.search(r"<style|style=|\son\w+=|javascript:", page)

    def test_policy_allows_only_own_files(self, server: RunningServer) -> None:
        policy = server.client().get("/docs").headers["content-security-policy"]
        directives = dict(part.split(" ", 1) for part in policy.split("; "))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == "'self'"
        assert directives["connect-src"] == "'self'"
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_viewer_offers_every_contract(self, server: RunningServer) -> None:
        page = server.client().get("/docs").text
        assert re.findall(r'<option value="([^"]*)">', page) == ["", *NAMES]


def test_references_of_the_viewers_files_exist() -> None:
    script = (FOLDER / "docs" / "viewer.js").read_text()
    assert not re.search(r"https?:|//[a-z]", re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE))
    assert "validatorUrl: null" in script
    for style in ("docs/viewer.css", "swagger-ui/swagger-ui.css"):
        loaded = re.findall(r"url\(\s*[\"']?([^\"')]{0,12})", (FOLDER / style).read_text())
        assert all(address.startswith("data:") for address in loaded)
        assert "@import" not in (FOLDER / style).read_text()


def test_vendored_files_are_pinned_and_licensed() -> None:
    folder = FOLDER / "swagger-ui"
    pinned = json.loads((folder / "package.json").read_text())["dependencies"]["swagger-ui-dist"]
    assert re.fullmatch(r"5\.\d+\.\d+", pinned)
    assert f'"{pinned}"' in (folder / "swagger-ui-bundle.js").read_text()
    assert "Apache License" in (folder / "LICENSE").read_text()
    assert (folder / "NOTICE").read_text().startswith("swagger-ui")


def test_command_writes_a_document_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    assert run_kinoteka("export-openapi", "--output", str(file)).returncode == 0
    assert json.loads(file.read_text()) == Documentation(CONTRACTS).document()
    shown = run_kinoteka("export-openapi", "--contract", "account")
    assert json.loads(shown.stdout)["info"]["title"] == "Account"
    unknown = run_kinoteka("export-openapi", "--contract", "none")
    assert unknown.returncode == 2
    assert "none" in unknown.stderr


def test_modules_that_build_documents_are_imported_lazily() -> None:
    module = "kinoteka.http.mechanics.openapi"
    script = f"import sys, kinoteka.server.process; print('{module}' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert loaded.stdout == b"False\n"


@pytest.mark.parametrize("name", [None, *NAMES])
def test_document_declares_the_credentials(documentation, name):
    schemes = documentation.document(name)["components"]["securitySchemes"]
    assert {each["type"] for each in schemes.values()} == {"apiKey", "http"}
    assert (schemes["cookie"]["in"], schemes["cookie"]["name"]) == ("cookie", "session_id")
    assert schemes["bearer"]["scheme"] == "bearer"


def test_csrf_token_of_filmsite_is_a_header_parameter(documentation):
    every = operations(documentation.document("filmsite"))
    with_token = {
        where
        for where, operation in every.items()
        if ("header", "csrf-token") in {(p["in"], p["name"]) for p in operation["parameters"]}
    }
    (filmsite,) = (contract for contract in CONTRACTS if contract.name == "filmsite")
    assert with_token == {(r.method, shape(r.path)) for r in filmsite.routes if r.csrf}
    assert with_token


@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
def test_document_has_every_status_of_a_route(documentation, contract):
    every = operations(documentation.document(contract.name))
    for route in contract.routes:
        if route.method != "WEBSOCKET":
            codes = {*implied_errors(route), *route.errors}
            statuses = {str(contract.error_responses[code].status) for code in codes}
            declared = every[route.method, shape(route.path)]["responses"]
            assert {str(route.status), *statuses} <= set(declared)


def test_browser_shows_every_operation_and_blocks_nothing(
    server: RunningServer, chromium: Path, tmp_path: Path
) -> None:
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000")
    shows = ("--enable-logging=stderr", "--dump-dom")
    own = (
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={tmp_path}",
    )
    shown = subprocess.run(
        [str(chromium), *options, *own, *shows, f"{server.url}/docs?contract=cinema"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    operations = re.findall(r'<span[^>]* data-path="([^"]*)"', shown.stdout)
    (cinema,) = (contract for contract in CONTRACTS if contract.name == "cinema")
    assert len(operations) == len(cinema.routes)
    assert "CONSOLE" not in shown.stderr
