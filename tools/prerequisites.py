"""Find the programs that `make test` needs, and install those that are missing.

This runs before there is a virtual environment, so it imports only the standard library.

    prerequisites.py install           install what is missing (`make setup`)
    prerequisites.py check             the same where `CI` is set or root runs it; elsewhere stop
                                       with one message that names everything that is missing
    prerequisites.py environment       create .venv with this Python, or recreate it if it was
                                       created with another one or no longer works
    prerequisites.py packages NAME ... install these Debian packages; needs root
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
OLDEST_POSTGRESQL = 15
OLDEST_NODE = 18
HEADLESS_CHROMIUM = "chromium-headless-shell"
"""The program and Debian's package of the Chromium that has no windows."""

# Where programs are beside the PATH: Debian's servers, Homebrew's packages.
PROGRAM_FOLDERS = ("/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin")
POSTGRESQL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

CLUSTER_CONF = Path("/etc/postgresql-common/createcluster.conf")
POLICY = Path("/usr/sbin/policy-rc.d")
CREATE = ("-m", "venv")
DESCRIBE = "import pip, sys; print('{}.{}'.format(*sys.version_info), sys.base_prefix)"
"""What a virtual environment's Python runs to print its version and where it is installed."""

SERVICES = ("redis-server", "nginx", "pgbouncer")
APT = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300")


class Requirement(NamedTuple):
    """Something that the tests need, and the packages that contain it."""

    name: str
    is_installed: Callable[[], bool]
    debian: tuple[str, ...] = ()
    homebrew: tuple[str, ...] = ()


def find(name: str) -> str | None:
    """Return the path of a program."""
    places = (os.environ.get("PATH", os.defpath), *PROGRAM_FOLDERS)
    return shutil.which(name, path=os.pathsep.join(places))


def find_postgresql() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs. Skip one that is too old."""
    folders = [path for pattern in POSTGRESQL_FOLDERS for path in Path("/").glob(pattern[1:])]
    folders += [Path(path).resolve().parent for path in [find("postgres")] if path]
    versions = {_major_version(folder / "postgres"): folder for folder in folders}
    newest = max(versions, default=0)
    return versions[newest] if newest >= OLDEST_POSTGRESQL else None


def find_chromium() -> str | None:
    """Return a Chromium that tests can drive: a package's, or else the one Playwright installs.

    The one without windows comes first, because tests take less than half the processor time in it.
    A snap, as on Ubuntu, does not count: it sees neither the tests' files nor their fonts.
    """
    for name in (HEADLESS_CHROMIUM, "chromium", "google-chrome-stable", "google-chrome"):
        path = find(name)
        if path and Path(path).resolve().name != "snap":
            return path
    program = "chrome-linux*/chrome"
    cache = "~/.cache/ms-playwright"
    if sys.platform == "darwin":
        program = "chrome-mac*/*.app/Contents/MacOS/*"
        cache = "~/Library/Caches/ms-playwright"
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache
    found = sorted(map(str, Path(cache).expanduser().glob(f"chromium-*/{program}")))
    return found[-1] if found else None


def _major_version(program: str | Path | None) -> int:
    """Return the major version that a program prints, or 0 if there is no such program."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    number = re.search(r"(\d+)\.", done.stdout)
    return int(number.group(1)) if number else 0


def _has_fonts() -> bool:
    if sys.platform == "darwin":  # where no program can choose the fonts it sees
        return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    names = {path.name for folder in folders for path in folder.rglob("*.ttf")}
    return {"DejaVuSans.ttf", "LiberationSans-Regular.ttf"} <= names


def _has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


VENV = Requirement("Python's venv", _has_venv, ("python3-venv",))
CHROMIUM = Requirement("Chromium", lambda: find_chromium() is not None, (HEADLESS_CHROMIUM,))
REQUIREMENTS = (
    VENV,
    Requirement(
        f"PostgreSQL {OLDEST_POSTGRESQL} or newer",
        lambda: find_postgresql() is not None,
        ("postgresql",),
        ("postgresql@17",),
    ),
    Requirement(
        "redis-server",
        lambda: None not in (find("redis-server"), find("redis-cli")),
        ("redis-server",),
        ("redis",),
    ),
    Requirement("PgBouncer", lambda: find("pgbouncer") is not None, ("pgbouncer",), ("pgbouncer",)),
    Requirement("nginx", lambda: find("nginx") is not None, ("nginx",), ("nginx",)),
    Requirement(
        f"Node {OLDEST_NODE} or newer with npm",
        lambda: find("npm") is not None and _major_version(find("node")) >= OLDEST_NODE,
        ("nodejs", "npm"),
        ("node",),
    ),
    Requirement("DejaVu and Liberation fonts", _has_fonts, ("fonts-dejavu", "fonts-liberation")),
    CHROMIUM,
)


def missing(requirements: Sequence[Requirement] = REQUIREMENTS) -> list[Requirement]:
    """Return the requirements that this machine does not meet."""
    return [each for each in requirements if not each.is_installed()]


def check() -> None:
    """Install what is missing where this is allowed to. Elsewhere exit with a message."""
    absent = missing()
    if not absent:
        return
    names = ", ".join(each.name for each in absent)
    if not _may_install():
        sys.exit(f"Missing: {names}.\nTo install what is missing, run: make setup")
    print(f"Missing: {names}. Running make setup.", flush=True)
    done = subprocess.run(["make", "setup"], cwd=ROOT, check=False)
    sys.exit(done.returncode)


def create_environment() -> None:
    """Create the virtual environment, unless there is one that this Python created and that works.

    The file `.venv/python` is touched only then, so that `make` installs the packages again.
    """
    folder, stamp = ROOT / ".venv", ROOT / ".venv" / "python"
    problem = environment_problem(folder)
    if problem is None:
        if not stamp.exists():
            stamp.touch()
        return
    if missing([VENV]):
        sys.exit(
            "Python's venv module is missing, so nothing was created; on Debian and Ubuntu install "
            f"it with: {'' if os.geteuid() == 0 else 'sudo '}apt-get install {_venv_package()}"
        )
    if folder.exists():
        print(f"Recreating .venv: {problem}.", flush=True)
        _remove(folder)
    _run([sys.executable, *CREATE, str(folder)])
    stamp.touch()


def environment_problem(folder: Path) -> str | None:
    """Return why a virtual environment cannot be used with this Python. None if it can."""
    if not folder.exists() and not folder.is_symlink():
        return "it does not exist"
    command = [str(folder / "bin" / "python"), "-c", DESCRIBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "its Python no longer exists"
    if done.returncode:
        return "its Python or its pip no longer works"
    version, _, home = done.stdout.strip().partition(" ")
    this_version = "{}.{}".format(*sys.version_info)
    if version != this_version:
        return f"it was created with Python {version}, and this is Python {this_version}"
    if Path(home).resolve() != Path(sys.base_prefix).resolve():
        return f"it was created with the Python in {home}, and this one is in {sys.base_prefix}"
    if str(folder) not in (folder / "bin" / "pip").read_text("utf-8", "replace")[:500]:
        return "it was created in another folder"
    return None


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder)


def _venv_package() -> str:
    """Return the Debian package with the venv module of this Python."""
    is_default = Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve()
    return "python3-venv" if is_default else "python{}.{}-venv".format(*sys.version_info)


def _may_install() -> bool:
    return bool(os.environ.get("CI")) or os.geteuid() == 0


def install(requirements: Sequence[Requirement] = REQUIREMENTS) -> None:
    """Install what is missing, one package after the other. Exit if something remains."""
    absent = missing(requirements)
    if absent and find("apt-get"):
        _install_by_apt(absent)
    elif absent and find("brew"):
        _install_by_homebrew(absent)
    importlib.invalidate_caches()
    remaining = ", ".join(each.name for each in missing(requirements))
    if remaining:
        sys.exit(f"Still missing: {remaining}.\nInstall it by hand, then run the command again.")


def _install_by_apt(absent: Sequence[Requirement]) -> None:
    from_debian = list(absent)
    if CHROMIUM in absent and not _is_packaged(HEADLESS_CHROMIUM):
        from_debian.remove(CHROMIUM)
    names = [name for each in from_debian for name in each.debian]
    if names:
        _install_packages_as_root(names)
    if CHROMIUM not in from_debian and CHROMIUM in absent:
        _install_by_playwright("--with-deps")


def _install_packages_as_root(names: Sequence[str]) -> None:
    if os.geteuid() == 0:
        install_packages(names)
        return
    command = [sys.executable, __file__, "packages", *names]
    sudo = ["sudo", "-n"]  # which fails where it would ask for a password
    if not find("sudo") or subprocess.run([*sudo, "true"], capture_output=True).returncode:
        sys.exit(f"Packages can only be installed by root. Run as root:\n  {' '.join(command)}")
    if subprocess.run([*sudo, *command], check=False).returncode:
        sys.exit(1)  # the command has printed why


def _is_packaged(package: str) -> bool:
    """Return whether apt has the program itself. Ubuntu's package only installs a snap."""
    done = subprocess.run(
        ["apt-cache", "policy", package], capture_output=True, text=True, check=False
    )
    candidate = re.search(r"Candidate: (\S+)", done.stdout)
    return candidate is not None and not re.search(r"none|snap", candidate.group(1))


def _install_by_homebrew(absent: Sequence[Requirement]) -> None:
    for name in (name for each in absent for name in each.homebrew):
        print(f"Installing {name} with Homebrew", flush=True)
        _run(["brew", "install", "--quiet", name])
    if CHROMIUM in absent:  # Homebrew has disabled its cask
        _install_by_playwright()


def _install_by_playwright(*options: str) -> None:
    """Install the Chromium of the pinned Playwright, which comes with the virtual environment."""
    print("Installing Chromium with Playwright", flush=True)
    _run(["make", ".venv/development"], cwd=ROOT)
    _run([".venv/bin/playwright", "install", *options, "--no-shell", "chromium"], cwd=ROOT)


def install_packages(names: Sequence[str]) -> None:
    """Install Debian packages, without any service that starts now or with the machine."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Updating apt's list of packages", flush=True)
    _run([*APT, "update"], env=environment)
    with _no_service_starts():
        if "postgresql" in names:
            # It brings the file that says whether the server gets a cluster, which would start.
            _install_package("postgresql-common", environment)
            names = [*(name for name in names if name != "postgresql"), "postgresql"]
        with _no_cluster_is_made():
            for name in names:
                _install_package(name, environment)
    for service in set(SERVICES) & set(names):
        if find("systemctl"):
            _run(["systemctl", "disable", "--quiet", service])


def _install_package(name: str, environment: dict[str, str]) -> None:
    print(f"Installing {name} with apt", flush=True)
    _run([*APT, "install", "--no-install-recommends", name], env=environment)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    if POLICY.exists():  # the machine's own rule
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


@contextmanager
def _no_cluster_is_made() -> Iterator[None]:
    if not CLUSTER_CONF.exists():
        yield
        return
    before = CLUSTER_CONF.read_text(encoding="utf-8")
    CLUSTER_CONF.write_text(f"{before}\ncreate_main_cluster = false\n", encoding="utf-8")
    try:
        yield
    finally:
        CLUSTER_CONF.write_text(before, encoding="utf-8")


def _run(command: Sequence[str], **options: object) -> None:
    """Run a command quietly. If it fails, print its output and exit."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nThis command failed: {' '.join(command)}")


def main(arguments: Sequence[str]) -> None:
    """Run one of the commands that the module's description lists."""
    command, *names = arguments
    if command == "install":
        install()
        print("Every program that the tests need is installed.")
    elif command == "check":
        check()
    elif command == "environment":
        create_environment()
    elif command == "packages":
        install_packages(names)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:] or ["help"])
