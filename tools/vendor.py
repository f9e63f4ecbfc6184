"""Take what the site's pages bring along from node_modules, where npm has put what is pinned.

`make vendor` writes the files; they are kept, so whoever installs the server needs no npm.
"""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
STATIC = ROOT / "src" / "kinoteka" / "site" / "static"
ICONS = STATIC / "icons.svg"
RECORD = ROOT / "tools" / "vendor.txt"

COPIED = {
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/htmx/LICENSE.txt": "htmx.org/LICENSE",
    "vendor/lucide/LICENSE.txt": "lucide-static/LICENSE",
}
"""Files as they are, by where they are kept, and where npm puts them."""

HEAD = "<!-- Icons of Lucide (lucide-static {version}), licence: vendor/lucide/LICENSE.txt -->"
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
)


def main() -> None:
    """Write every file and the record of them."""
    for kept, source in COPIED.items():
        (STATIC / kept).parent.mkdir(parents=True, exist_ok=True)
        (STATIC / kept).write_bytes((MODULES / source).read_bytes())
    ICONS.write_text(icons(icon_names()), encoding="utf-8")
    RECORD.write_text(record(), encoding="utf-8")


def record() -> str:
    """Return the packages' versions in package-lock.json, and the SHA-256 of each vendored file."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages = sorted({source.partition("/")[0] for source in COPIED.values()})
    lines = [f"{package} {lock[f'node_modules/{package}']['version']}" for package in packages]
    for file in sorted([*COPIED, ICONS.name]):
        hashed = hashlib.sha256((STATIC / file).read_bytes()).hexdigest()
        lines.append(f"{hashed} {file}")
    return "\n".join(lines) + "\n"


def icon_names() -> list[str]:
    """The icons that pages use, which are the file's symbols; a new one is added by its name.

    `<symbol id="film" />` will do: `make vendor` fills it in.
    """
    return re.findall(r'<symbol id="([^"]+)"', ICONS.read_text(encoding="utf-8"))


def icons(names: list[str]) -> str:
    """One SVG with all these icons, to be shown by `<use href="…#name">`."""
    package = MODULES / "lucide-static"
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    symbols = [SYMBOL.format(name=name, shapes=_shapes(package, name)) for name in names]
    lines = [
        HEAD.format(version=version),
        '<svg xmlns="http://www.w3.org/2000/svg">',
        *symbols,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _shapes(package: Path, name: str) -> str:
    """What an icon is drawn of."""
    text = (package / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = text.partition("<svg")[2].partition(">")[2].rpartition("</svg>")[0]
    return " ".join(line.strip() for line in inner.strip().splitlines())


if __name__ == "__main__":
    main()
