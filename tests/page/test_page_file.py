"""The page as a file: whole, inert, the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hostile_shop import BREAKOUT, MARKUP, crowd, shop

from netviz.errors import RenderError
from netviz.render import RenderOptions, picture, render


def written() -> str:
    return render(shop(), "html").decode()


def test_same_bytes_every_time() -> None:
    assert render(shop(), "html") == render(shop(), "html")


def test_policy_allows_what_is_in_the_page_and_nothing_else() -> None:
    page = written()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules.keys() == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for element, rule in (("style", "style-src"), ("script", "script-src")):
        found = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"


def test_names_of_machines_are_no_markup() -> None:
    page = written()
    assert MARKUP not in page
    assert BREAKOUT not in page
    assert len(re.findall(r"<script\b", page)) == 2
    assert len(re.findall(r"</script>", page)) == 2
    assert not re.search(r"<img\b", page)


def test_nothing_is_loaded_from_anywhere() -> None:
    page = re.sub(r'<script type="application/json".*?</script>', "", written(), flags=re.DOTALL)
    addresses = re.findall(r"""(?:https?:)?//[\w.-]+\.\w+[^\s'"<]*""", page)
    assert set(addresses) <= {  # names of languages, which nobody fetches
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"\b(?:src|srcset|action|data)=[\"']", page)


def test_flows_of_every_level_that_is_coarser() -> None:
    page = written()
    content = content_of(page)
    assert [level["name"] for level in content["levels"]] == ["service", "container", "host"]
    for level in content["levels"]:
        assert sum(flow["connections"] for flow in level["flows"]) == 16
        assert len(level["nodes"]) >= 3
    assert content["machines"][2]["name"] == f"web {MARKUP}"


def test_large_level_has_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody even tries: Graphviz would be busy for as long as it is let."""
    monkeypatch.setattr(picture, "paint", lambda *_: b"<svg></svg>")
    page = render(crowd(20, 500, 900), "html").decode()
    assert 'data-level="service"' not in page
    assert 'data-level="host"' in page


def content_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="flows">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


def failing(where: str, why: str) -> Callable[..., bytes]:
    """A dot that draws no level in whose source ``where`` is."""

    def paint(source: bytes, *_: object) -> bytes:
        if where.encode() in source:
            raise RenderError(f"{why}\n  what to do")
        return b"<svg></svg>"

    return paint


def test_without_graphviz_page_and_caller_are_told_why_there_is_no_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(picture, "paint", failing("", "dot is </script> not there"))
    page = render(shop(), "html", RenderOptions(tell=told.append)).decode()
    assert told == ["the page has no picture: dot is </script> not there"]
    assert "<template" not in page
    reason = "dot is </script> not there"
    assert content_of(page)["undrawn"] == dict.fromkeys(("service", "container", "host"), reason)


def test_levels_that_could_not_be_drawn_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(picture, "paint", failing("gunicorn", "dot was slow"))
    page = render(shop(), "html", RenderOptions(tell=told.append)).decode()
    undrawn = content_of(page)["undrawn"]
    assert "host" not in undrawn and 'data-level="host"' in page
    assert told == [f"the page has no picture of {', '.join(undrawn)}: dot was slow"]


def test_a_large_level_is_told_of_in_the_page_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(picture, "paint", lambda *_: b"<svg></svg>")
    page = render(crowd(20, 500, 900), "html", RenderOptions(tell=told.append)).decode()
    reason = "there is too much in it to be drawn"
    assert content_of(page)["undrawn"] == {"process": reason, "service": reason}
    assert told == []


def test_snapshots_that_are_far_apart_are_told() -> None:
    times = enumerate(shop().machines)
    machines = tuple(replace(one, captured=(n * 600.0, n * 600.0 + 1)) for n, one in times)
    page = render(replace(shop(), machines=machines), "html").decode()
    assert '"apart":["Captured ' in page
    assert '"apart":[]' in written()
