"""Mermaid itself, in the browser: its own parser and what it draws, to hold our text against."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from browser import Page

VERSION = "11.17.2"
BUILT = Path(__file__).resolve().parents[2] / ".build"
SCRIPT = BUILT / f"mermaid-{VERSION}.min.js"

_PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>mermaid</title>
<script src="mermaid.js"></script>
<script>
  mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
  document.documentElement.dataset.ready = 'yes';
</script>
<body></body>
"""

_DRAW = """
return mermaid.render('drawn', arguments[0]).then(({svg}) => {
  document.body.innerHTML = svg;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const texts = (selector) => all(selector).map((found) => found.innerText);
  const named = all('g.node').map((found) => [
    /-(n[0-9]+)-/.exec(found.id)[1],
    found.querySelector('.nodeLabel').innerText,
  ]);
  return {
    nodes: Object.fromEntries(named),
    flows: texts('.edgeLabel .label .edgeLabel'),
    boxes: texts('.cluster-label .nodeLabel'),
    lines: all('path.flowchart-link').length,
    title: document.querySelector('.flowchartTitleText').textContent,
    foreign: all('svg script, svg a, svg img, svg b, svg iframe').length,
  };
});
"""


def fetched_script() -> Path:
    """Mermaid's script, which npm fetches once; the test is skipped, in CI too, where it cannot."""
    if SCRIPT.exists():
        return SCRIPT
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to fetch Mermaid with")
    BUILT.mkdir(exist_ok=True)
    command = [npm, "pack", "--silent", f"mermaid@{VERSION}", "--pack-destination", str(BUILT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        pytest.skip(f"npm could not fetch Mermaid: {done.stderr.strip()[:200]}")
    archive = BUILT / f"mermaid-{VERSION}.tgz"
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/dist/mermaid.min.js")
        assert member is not None
        SCRIPT.write_bytes(member.read())
    archive.unlink()
    return SCRIPT


def open_mermaid(browser: Page, folder: Path) -> None:
    """Open a page that has Mermaid in it."""
    shutil.copy(fetched_script(), folder / "mermaid.js")
    page = folder / "mermaid.html"
    page.write_text(_PAGE, encoding="utf-8")
    browser.open(page)


def drawn(browser: Page, text: str) -> dict[str, Any]:
    """What Mermaid draws of a text: texts of ``nodes`` by id, of ``flows`` and ``boxes``, the
    number of ``lines``, the ``title``, and how many ``foreign`` elements there are.

    Fails where its parser does not take the text.
    """
    found: dict[str, Any] = browser.run(_DRAW, text)
    return found
