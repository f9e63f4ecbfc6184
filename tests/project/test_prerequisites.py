"""`make setup` installs what the tests need, and `make test` says what is missing.

The package managers are scripts that write down how they are called.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import prerequisites
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

    def test_chromium_without_windows_comes_first(self, bare) -> None:
        bare.add("chromium")
        bare.add("chromium-headless-shell")
        assert prerequisites.find_chromium() == str(bare.programs / "chromium-headless-shell")


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


def test_script_needs_no_virtual_environment() -> None:
    script = str(prerequisites.ROOT / "tools" / "prerequisites.py")
    without_packages = ["/usr/bin/env", "python3", "-I", "-S", script, "help"]
    done = subprocess.run(without_packages, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("Find the programs that `make test` needs")
