"""The differences as JSON, for programs: docs/diff.schema.json describes it."""

from __future__ import annotations

from typing import Any

from netviz.diff.differences import Compared, Differences, ServiceState
from netviz.diff.keys import ServiceKey
from netviz.render.json_flows import encode, times
from netviz.render.text import whole

VERSION = 1


def render(found: Differences) -> bytes:
    """The document as UTF-8, on one line, also where both sides are alike."""
    return encode(document(found)) + b"\n"


def document(found: Differences) -> dict[str, Any]:
    """The differences as plain JSON values, every key in its fixed place."""
    return {
        "netviz_diff": VERSION,
        "alike": found.alike,
        "old": _side(found.old),
        "new": _side(found.new),
        "services": [
            {
                "change": one.change,
                "service": _service(one.key),
                "old": _state(one.old),
                "new": _state(one.new),
            }
            for one in found.services
        ],
        "listeners": [
            {
                "change": one.change,
                "service": _service(one.key.service),
                "proto": whole(one.key.proto),
                "port": one.key.port,
                "path": _text(one.key.path),
                "old": _texts(one.old),
                "new": _texts(one.new),
            }
            for one in found.listeners
        ],
        "flows": [
            {
                "change": one.change,
                "client": _service(one.key.client),
                "server": _service(one.key.server),
                "proto": whole(one.key.proto),
                "port": one.key.port,
                "path": _text(one.key.path),
                "directed": one.key.directed,
                "old": one.old,
                "new": one.new,
            }
            for one in found.flows
        ],
        "not_compared": [
            {
                "machine": whole(gap.machine),
                "side": gap.side,
                "reason": gap.reason,
                "services": gap.services,
                "listeners": gap.listeners,
                "flows": gap.flows,
            }
            for gap in found.gaps
        ],
        "notes": [whole(note) for note in found.notes],
    }


def _side(side: Compared) -> dict[str, Any]:
    return {
        "machines": [whole(name) for name in side.machines],
        "captured": times(side.captured),
    }


def _service(key: ServiceKey) -> dict[str, Any]:
    return {
        "machine": whole(key.machine),
        "netns": _text(key.namespace),
        "container": _text(key.container),
        "unit": _text(key.unit),
        "process": whole(key.process),
        "program": _text(key.program),
        "owner": _text(key.owner),
    }


def _state(state: ServiceState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {"users": list(state.users), "security": _texts(state.contexts)}


def _texts(texts: tuple[str, ...] | None) -> list[str] | None:
    return None if texts is None else [whole(text) for text in texts]


def _text(text: str) -> str | None:
    return whole(text) or None
