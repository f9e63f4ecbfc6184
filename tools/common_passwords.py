"""Write the list of common passwords, which no account may have.

`make common-passwords` takes them from the published packages of two projects. The list is part of
the source tree, so the server needs neither package.
"""

import gzip
import json
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path

from kinoteka.core.accounts.common_passwords import PATH
from kinoteka.core.accounts.passwords import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH

ZXCVBN_PACKAGE = "@zxcvbn-ts/language-common@4.1.3"
ZXCVBN_LIST = "package/src/passwords.json"
DJANGO_PACKAGE = "django==5.2.19"
DJANGO_LIST = "django/contrib/auth/common-passwords.txt.gz"


def main() -> None:
    """Download both packages and write the list; its licences are in the README beside it."""
    with tempfile.TemporaryDirectory() as folder:
        passwords = listed([*_zxcvbn(Path(folder)), *_django(Path(folder))])
    PATH.write_text("".join(f"{each}\n" for each in passwords), encoding="utf-8")
    print(f"{PATH}: {len(passwords)} passwords. Set COUNT to this number.")


def listed(passwords: Iterable[str]) -> list[str]:
    """Return the passwords as the list holds them: folded, sorted, and only of allowed lengths."""
    folded = {unicodedata.normalize("NFKC", each).casefold().strip() for each in passwords}
    return sorted(
        each for each in folded if PASSWORD_MIN_LENGTH <= len(each) <= PASSWORD_MAX_LENGTH
    )


def _zxcvbn(folder: Path) -> list[str]:
    _run(["npm", "pack", "--silent", ZXCVBN_PACKAGE], folder)
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        content = package.extractfile(ZXCVBN_LIST)
        assert content is not None
        return list(json.load(content))


def _django(folder: Path) -> list[str]:
    _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", DJANGO_PACKAGE], folder)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as package:
        return gzip.decompress(package.read(DJANGO_LIST)).decode().splitlines()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
