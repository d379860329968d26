"""What differs, in words, for the formats that people look at."""

from __future__ import annotations

from netviz.diff.differences import (
    ENDS_NOT_FOUND,
    HOLDERS_UNSEEN,
    NOT_CAPTURED,
    Differences,
    FlowDifference,
    Gap,
    ListenerDifference,
    ServiceDifference,
    ServiceState,
)
from netviz.diff.keys import ServiceKey
from netviz.diff.lasting import ANOTHER
from netviz.graph import Listener
from netviz.render.port_names import port_text
from netviz.render.text import counted, shortened, visible
from netviz.render.wording import LONGEST
from netviz.render.wording import listener as listener_words

_UNHELD = {"none": "no process holds it", "unseen": "holder not visible"}

_GAPS = {
    NOT_CAPTURED: "was not captured in {side}",
    HOLDERS_UNSEEN: "does not show in {side} who holds its sockets",
    ENDS_NOT_FOUND: "has sockets in {side} whose other ends were not found",
}
_PARTLY = "could not be read wholly in {side}"


def service_on_machine(key: ServiceKey) -> str:
    """``postgres (postgresql.service) on db``."""
    name = service_name(key)
    aside = service_aside(key)
    if aside:
        name += f" ({', '.join(aside)})"
    return f"{name} on {_short(key.machine) or '(no name)'}" if key.machine else name


def service_name(key: ServiceKey) -> str:
    """The process, and the program that it runs if it is an interpreter."""
    return _short(f"{key.process} {key.program}".rstrip()) or "(no name)"


def service_aside(key: ServiceKey) -> list[str]:
    """What tells it from others of its name: container, namespace, unit, why it has no name."""
    aside = [f"container {_short(key.container)}"] if key.container else []
    if key.namespace == ANOTHER:
        aside += [] if key.container else ["another network namespace"]
    elif key.namespace:
        aside.append(f"network namespace {_short(key.namespace.removeprefix('netns '))}")
    if key.unit:
        aside.append(_short(key.unit))
    if key.is_unheld:
        aside.append(_UNHELD[key.owner])
    return aside


def service_words(one: ServiceDifference) -> str:
    """A line about a service that came, went or changed."""
    words = service_on_machine(one.key)
    if one.old is None or one.new is None:
        return f"{words}{_state(one.old or one.new)}"
    return f"{words}: {'; '.join(service_changes(one.old, one.new))}"


def service_changes(old: ServiceState, new: ServiceState) -> list[str]:
    """``user from 26 to 0``, and the same of the security context."""
    changes = []
    if old.users or new.users:
        changes.append(f"user from {_listed(old.users)} to {_listed(new.users)}")
    if old.contexts or new.contexts:
        changes.append(f"security from {_listed(old.contexts)} to {_listed(new.contexts)}")
    return changes


def listener_line(one: ListenerDifference) -> str:
    """A line about a listener that came, went or changed."""
    return f"{service_on_machine(one.key.service)}: {listener_what(one)}"


def listener_what(one: ListenerDifference) -> str:
    """``tcp/6379 redis, from 127.0.0.1 to 0.0.0.0``."""
    key = one.key
    what = _port(key.proto, key.port) if key.proto in _NETWORK else ""
    if not what:
        address = key.path or (one.new or one.old or ("",))[0]
        what = listener_words(Listener(key.proto, address, key.port), numeric=False)
    if one.old is not None and one.new is not None:
        return f"{what}, from {_listed(one.old)} to {_listed(one.new)}"
    addresses = _listed(one.old or one.new or ())
    return f"{what} on {addresses}" if key.proto in _NETWORK else what


def flow_line(one: FlowDifference) -> str:
    """A line about a flow that came, went or changed."""
    key = one.key
    to = "→" if key.directed else "—"
    ends = f"{service_on_machine(key.client)} {to} {service_on_machine(key.server)}"
    return f"{ends}: {flow_what(one)}"


def flow_what(one: FlowDifference) -> str:
    """``tcp/5432 postgresql, 3 connections``, or ``... connections from 3 to 60``."""
    key = one.key
    name = _port(key.proto, key.port) if key.proto in _NETWORK else _path(key.proto, key.path)
    if one.old is not None and one.new is not None:
        return f"{name}, connections from {one.old:,} to {one.new:,}"
    return f"{name}, {counted(one.old or one.new or 0, 'connection')}"


def gap_words(gap: Gap) -> str:
    """What could not be compared for which machine."""
    counts = [
        counted(number, noun)
        for number, noun in (
            (gap.services, "service"),
            (gap.listeners, "listener"),
            (gap.flows, "flow"),
        )
        if number
    ]
    said = _GAPS.get(gap.reason, _PARTLY).format(side=gap.side.upper())
    text = f"{_short(gap.machine) or '(no name)'} {said}"
    return f"{text}: {', '.join(counts)}" if counts else text


def summary(found: Differences) -> str:
    """One line for standard error."""
    if found.alike:
        return f"no difference ({counted(len(found.new.machines), 'machine')})"
    parts = [
        counted(len(found.services), "service"),
        counted(len(found.listeners), "listener"),
        counted(len(found.flows), "flow"),
    ]
    text = f"{', '.join(parts)} differ"
    machines = len({gap.machine for gap in found.gaps})
    return f"{text}; {counted(machines, 'machine')} not compared wholly" if machines else text


_NETWORK = frozenset({"tcp", "udp", "udplite", "sctp"})


def _port(proto: str, port: int | None) -> str:
    if port is None:
        return f"{visible(proto)} on a port that the kernel chose"
    return port_text(visible(proto), port, numeric=False)


def _path(proto: str, path: str) -> str:
    return f"{visible(proto)} {_short(path)}".rstrip()


def _state(state: ServiceState | None) -> str:
    if state is None or not state.users:
        return ""
    return f", user {_listed(state.users)}"


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(_short(str(value)) for value in values) or "unknown"


def _short(text: str) -> str:
    return shortened(text, LONGEST)
