"""``netviz gather``: snapshots of many machines, over the person's own ssh or kubectl."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from netviz.cli.capture import capture_pyz
from netviz.cli.capture_options import add_capture_options, capture_arguments, sampling_seconds
from netviz.cli.exits import DONE, FAILED, run, say
from netviz.cli.gather_arguments import add_host_arguments, add_way_arguments
from netviz.cli.log import add_log_arguments, conclude, set_up
from netviz.cli.version import version_text
from netviz.errors import NetvizError, OutputError
from netviz.gather import kubectl
from netviz.gather.host import Host, each_once, read_hosts
from netviz.gather.inventory import read_inventory
from netviz.gather.one_host import CommandFor, Request, gather_one
from netviz.gather.outcome import Failed, Outcome
from netviz.gather.remote_command import PYTHONS
from netviz.gather.report import progress_line, report
from netviz.gather.schedule import ask_all
from netviz.gather.snapshot_file import make_folder
from netviz.gather.ssh import ssh_command

PROGRAM = "netviz gather"

log = logging.getLogger(PROGRAM)

EXAMPLES = """\
examples:
  netviz gather web1 web2 admin@db1 --sudo -o snapshots
  netviz gather --hosts hosts.txt --sudo --jobs 20 --timeout 60 -o snapshots
  netviz gather --inventory inventory.yml --sudo -K -o snapshots
  netviz gather --kubectl -o snapshots

exit status: 0 a snapshot of every host is there, 1 there is none of some, 2 usage, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _gather(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage="%(prog)s [HOST ...] -o DIR [options]",
        description="Take a snapshot of each host over ssh and write it to DIR. The capture runs"
        " from memory and leaves nothing there. A host whose snapshot is in DIR is not asked"
        " again (docs/gather.md).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_host_arguments(parser)
    add_way_arguments(parser)
    add_capture_options(parser)
    add_log_arguments(parser)
    parser.add_argument("--version", action="version", version=version_text())
    parser.set_defaults(parser=parser)
    return parser


def _gather(options: argparse.Namespace) -> int:
    set_up(PROGRAM, options.log)
    _check_usage(options)
    hosts = _hosts(options)
    request = _request(options, alone=options.jobs == 1 or len(hosts) == 1)
    folder = Path(options.output)
    try:
        make_folder(folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    outcomes = ask_all(
        hosts,
        lambda host: gather_one(host, folder, request),
        options.jobs,
        _teller(options, len(hosts)),
    )
    text = report(outcomes, options.output)
    if any(isinstance(outcome, Failed) for outcome in outcomes):
        say(f"{PROGRAM}: {text}")
        return FAILED
    conclude(PROGRAM, options, text)
    return DONE


def _request(options: argparse.Namespace, alone: bool) -> Request:
    """What is asked of the hosts; ``alone`` where one is asked at a time."""
    arguments = capture_arguments(options)
    may_ask = alone and not options.kubectl and _on_terminal()
    return Request(
        command_for=_command_for(options, may_ask),
        archive=capture_pyz(),
        arguments=arguments,
        timeout=options.timeout + sampling_seconds(arguments),
        pythons=[options.python] if options.python else PYTHONS,
        sudo=options.sudo or options.ask_sudo_password,
        password=_password(options),
        own_terminal=may_ask,
        again=options.again,
    )


def _hosts(options: argparse.Namespace) -> list[Host]:
    hosts: list[Host] = list(options.hosts)
    if options.hosts_file is not None:
        hosts += read_hosts(options.hosts_file)
    if options.inventory is not None:
        hosts += read_inventory(options.inventory)
    hosts = each_once(hosts)
    if options.kubectl:
        return kubectl.nodes(hosts, kubectl.pods_by_node(options.timeout))
    if not hosts:
        options.parser.error("name at least one host, or a file of hosts with --hosts")
    return hosts


def _check_usage(options: argparse.Namespace) -> None:
    if options.kubectl and (options.sudo or options.ask_sudo_password or options.ssh_config):
        options.parser.error("--kubectl needs no sudo and no ssh: the pods run as root")
    if options.ask_sudo_password and not _on_terminal():
        options.parser.error("-K needs a terminal to ask on; --sudo alone asks for nothing")


def _on_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _password(options: argparse.Namespace) -> str | None:
    if not options.ask_sudo_password:
        return None
    try:
        return getpass.getpass("password for sudo on the hosts: ")
    except EOFError as error:
        raise NetvizError("no password was given") from error


def _command_for(options: argparse.Namespace, may_ask: bool) -> CommandFor:
    if options.kubectl:
        return lambda host, script: kubectl.kubectl_command(host.address, script)
    return partial(
        ssh_command,
        timeout=options.timeout,
        asking=may_ask,
        configuration=["-F", options.ssh_config] if options.ssh_config else [],
    )


def _teller(options: argparse.Namespace, total: int) -> Callable[[Outcome], None]:
    """What tells of each host as soon as its outcome is known."""
    number = 0

    def tell(outcome: Outcome) -> None:
        nonlocal number
        number += 1
        conclude(PROGRAM, options, progress_line(outcome, number, total))
        if isinstance(outcome, Failed):
            for line in outcome.said.splitlines():
                log.info("%s: %s", outcome.host, line)

    return tell
