"""Let Lighthouse judge pages of a warm server with the demo catalogue: `make lighthouse`.

Prints a score from 0 to 100 for each page, category and kind of device, and fails below LEAST.
What Lighthouse finds is told below the table.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.servers import free_port, started
from tools.prerequisites import find_chromium

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "lighthouse"
PAGES = ("/", "/films", "/films/4", "/search?q=train", "/selections/1")
HIDDEN = ("/search",)
"""Pages that search engines are asked to pass over, which Lighthouse takes for a mistake."""
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
DEVICES = {"mobile": (), "desktop": ("--preset=desktop",)}
LEAST = 95
WARM_UP = 20

Report = dict[str, Any]


def main() -> None:
    """Judge every page on every device."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kinoteka.cli", "serve", "--port", str(port)]
        known = {"KINOTEKA_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        with started([*command, "--data", folder], port, "/healthz", **known) as server:
            low = [
                f"{device} {path}: {finding}"
                for path in sys.argv[1:] or PAGES
                for device, options in DEVICES.items()
                for finding in _judge(server.url + path, device, path, options)
            ]
    print("\n".join(low))
    sys.exit(bool(low))


def _judge(url: str, device: str, path: str, options: tuple[str, ...]) -> list[str]:
    """What of one page on one device falls short."""
    for _ in range(WARM_UP):
        asked = urllib.request.Request(url, headers={"Accept": "text/html"})
        urllib.request.urlopen(asked, timeout=10).close()
    if path.startswith(HIDDEN):
        options = (*options, "--skip-audits=is-crawlable")
    report = _report(url, options)
    scores = {it: round((report["categories"][it]["score"] or 0) * 100) for it in CATEGORIES}
    told = ", ".join(f"{name} {score}" for name, score in scores.items())
    figures = (
        "first-contentful-paint",
        "largest-contentful-paint",
        "total-blocking-time",
        "cumulative-layout-shift",
        "total-byte-weight",
    )
    shown = ", ".join(report["audits"][it]["displayValue"].replace("\xa0", " ") for it in figures)
    print(f"{device:8}{path:20}{told}; {shown}", flush=True)
    return [
        f"{name} {score}: {finding}"
        for name, score in scores.items()
        if score < LEAST
        for finding in _lost(report, name) or ["?"]
    ]


def _lost(report: Report, category: str) -> list[str]:
    """What cost a page points."""
    return [
        f"{audit['title']} ({audit.get('displayValue', '')})"
        for weighed in report["categories"][category]["auditRefs"]
        if weighed["weight"]
        and (audit := report["audits"][weighed["id"]])["score"] is not None
        and audit["score"] < 1
    ]


def _report(url: str, options: tuple[str, ...]) -> Report:
    flags = "--headless=new --no-sandbox" if os.geteuid() == 0 else "--headless=new"
    command = [str(PROGRAM), url, "--quiet", "--output=json", f"--chrome-flags={flags}", *options]
    chromium = find_chromium() or sys.exit("Lighthouse needs Chromium (make setup)")
    done = subprocess.run(
        command, env=os.environ | {"CHROME_PATH": chromium}, stdout=subprocess.PIPE, check=True
    )
    report: Report = json.loads(done.stdout)
    return report


if __name__ == "__main__":
    main()
