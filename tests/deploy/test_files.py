"""What is deployed names settings that there are, and keeps to what its pages say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from kinoteka.infrastructure import settings as config
from kinoteka.server.process import GRACEFUL_SECONDS
from tests.support.polling import TIMEOUT

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SERVICE = DEPLOY / "kinoteka.service"
FILES = [ROOT / "Dockerfile", *sorted(DEPLOY.iterdir())]
PAGES = {
    "Dockerfile": "docker.md",
    "compose.yaml": "docker.md",
    "env.example": "docker.md",
    "kinoteka.service": "systemd.md",
    "kinoteka-backup.service": "backup.md",
    "kinoteka-backup.timer": "backup.md",
    "nginx.conf": "nginx.md",
    "prometheus-rules.yaml": "operations.md",
    "grafana-dashboard.json": "operations.md",
}


def section(name: str) -> list[tuple[str, str]]:
    """The lines of a section of the unit."""
    text = SERVICE.read_text(encoding="utf-8").partition(f"[{name}]\n")[2].partition("\n[")[0]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_named_in_its_page(file: Path) -> None:
    if file.name != ".env":
        page = ROOT / "docs" / PAGES[file.name]
        assert f"{file.relative_to(ROOT)}" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted({*PAGES.values(), "doctor.md"}))
def test_every_page_is_in_the_readme(page: str) -> None:
    assert f"(docs/{page})" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file", [*FILES, *(ROOT / "docs" / page for page in PAGES.values())], ids=lambda f: f.name
)
def test_every_named_setting_exists(file: Path) -> None:
    named = set(re.findall(r"\bKINOTEKA_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf-8")))
    assert named - {name for name, *_ in config.rows()} == set()


class TestCompose:
    SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]

    def test_only_the_server_has_a_port_and_only_on_this_machine(self) -> None:
        published = {name: each["ports"] for name, each in self.SERVICES.items() if "ports" in each}
        assert published == {"kinoteka": ["127.0.0.1:8000:8000"]}

    def test_server_waits_until_all_others_are_healthy(self) -> None:
        others = self.SERVICES.keys() - {"kinoteka", "backup"}
        wanted = {name: {"condition": "service_healthy"} for name in others}
        assert self.SERVICES["kinoteka"]["depends_on"] == wanted
        assert all("healthcheck" in self.SERVICES[name] for name in others)

    def test_backups_have_a_volume_and_are_rotated(self) -> None:
        backup = self.SERVICES["backup"]
        assert "backups:/backups" in backup["volumes"]
        assert "kinoteka backup --keep 14 /backups" in backup["command"][0]

    def test_all_services_restart_after_a_failure(self) -> None:
        assert {each["restart"] for each in self.SERVICES.values()} == {"unless-stopped"}

    def test_grace_period_is_long_enough_for_requests(self) -> None:
        grace = self.SERVICES["kinoteka"]["stop_grace_period"]
        assert int(grace.removesuffix("s")) > GRACEFUL_SECONDS + 5

    def test_passwords_are_required(self) -> None:
        text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
        named = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY|TOKEN)\w*)([^}]*)\}", text)
        assert named
        assert all(rest.startswith(":?") for _, rest in named)

    def test_example_contains_no_secret(self) -> None:
        for line in (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines():
            assert not re.match(r"\w+(PASSWORD|KEY|TOKEN)=.", line)


def test_every_library_is_locked_to_a_version_with_hashes() -> None:
    smallest = {"requirements.lock": 21, "requirements-dev.lock": 21, "requirements-uv.lock": 1}
    for name, count in smallest.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert len(lines) >= count
        for line in lines:
            assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


class TestImage:
    TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    def test_python_version_is_that_of_the_lock_file(self) -> None:
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        (version,) = re.findall(r"--python-version (\S+)", lock)
        assert set(re.findall(r"^FROM python:([\d.]+)-", self.TEXT, re.MULTILINE)) == {version}

    def test_pg_dump_is_not_older_than_the_server_of_the_compose_file(self) -> None:
        (client,) = re.findall(r"ARG POSTGRESQL_CLIENT=postgresql-client-(\d+)", self.TEXT)
        image = TestCompose.SERVICES["postgres"]["image"]
        assert int(client) >= int(image.partition(":")[2])

    def test_image_runs_as_an_unprivileged_user_and_receives_signals(self) -> None:
        assert re.search(r"^USER \d{4,}:\d{4,}$", self.TEXT, re.MULTILINE)
        assert 'ENTRYPOINT ["kinoteka"]' in self.TEXT

    def test_image_contains_only_the_files_that_it_needs(self) -> None:
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        allowed = {line[1:] for line in lines if line.startswith("!")}
        assert "*" in lines
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", self.TEXT, re.MULTILINE)
        assert {name for each in copied for name in each.split()} == allowed


class TestUnit:
    def test_stop_timeout_is_long_enough_for_workers(self) -> None:
        service = dict(section("Service"))
        assert service["KillMode"] == "mixed"
        assert int(service["TimeoutStopSec"].removesuffix("s")) > GRACEFUL_SECONDS + 5

    def test_backup_unit_runs_a_backup_with_rotation(self) -> None:
        text = (DEPLOY / "kinoteka-backup.service").read_text(encoding="utf-8")
        (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        assert command.split()[1:4] == ["backup", "--keep", "14"]
        assert f"ReadWritePaths={command.split()[-1]}" in text

    def test_unit_runs_the_server(self) -> None:
        command = dict(section("Service"))["ExecStart"].split()
        assert command[1:] == ["serve"]

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
    @pytest.mark.parametrize("name", ["kinoteka.service", "kinoteka-backup.service"])
    def test_systemd_accepts_the_unit(self, tmp_path: Path, name: str) -> None:
        unit = tmp_path / name
        text = (DEPLOY / name).read_text(encoding="utf-8")
        unit.write_text(text.replace("/opt/kinoteka/bin/kinoteka", "/bin/true"))
        environment = os.environ | {"SYSTEMD_LOG_LEVEL": "warning"}
        command = ["systemd-analyze", "verify", "--man=no", str(unit)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, timeout=TIMEOUT
        )
        assert unit.name not in done.stderr
