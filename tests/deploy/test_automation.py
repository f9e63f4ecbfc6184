"""The hooks and the workflows run the project's own commands."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repository["hooks"]
}


def recipe(target: str) -> list[str]:
    """Return the commands of a target of the Makefile."""
    (found,) = re.findall(rf"^{target}:.*\n((?:\t.+\n)+)", MAKEFILE, flags=re.MULTILINE)
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in found.splitlines()]


def commands(workflow: str) -> list[str]:
    """Return what a workflow runs."""
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def test_hooks_run_every_command_of_make_check() -> None:
    hooked = {hook["entry"].removesuffix(" --force-exclude") for hook in HOOKS.values()}
    checked = {re.sub(r" (--check )?\.$", "", command) for command in recipe("check")}
    assert hooked == checked


def test_ci_runs_the_script_that_gates_a_landing() -> None:
    assert commands("ci") == ["bash .ci/run"]
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_weekly_workflow_runs_targets_that_exist() -> None:
    assert commands("weekly") == ["make setup", "make newest"]
    assert all(recipe(command.removeprefix("make ")) for command in commands("weekly"))


@pytest.mark.parametrize("workflow", ["ci", "weekly"])
def test_workflow_uses_the_python_of_the_lock_file(workflow: str) -> None:
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r'python-version: "(.+)"', text) == re.findall(
        r"--python-version (\S+)", lock
    )
