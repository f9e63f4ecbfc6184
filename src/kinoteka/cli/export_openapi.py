"""The command `kinoteka export-openapi`."""

import json
from pathlib import Path

import click


@click.command("export-openapi")
@click.option("--contract", help="Only the document of this contract; otherwise of all together.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def export_openapi(contract: str | None, output: Path | None) -> None:
    """Write the OpenAPI document to standard output or a file."""
    from kinoteka.server.api_documents import Documentation
    from kinoteka.server.app import CONTRACTS

    try:
        document = Documentation(CONTRACTS).document(contract)
    except KeyError:
        names = ", ".join(each.name for each in CONTRACTS)
        raise click.BadParameter(
            f"{contract} is not a contract. The contracts are {names}.", param_hint="'--contract'"
        ) from None
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
