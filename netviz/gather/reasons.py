"""Why no snapshot came from a host, in words that say what to do about it.

OpenSSH, sudo and kubectl tell it in English on standard error and in their exit status. The
patterns are the texts of their sources: ssh.c, sshconnect.c, sshconnect2.c and clientloop.c of
OpenSSH, check.c and parse.c of sudo.
"""

from __future__ import annotations

import re

from netviz.gather.remote_command import NO_PYTHON, NO_SUDO
from netviz.snapshot.faults import escaped

TRANSPORT_FAILED = 255
"""The exit status of ssh where ssh itself failed (ssh(1))."""

LONGEST_QUOTE = 160
"""Characters of a target's own words that are shown."""

CAPTURE = "netviz-capture: "

_SSH = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "host key: it is not the one in known_hosts; find out why before anything else",
    ),
    (
        r"Host key verification failed|No \S+ host key is known",
        "host key: it is not known here; compare it once with ssh HOST, or add it to known_hosts",
    ),
    ("Could not resolve hostname", "its name cannot be resolved"),
    (
        "Permission denied|Too many authentication failures|No more authentication methods",
        "login refused: none of your keys was accepted; check the user, and ssh-add -l",
    ),
    ("Connection refused", "connection refused: no sshd listens there"),
    ("No route to host|Network is unreachable", "there is no route to it"),
    ("timed out", "no answer in time"),
    (r"Bad configuration option|Bad owner or permissions|terminating, \d+ bad config", "{quote}"),
    ("Connection closed|Connection reset|Broken pipe|kex_exchange", "it closed the connection"),
)

_SUDO = (
    (
        "a password is required|no password was provided|a terminal is required to read",
        "sudo refused: it asks for a password; run again with -K",
    ),
    ("incorrect password attempt|Sorry, try again", "sudo refused: the password is not right"),
    (
        "not in the sudoers file|is not allowed to|may not run sudo|not allowed to run sudo",
        "sudo refused: you may not run Python as root there",
    ),
    ("must have a tty", "sudo refused: it wants a terminal (requiretty in sudoers)"),
    (
        r"account validation failure|unable to initialize PAM|PAM [a-z ]{1,40} error",
        "sudo refused: {quote}",
    ),
)

_KUBECTL = (
    ("NotFound", "its pod is gone; see kubectl get pods -n netviz-capture"),
    ("Forbidden|forbidden", "kubectl exec refused: you may not (create pods/exec)"),
    ("Unable to connect|connection refused|no such host", "the cluster does not answer"),
)


_ON_THE_WAY = "UNKNOWN port"
"""How ssh calls its other end where a ProxyJump or ProxyCommand ended."""


def why_not_started(status: int, errors: str, program: str = "ssh") -> str:
    """Why the capture never ran, from the exit status and the messages of ``program``."""
    if status == NO_PYTHON:
        return "no Python 3.6 or newer (with zlib) is there; name one with --python PATH"
    if status == NO_SUDO:
        return "sudo is not installed there; log in as root, or go without --sudo"
    known = _KUBECTL if program == "kubectl" else _SSH if status == TRANSPORT_FAILED else _SUDO
    where = "on the way there, " if _ON_THE_WAY in errors else ""
    for pattern, reason in known:
        if re.search(pattern, errors):
            return where + reason.replace("{quote}", last_line(errors))
    if status == TRANSPORT_FAILED:
        return f"ssh failed: {last_line(errors)}"
    return f"it ran no Python, and ended with status {status}: {last_line(errors)}"


def why_not_finished(status: int, errors: str) -> str:
    """Why the capture that ran gave no whole snapshot."""
    if status == TRANSPORT_FAILED:
        return "the connection was lost in the middle"
    told = capture_notes(errors) or last_line(errors)
    return f"the capture failed there: {told}"


def capture_notes(errors: str) -> str:
    """What the capture itself said, without its name; empty where it said nothing."""
    said = [line[len(CAPTURE) :] for line in errors.splitlines() if line.startswith(CAPTURE)]
    return shown("; ".join(said))


def last_line(errors: str) -> str:
    """The last thing that was said."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return shown(lines[-1]) if lines else "nothing was said"


def shown(text: str) -> str:
    """A target's own words on one line, harmless, and not too long."""
    text = escaped(text)
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
