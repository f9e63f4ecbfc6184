"""The error table of the messenger contract."""

import re
from pathlib import Path

import kinoteka.contracts.messenger
from kinoteka.contracts.messenger.routes import CONTRACT
from kinoteka.errors import Code
from kinoteka.http.mechanics.openapi_operations import implied_errors


def test_readme_lists_exactly_the_possible_mnemonics() -> None:
    readme = (Path(kinoteka.contracts.messenger.__file__).parent / "README.md").read_text("utf-8")
    declared = (
        code for route in CONTRACT.routes for code in (*implied_errors(route), *route.errors)
    )
    codes = {*declared, Code.METHOD_NOT_ALLOWED}
    mnemonics = {str(CONTRACT.error_responses[code].mnemonic) for code in codes}
    listed = set(re.findall(r"^\| `([a-z_]+)` \| \d", readme, re.MULTILINE))
    assert listed == mnemonics


def test_every_code_has_a_mnemonic_and_an_allowed_status() -> None:
    assert set(CONTRACT.error_responses) == set(Code)
    for row in CONTRACT.error_responses.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", str(row.mnemonic))
        assert row.status in (400, 401, 403, 405, 413, 415, 429, 500, 503, 507)
