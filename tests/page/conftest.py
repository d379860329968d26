"""One browser for all tests of the page, and the page of a small shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Page, chromium
from hostile_shop import shop

from netviz.render import render


@pytest.fixture(scope="session")
def browser() -> Iterator[Page]:
    with chromium() as page:
        yield page


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "shop.html"
    path.write_bytes(render(shop(), "html"))
    return path


@pytest.fixture
def page(browser: Page, shop_file: Path) -> Page:
    """The shop's page, just opened."""
    browser.open(shop_file)
    return browser
