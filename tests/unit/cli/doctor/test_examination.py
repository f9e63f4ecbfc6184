"""The command `kinoteka doctor`."""

import re
from pathlib import Path

import pytest

from kinoteka.cli.doctor import examination
from kinoteka.cli.doctor.examination import CHECKS, examine
from kinoteka.cli.doctor.findings import Finding, Severity, fine
from kinoteka.infrastructure.settings import Settings
from tests.support.servers import RunningServer, run_kinoteka

LINE = re.compile(r"(error|warning|fine) +\S.*\S")
PAGE = Path(__file__).parents[4] / "docs" / "doctor.md"

TROUBLE = {
    "KINOTEKA_DATABASE_URL": "postgresql://films:hidden%2Fone@127.0.0.1:1/x?password=hidden-two",
    "KINOTEKA_REDIS_URL": "redis://:hidden-three@127.0.0.1:1/0",
    "KINOTEKA_SECRET_KEY": "hidden-four" * 5,
    "KINOTEKA_SIGNING_KEY": "hidden-five",
    "KINOTEKA_METRICS_TOKEN": "hidden-six",
    "KINOTEKA_CORS_ORIGINS": "*,https://hidden-seven@app.example",
}


def test_running_server_has_no_errors(server: RunningServer) -> None:
    server.data.chmod(0o750)
    done = server.command("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    *lines, last = done.stdout.splitlines()
    assert last == "errors: 0, warnings: " + str(sum(line[0] == "w" for line in lines))
    assert all(LINE.fullmatch(line) for line in lines)


def test_errors_come_first_and_contain_no_secret(tmp_path: Path) -> None:
    done = run_kinoteka("doctor", "--data", str(tmp_path), **TROUBLE)
    assert done.returncode == 1
    *lines, last = done.stdout.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    severities = [line.split()[0] for line in lines]
    assert severities == sorted(severities, key=["error", "warning", "fine"].index)
    assert last.startswith(f"errors: {severities.count('error')}, ")
    reported = {line.split()[1] for line in lines if line.startswith("error")}
    assert reported == {"database", "Redis", "keys", "CORS"}
    for word in ("hidden-two", "hidden-three", "hidden-four", "hidden-five", "hidden-six", "%2F"):
        assert word not in done.stdout + done.stderr


def test_invalid_setting_is_an_error() -> None:
    done = run_kinoteka("doctor", KINOTEKA_PORT="many")
    assert done.returncode == 1
    assert done.stdout.startswith("error    settings     KINOTEKA_PORT: ")


@pytest.mark.parametrize("password", ["hid%zz", "hid%den", "hid@den", "hid/den"])
def test_password_in_the_error_of_a_library_is_not_shown(tmp_path: Path, password: str) -> None:
    url = f"postgresql://films:{password}@127.0.0.1:1/x"
    settings = Settings(data=tmp_path, database_url=url)
    lines = [str(finding) for finding in examine(settings) if finding.severity == Severity.ERROR]
    assert any(line.split()[1] == "database" for line in lines)
    assert not any("hid" in line for line in lines)


@pytest.mark.parametrize(("subject", "check"), CHECKS, ids=[check.__name__ for _, check in CHECKS])
def test_check_has_a_description_and_a_subject_that_the_page_explains(subject, check) -> None:
    assert f"| {subject} |" in PAGE.read_text(encoding="utf-8")
    assert (check.__doc__ or "").startswith(("Whether ", "Check ", "Measure "))


def test_every_subject_is_documented(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    source = Path(__file__).parents[4] / "src" / "kinoteka" / "cli" / "doctor"
    subjects = {
        subject
        for module in source.glob("*.py")
        for subject in re.findall(
            r"\b(?:error|warning|fine|say)\(\s*\"([^\"]+)\",", module.read_text(encoding="utf-8")
        )
    }
    assert len(subjects) > 10
    assert [subject for subject in subjects if f"| {subject} |" not in page] == []


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (PermissionError(13, "Permission denied", "/srv/films"), "Permission denied (/srv/films)."),
        (KeyError("hidden"), "because Kinoteka made a mistake. The other checks are not affected."),
        (RuntimeError("hidden"), "because Kinoteka made a mistake."),
    ],
    ids=["of the system", "KeyError", "RuntimeError"],
)
def test_failed_check_is_a_finding_without_names_of_the_program(
    tmp_path, monkeypatch, problem: Exception, says: str
) -> None:
    def check_everything(settings: Settings) -> list[Finding]:
        raise problem

    checks = (("disk", check_everything), ("settings", lambda _: [fine("settings", "Good.")]))
    monkeypatch.setattr(examination, "CHECKS", checks)
    failed, other = map(str, examine(Settings(data=tmp_path)))
    assert failed.startswith("error    disk         This could not be checked")
    assert says in failed
    assert not re.search(r"check_|Errno|Error|hidden", failed)
    assert other == "fine     settings     Good."
