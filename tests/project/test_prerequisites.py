"""`make setup` installs what the tests need, and `make test` says what is missing.

The package managers are scripts that write down how they are called.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import check_python, prerequisites
from tools.prerequisites import Requirement

CONF = "#create_main_cluster = true\n"
RECORD = """#!/bin/sh
echo "$(basename "$0") $*" >> "{log}"
"""
APT = (
    RECORD
    + """
for last; do :; done
case "$last" in
    update) exit 0 ;;
    postgresql-common) printf '{conf}' > "{cluster_conf}" ;;
    postgresql) grep -q '^create_main_cluster = false$' "{cluster_conf}" || exit 1 ;;
    broken) echo "E: Unable to locate package broken"; exit 100 ;;
esac
"{policy}"; [ $? = 101 ] || exit 1
printf '#!/bin/sh\\necho v20.1' > "{programs}/$last"
chmod +x "{programs}/$last"
"""
)
POLICY_OF_UBUNTU = RECORD + "echo '  Candidate: 2:1snap1-0ubuntu2'\n"
POLICY_OF_DEBIAN = RECORD + "echo '  Candidate: 156.0.8078.114-1~deb13u1'\n"


class Machine:
    """A machine with no program but those that a test has added."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "programs"
        self.cluster_conf = folder / "createcluster.conf"
        self.policy = folder / "policy-rc.d"
        self._log = folder / "log"
        self._log.touch()
        self.programs.mkdir()
        (self.programs / "sh").symlink_to("/bin/sh")
        for name in ("basename", "chmod", "grep"):
            (self.programs / name).symlink_to(f"/usr/bin/{name}")

    def add(self, name: str, script: str = RECORD) -> None:
        """Install a program."""
        places = {"log": self._log, "conf": CONF, "cluster_conf": self.cluster_conf}
        places |= {"policy": self.policy, "programs": self.programs}
        (self.programs / name).write_text(script.format(**places))
        (self.programs / name).chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """The calls of the programs so far, without options that are always the same."""
        calls = self._log.read_text().splitlines()
        return [request.replace(" -q -y -o DPkg::Lock::Timeout=300", "") for request in calls]


def requirement(name: str, *debian: str, brew: tuple[str, ...] = ()) -> Requirement:
    return Requirement(name, lambda: prerequisites.find(name) is not None, debian or (name,), brew)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.programs))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(prerequisites, "PROGRAM_FOLDERS", ())
    monkeypatch.setattr(prerequisites, "CLUSTER_CONF", machine.cluster_conf)
    monkeypatch.setattr(prerequisites, "POLICY", machine.policy)
    return machine


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the effective user the one with this id."""
    return lambda user: monkeypatch.setattr("os.geteuid", lambda: user)


@pytest.fixture
def bare(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any of the real requirements."""
    monkeypatch.setattr(prerequisites, "POSTGRESQL_FOLDERS", ())
    monkeypatch.setattr(prerequisites, "FONT_FOLDERS", ())
    monkeypatch.setattr(prerequisites, "ROOT", machine.programs)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine.programs))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return machine


class TestCheck:
    def test_message_names_everything_missing_and_the_command(self, bare, become) -> None:
        become(1000)
        with pytest.raises(SystemExit) as stopped:
            prerequisites.main(["check"])
        assert stopped.value.code == (
            "Missing: Python's venv, PostgreSQL 15 or newer, redis-server, PgBouncer, nginx, "
            "Node 18 or newer with npm, DejaVu and Liberation fonts, Chromium.\n"
            "To install what is missing, run: make setup"
        )
        assert bare.calls == []

    @pytest.mark.parametrize(("user", "ci"), [(0, ""), (1000, "true")])
    def test_setup_runs_where_it_may_install(self, bare, become, monkeypatch, user, ci) -> None:
        become(user)
        monkeypatch.setenv("CI", ci)
        bare.add("make")
        with pytest.raises(SystemExit) as stopped:
            prerequisites.main(["check"])
        assert (stopped.value.code, bare.calls) == (0, ["make setup"])

    def test_failed_setup_ends_the_check(self, bare, become) -> None:
        become(0)
        bare.add("make", "#!/bin/sh\nexit 2\n")
        with pytest.raises(SystemExit) as stopped:
            prerequisites.main(["check"])
        assert stopped.value.code == 2

    def test_old_programs_do_not_count(self, bare) -> None:
        for name in ("postgres", "node", "npm"):
            bare.add(name, "#!/bin/sh\necho 14.9\n")
        names = {each.name for each in prerequisites.missing()}
        assert {"PostgreSQL 15 or newer", "Node 18 or newer with npm"} <= names

    def test_snap_does_not_count_as_chromium(self, bare) -> None:
        bare.add("snap")
        (bare.programs / "chromium").symlink_to(bare.programs / "snap")
        assert prerequisites.find_chromium() is None
        bare.add("google-chrome")
        assert prerequisites.find_chromium() == str(bare.programs / "google-chrome")


def install(package: str) -> str:
    return f"apt-get install --no-install-recommends {package}"


class TestDebian:
    def test_every_installation_has_its_line(self, machine, become, capfd) -> None:
        become(0)
        machine.add("apt-get", APT)
        prerequisites.install([requirement("node", "node", "npm"), requirement("nginx")])
        assert capfd.readouterr().out.splitlines() == [
            "Updating apt's list of packages",
            "Installing node with apt",
            "Installing npm with apt",
            "Installing nginx with apt",
        ]

    def test_what_is_there_is_not_installed(self, machine, become) -> None:
        become(0)
        machine.add("apt-get", APT)
        machine.add("nginx")
        prerequisites.install([requirement("nginx")])
        assert machine.calls == []

    def test_services_stay_off_and_postgresql_gets_no_cluster(self, machine, become) -> None:
        become(0)
        machine.add("systemctl")
        machine.add("apt-get", APT)
        prerequisites.install_packages(["postgresql", "redis-server", "npm"])
        assert machine.calls == [
            "apt-get update",
            install("postgresql-common"),
            install("redis-server"),
            install("npm"),
            install("postgresql"),
            "systemctl disable --quiet redis-server",
        ]
        assert machine.cluster_conf.read_text() == CONF
        assert not machine.policy.exists()

    def test_policy_of_the_machine_is_kept(self, machine, become) -> None:
        become(0)
        machine.add("apt-get", APT)
        machine.policy.write_text("#!/bin/sh\nexit 101\n")
        machine.policy.chmod(0o700)
        prerequisites.install_packages(["nginx"])
        assert machine.policy.stat().st_mode & 0o777 == 0o700

    def test_failed_installation_is_shown_and_leaves_nothing_behind(
        self, machine, become, capfd
    ) -> None:
        become(0)
        machine.add("apt-get", APT)
        with pytest.raises(SystemExit, match="Unable to locate package broken"):
            prerequisites.install_packages(["postgresql", "broken"])
        assert machine.cluster_conf.read_text() == CONF
        assert not machine.policy.exists()

    def test_user_installs_with_sudo(self, machine, become) -> None:
        become(1000)
        machine.add("apt-get", APT)
        machine.add("sudo", RECORD)
        with pytest.raises(SystemExit, match="Still missing: npm"):
            prerequisites.install([requirement("npm")])
        script = f"{sys.executable} {prerequisites.__file__}"
        assert machine.calls == ["sudo -n true", f"sudo -n {script} packages npm"]

    def test_user_without_sudo_reads_what_root_must_run(self, machine, become) -> None:
        become(1000)
        machine.add("apt-get", APT)
        machine.add("sudo", "#!/bin/sh\nexit 1\n")
        with pytest.raises(SystemExit, match=r"as root:\n .*\.py packages npm$"):
            prerequisites.install([requirement("npm")])


class TestChromium:
    @pytest.fixture
    def chromium(self, machine, become, monkeypatch) -> Machine:
        """A machine where only Chromium is missing, whether or not this one has it."""
        become(0)
        machine.add("apt-get", APT)
        chromium = requirement("chromium")
        monkeypatch.setattr(prerequisites, "CHROMIUM", chromium)
        monkeypatch.setattr(prerequisites, "ROOT", machine.programs)
        (machine.programs / ".venv" / "bin").mkdir(parents=True)
        machine.add(".venv/bin/playwright", f'{RECORD}printf "" > "{{programs}}/chromium"\n')
        machine.add("make")
        return machine

    def test_debian_has_a_package(self, chromium) -> None:
        chromium.add("apt-cache", POLICY_OF_DEBIAN)
        prerequisites.install([prerequisites.CHROMIUM])
        assert chromium.calls[-1] == install("chromium")

    def test_ubuntu_has_a_snap_and_playwright_installs_it(self, chromium) -> None:
        chromium.add("apt-cache", POLICY_OF_UBUNTU)
        with pytest.raises(SystemExit, match="Still missing: chromium"):  # it writes an empty file
            prerequisites.install([prerequisites.CHROMIUM])
        assert chromium.calls[1:] == [
            "make .venv/development",
            "playwright install --with-deps --no-shell chromium",
        ]

    def test_homebrew_installs_packages_and_playwright_chromium(self, chromium, capfd) -> None:
        (chromium.programs / "apt-get").unlink()
        chromium.add("brew", RECORD + 'printf "" > "{programs}/redis"')
        with pytest.raises(SystemExit, match="Still missing: redis, chromium"):
            prerequisites.install([requirement("redis", brew=("redis",)), prerequisites.CHROMIUM])
        assert chromium.calls == [
            "brew install --quiet redis",
            "make .venv/development",
            "playwright install --no-shell chromium",
        ]
        assert capfd.readouterr().out.splitlines() == [
            "Installing redis with Homebrew",
            "Installing Chromium with Playwright",
        ]


OLD_PYTHON = f"""#!/bin/sh
exec {sys.executable} -c '
import runpy, sys
sys.version_info, sys.version, sys.executable = (3, 9, 2), "3.9.2 (old)", "{{programs}}/old"
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")' "$@"
"""
"""A Python that says it is too old."""


class TestMakeRun:
    @pytest.fixture
    def make(self, machine, tmp_path, monkeypatch) -> Callable[..., tuple[int, str, list[str]]]:
        """Run make in a fresh checkout: its exit code, what it says, and the files it creates."""
        checkout = tmp_path / "checkout"
        root = Path(__file__).parents[2]
        shutil.copytree(root / "tools", checkout / "tools")
        shutil.copy(root / "Makefile", checkout)
        monkeypatch.setenv("PATH", f"{machine.programs}:{os.defpath}")

        def run(*arguments: str) -> tuple[int, str, list[str]]:
            command = ["make", "--silent", *arguments]
            done = subprocess.run(
                command, cwd=checkout, capture_output=True, text=True, check=False
            )
            present = sorted(path.name for path in checkout.iterdir())
            return done.returncode, done.stderr, [*set(present) - {"tools", "Makefile"}]

        return run

    def test_old_python_is_rejected_before_anything_is_created(self, machine, make) -> None:
        machine.add("old", OLD_PYTHON)
        code, said, created = make("run", "PYTHON=old")
        assert (code, created) == (2, [])
        assert said.startswith(
            f"Kinoteka needs Python 3.11 or newer, and {machine.programs}/old is Python 3.9.2. "
            "Nothing was created. "
        )

    def test_newer_python_is_suggested_where_there_is_one(self, machine, make) -> None:
        machine.add("old", OLD_PYTHON)
        machine.add("python3.19", "#!/bin/sh\nexit 0\n")
        _, said, _ = make("run", "PYTHON=old")
        assert "Run: make run PYTHON=python3.19\n" in said

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
        assert problem.startswith("it was created with Python 3.9, and this is Python 3.")

    def test_other_installation_of_the_same_version_is_a_problem(self, folder) -> None:
        self.set_python(folder, "{}.{}".format(*sys.version_info), "/opt/other")
        problem = prerequisites.environment_problem(folder)
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
        monkeypatch.setattr(prerequisites, "VENV", requirement("sh"))
        monkeypatch.setattr(prerequisites, "CREATE", ("-p",))
        prerequisites.main(["environment"])
        assert capsys.readouterr().out.startswith(
            "Recreating .venv: it was created with Python 3.9"
        )
        assert [path.name for path in folder.iterdir()] == ["python"]

    @pytest.mark.parametrize(("user", "sudo"), [(0, ""), (1000, "sudo ")])
    def test_missing_venv_module_is_one_sentence_with_the_line_for_apt(
        self, tmp_path, become, monkeypatch, user, sudo
    ) -> None:
        become(user)
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


def test_script_needs_no_virtual_environment() -> None:
    script = str(prerequisites.ROOT / "tools" / "prerequisites.py")
    without_packages = ["/usr/bin/env", "python3", "-I", "-S", script, "help"]
    done = subprocess.run(without_packages, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("Find the programs that `make test` needs")
