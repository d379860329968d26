"""The command line of the person's own ssh."""

from __future__ import annotations

import math
from collections.abc import Sequence

from netviz.gather.host import Host
from netviz.gather.remote_command import for_login_shell

PROGRAM = "ssh"

HOW_TO_INSTALL = "apt install openssh-client, or dnf install openssh-clients"

CONNECT_SECONDS = 30
"""Seconds that a connection may take: hosts that are down must not keep others waiting for long."""

OPTIONS = (
    "LogLevel=INFO",  # what went wrong is told by its messages
    "RemoteCommand=none",  # one in the configuration would refuse ours
    "ControlMaster=no",  # a connection that is there is used, and none is left open
    "ClearAllForwardings=yes",  # forwarded ports would collide between the hosts
)
"""Options that go before those of the configuration (ssh_config(5)). None is about host keys."""


def ssh_command(
    host: Host,
    script: str,
    *,
    timeout: float,
    asking: bool = False,
    configuration: Sequence[str] = (),
) -> list[str]:
    """The arguments that run ``script`` on ``host``.

    ``timeout`` is how many seconds the host may take. Unless ``asking``, ssh asks the person
    nothing. ``configuration`` is ``["-F", FILE]``, or nothing for the usual one.
    """
    arguments = [PROGRAM, *configuration, "-T", "-a", "-x"]
    options = [*OPTIONS, f"ConnectTimeout={math.ceil(min(timeout, CONNECT_SECONDS))}"]
    if not asking:
        options.append("BatchMode=yes")
    for option in options:
        arguments += ["-o", option]
    if host.user is not None:
        arguments += ["-l", host.user]
    if host.port is not None:
        arguments += ["-p", str(host.port)]
    return [*arguments, "--", host.address, for_login_shell(script)]
