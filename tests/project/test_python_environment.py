"""What `make run` needs of Python, and the virtual environment that it creates."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import check_python, prerequisites
from tools.prerequisites import Requirement

OLD_PYTHON = f"""#!/bin/sh
exec {sys.executable} -c '
import runpy, sys
sys.version_info, sys.version, sys.executable = (3, 9, 2), "3.9.2 (old)", "{{folder}}/old"
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")' "$@"
"""
"""A Python that says it is too old."""


class TestMakeRun:
    @pytest.fixture(autouse=True)
    def own_options(self, monkeypatch) -> None:
        """Run make without the options of the make that runs the tests."""
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            monkeypatch.delenv(name, raising=False)

    @pytest.fixture
    def programs(self, tmp_path: Path) -> Path:
        """A folder of programs that `make` finds first."""
        folder = tmp_path / "programs"
        folder.mkdir()
        return folder

    @pytest.fixture
    def add(self, programs: Path) -> Callable[[str, str], None]:
        """Install a program."""

        def add(name: str, script: str) -> None:
            (programs / name).write_text(script)
            (programs / name).chmod(0o755)

        return add

    @pytest.fixture
    def make(self, programs, tmp_path, monkeypatch) -> Callable[..., tuple[int, str, list[str]]]:
        """Run make in a fresh checkout: its exit code, what it says, and the files it creates."""
        checkout = tmp_path / "checkout"
        root = Path(__file__).parents[2]
        shutil.copytree(root / "tools", checkout / "tools")
        shutil.copy(root / "Makefile", checkout)
        monkeypatch.setenv("PATH", f"{programs}:{os.defpath}")

        def run(*arguments: str) -> tuple[int, str, list[str]]:
            command = ["make", "--silent", *arguments]
            done = subprocess.run(
                command, cwd=checkout, capture_output=True, text=True, check=False
            )
            present = sorted(path.name for path in checkout.iterdir())
            return done.returncode, done.stderr, [*set(present) - {"tools", "Makefile"}]

        return run

    def test_old_python_is_rejected_before_anything_is_created(self, programs, add, make) -> None:
        add("old", OLD_PYTHON.format(folder=programs))
        code, said, created = make("run", "PYTHON=old")
        assert (code, created) == (2, [])
        assert said.startswith(
            f"Kinoteka needs Python 3.11 or newer, and {programs}/old is Python 3.9.2. "
            "Nothing was created. "
        )

    def test_newer_python_is_suggested_where_there_is_one(self, programs, add, make) -> None:
        add("old", OLD_PYTHON.format(folder=programs))
        add("python3.19", "#!/bin/sh\nexit 0\n")
        _, said, _ = make("run", "PYTHON=old")
        assert "Run: make run PYTHON=python3.19\n" in said

    @pytest.mark.parametrize(
        ("hidden", "part"), [("ssl", "the module ssl"), ("sqlite3", "the module sqlite3")]
    )
    def test_missing_part_of_python_is_named(self, monkeypatch, hidden, part) -> None:
        monkeypatch.setitem(sys.modules, hidden, None)
        with pytest.raises(SystemExit, match=f"was built without {part}, which Kinoteka needs"):
            check_python.main("run")

    def test_sqlite_without_full_text_search_is_named(self, monkeypatch) -> None:
        monkeypatch.setattr(check_python, "SEARCH", "CREATE VIRTUAL TABLE texts USING no_such(x)")
        with pytest.raises(SystemExit, match="was built without SQLite's full-text search"):
            check_python.main("run")

    def test_missing_python_is_named(self, make) -> None:
        code, said, created = make("run", "PYTHON=no-such-python")
        assert (code, created) == (2, [])
        assert said.startswith("There is no no-such-python here. Kinoteka needs Python 3.11")

    @pytest.mark.parametrize(
        ("given", "options"),
        [
            ((), ""),
            (("PORT=8001",), "--port '8001'"),
            (("HOST=*", "DATA=/srv/films"), "--host '*' --data '/srv/films'"),
        ],
    )
    def test_options_reach_the_server(self, make, given, options) -> None:
        done = subprocess.run(
            ["make", "-n", "run", *given],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        command = done.stdout.splitlines()[-1].split()
        assert " ".join(command) == f".venv/bin/kinoteka serve {options}".strip()


class TestEnvironment:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch) -> Path:
        """A virtual environment that this Python created."""
        monkeypatch.setattr(prerequisites, "ROOT", tmp_path)
        folder = tmp_path / ".venv"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "pip").write_text(f"#!{folder}/bin/python\n")
        self.set_python(folder, "{}.{}".format(*sys.version_info), sys.base_prefix)
        return folder

    @staticmethod
    def set_python(folder: Path, version: str, home: str, code: int = 0) -> None:
        python = folder / "bin" / "python"
        python.write_text(f"#!/bin/sh\necho '{version} {home}'; exit {code}\n")
        python.chmod(0o755)

    def test_working_environment_stays(self, folder) -> None:
        prerequisites.main(["environment"])
        (folder / "python").write_text("as it was")
        prerequisites.main(["environment"])
        assert (folder / "python").read_text() == "as it was"

    def test_other_version_is_a_problem(self, folder) -> None:
        self.set_python(folder, "3.9", "/usr")
        problem = prerequisites.environment_problem(folder)
        assert problem
        assert problem.startswith("it was created with Python 3.9, and this is Python 3.")

    def test_other_installation_of_the_same_version_is_a_problem(self, folder) -> None:
        self.set_python(folder, "{}.{}".format(*sys.version_info), "/opt/other")
        problem = prerequisites.environment_problem(folder)
        assert problem
        assert problem.startswith("it was created with the Python in /opt/other")

    def test_python_that_fails_is_a_problem(self, folder) -> None:
        self.set_python(folder, "", "", code=1)
        problem = prerequisites.environment_problem(folder)
        assert problem == "its Python or its pip no longer works"

    def test_python_that_no_longer_exists_is_a_problem(self, folder) -> None:
        (folder / "bin" / "python").unlink()
        (folder / "bin" / "python").symlink_to("/no/such/python")
        assert prerequisites.environment_problem(folder) == "its Python no longer exists"

    def test_moved_environment_is_a_problem(self, folder) -> None:
        moved = folder.rename(folder.with_name("moved"))
        assert prerequisites.environment_problem(moved) == "it was created in another folder"

    def test_unusable_environment_is_recreated_and_its_packages_are_gone(
        self, folder, capsys, monkeypatch
    ) -> None:
        self.set_python(folder, "3.9", "/usr")
        (folder / "runtime").touch()
        monkeypatch.setattr("sys.executable", "/bin/mkdir")  # takes no time
        monkeypatch.setattr(prerequisites, "VENV", Requirement("sh", lambda: True))
        monkeypatch.setattr(prerequisites, "CREATE", ("-p",))
        prerequisites.main(["environment"])
        assert capsys.readouterr().out.startswith(
            "Recreating .venv: it was created with Python 3.9"
        )
        assert [path.name for path in folder.iterdir()] == ["python"]

    @pytest.mark.parametrize(("user", "sudo"), [(0, ""), (1000, "sudo ")])
    def test_missing_venv_module_is_one_sentence_with_the_line_for_apt(
        self, tmp_path, monkeypatch, user, sudo
    ) -> None:
        monkeypatch.setattr("os.geteuid", lambda: user)
        monkeypatch.setattr(prerequisites, "ROOT", tmp_path)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        monkeypatch.setattr("sys.executable", "/usr/bin/python3")
        with pytest.raises(SystemExit) as stopped:
            prerequisites.main(["environment"])
        assert stopped.value.code == (
            "Python's venv module is missing, so nothing was created; on Debian and Ubuntu install "
            f"it with: {sudo}apt-get install python3-venv"
        )
        assert list(tmp_path.iterdir()) == []


def test_oldest_python_is_the_same_everywhere() -> None:
    root = Path(__file__).parents[2]
    oldest = ".".join(map(str, check_python.OLDEST))
    for name, text in (
        ("pyproject.toml", f'requires-python = ">={oldest}"'),
        ("Makefile", f"Kinoteka needs Python {oldest} or newer"),
        ("README.md", f"Python {oldest} or newer"),
    ):
        assert text in (root / name).read_text(encoding="utf-8"), name
