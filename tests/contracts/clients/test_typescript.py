"""Generated TypeScript types: one module per document, which the strict compiler accepts."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.openapi_documents import operations

ROOT = Path(__file__).parents[3]
NODE_MODULES = ROOT / "node_modules"
GENERATE = """
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

for (const file of process.argv.slice(2)) {
    const document = JSON.parse(readFileSync(file));
    writeFileSync(file.replace(/json$/, "ts"), astToString(await openapiTS(document)));
}
"""


def run(*command: Any, folder: Path) -> str:
    """Run a Node.js program. Return its output."""
    process = subprocess.run(
        ["node", *command], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout + process.stderr


@pytest.fixture(scope="session")
def types(document_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the types of all documents."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    for name, file in document_files.items():
        (folder / f"{name}.json").write_bytes(file.read_bytes())
    (folder / "generate.mjs").write_text(GENERATE, encoding="utf-8")
    output = run("generate.mjs", *(f"{name}.json" for name in document_files), folder=folder)
    assert output == ""
    return folder


def test_every_operation_compiles_strictly(
    types: Path, documents: dict[str, dict[str, Any]]
) -> None:
    for name, document in documents.items():
        keys = " | ".join(f'"{each}"' for each in operations(document))
        (types / f"{name}_used.ts").write_text(
            f'import type {{ operations, paths }} from "./{name}";\n'
            f"type Named = {keys};\n"
            "type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;\n"
            "export const whole: Same<keyof operations, Named> = true;\n"
            f"export const path: keyof paths = {next(iter(document['paths']))!r};\n",
            encoding="utf-8",
        )
    used = [f"{name}_used.ts" for name in documents]
    compiler = "node_modules/typescript/bin/tsc"
    options = ("--strict", "--noEmit", "--module", "nodenext", "--exactOptionalPropertyTypes")
    run(compiler, *options, "--moduleResolution", "nodenext", *used, folder=types)
