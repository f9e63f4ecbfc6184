"""The wheel contains the whole package and nothing else, and serves once it is installed."""

import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import httpx
import pytest

from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
UNWANTED = shutil.ignore_patterns("__pycache__", "*.egg-info")
DELETED = ("kinoteka/deleted.py", "kinoteka/deleted/templates/page.html", "removed/__init__.py")
INTERRUPTED = "build/bdist.linux-x86_64/wheel/kinoteka/interrupted.py"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel in a copy of the checkout that earlier builds have left files in."""
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "src", checkout / "src", ignore=UNWANTED)
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, checkout)
    for left in (*(f"build/lib/{name}" for name in DELETED), INTERRUPTED):
        (checkout / left).parent.mkdir(parents=True, exist_ok=True)
        (checkout / left).write_text("raise RuntimeError\n", encoding="utf-8")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".", cwd=checkout)
    (built,) = (checkout / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def content(wheel: Path) -> dict[str, bytes]:
    """Return the files in the wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pip(*arguments: str, cwd: Path) -> None:
    """Run pip without network and settings of the machine."""
    result = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", *arguments],
        cwd=cwd,
        env=clean_environment({"PIP_NO_INDEX": "1"}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def metadata(content: dict[str, bytes], name: str) -> bytes:
    """Return a file of the wheel's metadata."""
    (found,) = [each for each in content if each.endswith(f".dist-info/{name}")]
    return content[found]


class TestContent:
    def test_every_file_of_the_package_is_in_the_wheel_and_no_other(self, content) -> None:
        package = {
            path.relative_to(ROOT / "src").as_posix(): path.read_bytes()
            for path in (ROOT / "src" / "kinoteka").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        packed = {name for name in content if ".dist-info/" not in name}
        assert packed ^ package.keys() == set()
        assert all(content[name] == data for name, data in package.items())

    @pytest.mark.parametrize(
        "suffix",
        [".html", ".css", ".js", ".svg", ".mo", ".mako", ".md", ".jsonl", ".txt"],
    )
    def test_data_files_are_in_the_wheel(self, content, suffix: str) -> None:
        assert [name for name in content if name.endswith(suffix)]

    def test_files_left_by_earlier_builds_are_not_in_the_wheel(self, content) -> None:
        assert set(DELETED) & content.keys() == set()
        assert not [name for name in content if "interrupted" in name]

    def test_license_is_in_the_wheel(self, content) -> None:
        described = message_from_bytes(metadata(content, "METADATA"))
        assert described["License-Expression"] == "MIT"
        assert metadata(content, "licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a new virtual environment, beside the dependencies of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = str(folder / "bin" / "python")
    pip("--python", python, "install", "--no-deps", "--no-compile", str(wheel), cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    dependencies = sysconfig.get_path("purelib")
    (packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Serve from the installed wheel with the demo catalogue, in a folder that has no checkout."""
    folder = tmp_path_factory.mktemp("served")
    process = subprocess.Popen(
        [environment / "bin" / "kinoteka", "serve", "--port", "0"],
        cwd=folder,
        env=clean_environment({}),
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(TIMEOUT, process.kill)
    watchdog.start()
    assert process.stdout
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the server did not start"
        with httpx.Client(base_url=found.group(), timeout=TIMEOUT) as client:
            yield client
    finally:
        process.terminate()
        process.wait()
        watchdog.cancel()
        process.stdout.close()


class TestInstalled:
    def test_command_runs_the_installed_package(self, environment: Path) -> None:
        code = "import kinoteka; print(kinoteka.__file__)"
        shown = subprocess.run(
            [environment / "bin" / "python", "-c", code],
            cwd=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Path(shown.stdout).is_relative_to(environment)

    def test_site_is_served_in_both_languages(self, site: httpx.Client) -> None:
        for language, word in (("en", "Films"), ("ru", "Фильмы")):
            page = site.get("/", headers={"Accept-Language": language, "Accept": "text/html"})
            assert page.status_code == 200
            assert word in page.text

    def test_static_files_are_served(self, site: httpx.Client) -> None:
        page = site.get("/", headers={"Accept": "text/html"}).text
        files = set(re.findall(r"(?:src|href)=\"(/[^\"]+\.(?:js|css|svg|webmanifest))", page))
        assert files
        assert {site.get(file).status_code for file in files} == {200}

    def test_demo_catalogue_is_loaded(self, site: httpx.Client) -> None:
        assert len(site.get("/movies/").json()) > 1

    def test_api_documentation_names_the_version(self, site: httpx.Client, content) -> None:
        described = message_from_bytes(metadata(content, "METADATA"))
        assert site.get("/openapi.json").json()["info"]["version"] == described["Version"]
        assert site.get("/docs").status_code == 200
