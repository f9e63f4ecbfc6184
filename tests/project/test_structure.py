"""What keeps the code base in shape: documentation that cannot lag, modules that stay small."""

import inspect
import re
from pathlib import Path

import pytest

from kinoteka.cli.main import COMMANDS, load_command
from kinoteka.errors import Code
from kinoteka.http.mechanics.openapi_operations import implied_errors
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.setting_values import plain
from kinoteka.server.app import CONTRACTS, NEUTRAL

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kinoteka"
TESTS = ROOT / "tests"
LINES = 400
HANDLER_LINES = 20

NAMES = [contract.name for contract in CONTRACTS]
MODULES = sorted(
    path.relative_to(SOURCE)
    for path in SOURCE.rglob("*.py")
    if path.name != "__init__.py" and "versions" not in path.parts
)

# Modules without tests of their own, and where they are tested instead.
TESTED_ELSEWHERE = {
    "core/**/queries.py": "by what calls them: a statement without its service says little",
    "core/**/model.py": "schemas; those with behaviour have tests of their own",
    "contracts/**/*.py": "over the wire, contract by contract",
    "errors.py": "codes alone; every contract's error table is checked below",
    "cli/__main__.py": "by every test that runs a command",
    "cli/copy_database.py": "by copies from one engine to the other",
    "cli/doctor/command.py": "by the doctor's examination",
    "cli/export_openapi.py": "by the tests of documents",
    "cli/options.py": "by every command",
    "cli/serve.py": "by every test that starts a server",
    "cli/services.py": "by the commands that call it",
    "core/services.py": "a list of names",
    "core/film_merging/moving.py": "by merges, and by what undoes them",
    "core/imports/record.py": "schemas",
    "core/imports/formats/imdb_joins.py": "by the reader of the files of IMDb",
    "database/backup/snapshots.py": "by what writes backups",
    "database/bulk.py": "errors and a lock's name; by both engines' bulk modules",
    "database/copy/*.py": "by copies from one engine to the other",
    "database/catalogue_schema.py": "by the migrations, which must lead to it",
    "database/engines/__init__.py": "by whatever opens a database",
    "database/engines/*/copy.py": "by copies from one engine to the other",
    "database/engines/*/restore.py": "by the restoring of backups",
    "database/engines/*/imports/*.py": "by imports into both engines",
    "database/engines/sqlite/search/*.py": "by searches on both engines",
    "database/film_search.py": "by searches on both engines",
    "core/catalogue/search_index.py": "an interface",
    "database/import_target.py": "by imports into both engines",
    "database/import_members.py": "by imports into both engines",
    "database/interface.py": "interfaces",
    "database/migrations/env.py": "by the migrations",
    "database/schema.py": "by the migrations, which must lead to it",
    "database/film_undo.py": "by core/imports/undo.py",
    "database/import_session.py": "by its implementations and film_matching.py",
    "database/import_tables.py": "by the migrations, which must lead to it",
    "database/redirect_tables.py": "by the migrations, which must lead to it",
    "database/job_tables.py": "by the migrations, which must lead to it",
    "database/chat_tables.py": "by the migrations, which must lead to it",
    "database/schema_columns.py": "by the schema",
    "http/mechanics/numbers.py": "data; every contract is tried with numbers beyond",
    "http/mechanics/response.py": "over the wire, by every contract",
    "http/mechanics/routes.py": "data; what is made of it has tests",
    "http/policy/default_contract.py": "by responses at unknown paths",
    "http/policy/handler_calls.py": "by the pipeline",
    "http/policy/authorization.py": "by the pipeline, and over the wire by every contract",
    "http/policy/request.py": "over the wire, by every contract",
    "http/policy/websockets.py": "over the wire, by every WebSocket",
    "http/mechanics/trusted_proxies.py": "over the wire, by request ids and nginx",
    "server/routing.py": "by the routes of the application",
    "http/policy/uploads.py": "by uploads of avatars, in each contract that has them",
    "infrastructure/clock.py": "two lines, used everywhere",
    "infrastructure/connection_settings.py": "by what loads settings",
    "infrastructure/catalogue_settings.py": "by what loads settings",
    "infrastructure/progress.py": "by what shows it",
    "search/index_interface.py": "an interface",
    "server/app.py": "over the wire, by every contract",
}


def readme(name: str) -> str:
    return (SOURCE / "contracts" / name / "README.md").read_text(encoding="utf-8")


def shape(path: str) -> str:
    """A path without its parameters' names, query and last slash."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0].rstrip("/"))


def sized(*folders: Path) -> list[Path]:
    """The modules in these folders."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in folder.rglob("*.py"))


class TestSettings:
    DOCUMENT = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    @pytest.mark.parametrize("row", config.rows(), ids=lambda row: row[0])
    def test_every_setting_is_documented_as_in_the_code(
        self, row: tuple[str, str, object, str]
    ) -> None:
        name, kind, default, text = row
        shown = f"`{plain(default)}`" if default not in ("", ()) else ""
        assert f"| `{name}` | {kind} | {shown} | {text} |" in self.DOCUMENT

    def test_no_unknown_setting_is_documented(self) -> None:
        names = {name for name, *_ in config.rows()}
        documented = re.findall(r"^\| `(KINOTEKA_\w+)`", self.DOCUMENT, flags=re.MULTILINE)
        assert set(documented) == names


@pytest.mark.parametrize("contract", [*CONTRACTS, NEUTRAL], ids=[*NAMES, "server"])
def test_every_code_has_an_error_response(contract) -> None:
    assert set(contract.error_responses) == set(Code)
    assert all(
        400 <= error_response.status < 600 for error_response in contract.error_responses.values()
    )


@pytest.mark.parametrize("contract", CONTRACTS, ids=NAMES)
class TestReadmes:
    def test_every_endpoint_is_documented(self, contract) -> None:
        pattern = r"(?:`(GET|POST|PUT|PATCH|DELETE) |(WebSocket) `)(/[^`]*)`"
        written = re.findall(pattern, readme(contract.name))
        documented = {(f"{http}{socket}".upper(), shape(path)) for http, socket, path in written}
        served = {(route.method, shape(route.path)) for route in contract.routes}
        assert served - documented == set()

    def test_every_error_status_is_documented(self, contract) -> None:
        text = readme(contract.name)
        codes = {
            code for route in contract.routes for code in (*implied_errors(route), *route.errors)
        }
        missing = []
        for error_response in {contract.error_responses[code] for code in codes - {Code.INTERNAL}}:
            if not re.search(rf"\b{error_response.status}\b", text):
                missing.append(error_response.status)
            if error_response.mnemonic and not re.search(
                rf"(`|\b){error_response.mnemonic}(`|\b)", text
            ):
                missing.append(error_response.mnemonic)
        assert missing == []

    def test_every_route_that_may_wait_documents_retry_after(self, contract) -> None:
        assert "Retry-After" in readme(contract.name)


MEASURED = sized(SOURCE, TESTS, ROOT / "benchmarks", ROOT / "tools")


def test_modules_stay_small() -> None:
    lines = {each: len((ROOT / each).read_text("utf-8").splitlines()) for each in MEASURED}
    assert {each: number for each, number in lines.items() if number > LINES} == {}


@pytest.mark.parametrize("contract", [*CONTRACTS, NEUTRAL], ids=[*NAMES, "server"])
def test_handlers_are_short(contract) -> None:
    for route in contract.routes:
        assert len(inspect.getsource(route.handler).splitlines()) <= HANDLER_LINES, route.path


def own_tests(module: Path) -> Path:
    """Return where a module's own tests are."""
    folder = {"site": TESTS, "contracts": TESTS}.get(module.parts[0], TESTS / "unit")
    if module.parts[:2] == ("database", "engines"):
        folder, module = TESTS, module.relative_to("database")
    return folder / module.with_name(f"test_{module.name}")


def test_every_module_is_tested() -> None:
    def is_tested(module: Path) -> bool:
        return own_tests(module).exists() or any(
            Path("/", module).match(f"/{pattern}") for pattern in globs()
        )

    assert [module for module in MODULES if not is_tested(module)] == []


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *SOURCE.rglob("*.md")]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_in_documents_exist(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8"))
    for path, anchor in links:
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in [(name, load_command(name)) for name in COMMANDS]:
        group = getattr(command, "commands", {})
        for full in [f"{name} {each}" for each in group] or [name]:
            assert f"`kinoteka {full}" in text


def test_every_contract_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"(src/kinoteka/contracts/{name}/README.md)" in text


def test_sql_is_only_in_queries_and_database() -> None:
    sql = re.compile(r"\"[^\"]*\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")
    for module in MODULES:
        if module.name != "queries.py" and module.parts[0] not in ("database", "search"):
            assert not sql.search((SOURCE / module).read_text(encoding="utf-8")), module


def globs() -> list[str]:
    """The patterns of `TESTED_ELSEWHERE`; ** stands for one folder or two."""
    once = [pattern.replace("**", "*") for pattern in TESTED_ELSEWHERE]
    return once + [pattern.replace("**", "*/*") for pattern in TESTED_ELSEWHERE]


def test_every_listed_exception_is_needed() -> None:
    for pattern in globs():
        if "*" not in pattern:
            assert (SOURCE / pattern).exists()


@pytest.mark.parametrize("name", NAMES)
def test_every_contract_has_tests(name: str) -> None:
    assert list((TESTS / "contracts" / name).glob("test_*.py"))
