"""What the unix sockets and pipes of processes that are asked for were joined with (rule 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from netviz.explain.called import is_called
from netviz.fleet.fleet import Fleet
from netviz.join.joined import JoinedFlow
from netviz.join.pipe_flows import join_pipes
from netviz.join.unix_flows import join_unix
from netviz.render.text import counted

KINDS = ("unix", "pipe")
"""What has to be read of the snapshots for it."""


def local_notes(fleet: Fleet, pattern: str, called: Callable[[int], str]) -> list[str]:
    """A sentence for each listener and each other end of what the pattern fits, sorted.

    ``called`` puts a process number into words. Only who is shown at an end counts (rule 9).
    """
    unix = join_unix(fleet)

    def is_asked(process: int) -> bool:
        return is_called(fleet.processes[process], pattern)

    notes = [
        f"{called(process)}: listens on unix {listener.address or '(no name)'} (rule 13)"
        for process, listener in unix.listeners
        if is_asked(process)
    ]
    connections: Counter[tuple[str, str]] = Counter()
    for flow in [*unix.flows, *join_pipes(fleet)]:
        client, server = (fleet.owners[end.owner][0] for end in (flow.client, flow.server))
        roles = ("as client of", "as server of") if flow.directed else ("with", "with")
        if client == server:
            roles = ("within itself, drawn with --self only:", "")
        for role, here, there in zip(roles, (client, server), (server, client), strict=True):
            if role and is_asked(here):
                what = f"{role} {called(there)} over {_what(flow)}"
                connections[called(here), what] += flow.connections
    notes += [
        f"{who}: {counted(count, 'connection')} {what} (rule 13)"
        for (who, what), count in connections.items()
    ]
    if unix.unjoined and any(is_called(one, pattern) for one in fleet.processes):
        sockets = counted(unix.unjoined, "connected unix socket")
        notes.append(
            f"of {sockets} of the group the other end is not known, or nobody is seen to hold it"
            " (rule 13)"
        )
    return sorted(notes)


def _what(flow: JoinedFlow) -> str:
    if flow.proto == "pipe":
        return "a pipe"
    return f"unix {flow.path}" if flow.path else "a unix socket without a name"
