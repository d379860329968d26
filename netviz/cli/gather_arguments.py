"""What ``netviz gather`` takes: which hosts, and how to reach them."""

from __future__ import annotations

import argparse
from functools import partial

from netviz.cli.arguments import whole_number
from netviz.gather.host import Host, HostNameError, parse_host
from netviz.gather.remote_command import is_plain_path

JOBS = 8
MOST_JOBS = 200
TIMEOUT = 120
MOST_SECONDS = 7 * 86400


def add_host_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the command take hosts, in three ways, and the folder that snapshots go to."""
    parser.add_argument(
        "hosts",
        nargs="*",
        type=_host,
        metavar="HOST",
        help="a host as ssh takes it: a name, USER@NAME, ssh://USER@NAME:PORT",
    )
    parser.add_argument(
        "--hosts", metavar="FILE", dest="hosts_file", help="the hosts in FILE too, one a line"
    )
    parser.add_argument(
        "--inventory",
        metavar="FILE",
        help="the hosts of an Ansible inventory too, in YAML (.yml, .yaml) or INI",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        required=True,
        help="where HOST.json.gz is written; made if it is not there",
    )
    parser.add_argument(
        "--again", action="store_true", help="ask hosts too whose snapshot is in DIR"
    )


def add_way_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the person say how hosts are reached, and how many at a time."""
    group = parser.add_argument_group("how to reach them")
    group.add_argument(
        "-j",
        "--jobs",
        type=partial(whole_number, most=MOST_JOBS),
        default=JOBS,
        metavar="N",
        help="how many hosts to ask at a time (default: %(default)s)",
    )
    group.add_argument(
        "--timeout",
        type=partial(whole_number, most=MOST_SECONDS),
        default=TIMEOUT,
        metavar="SECONDS",
        help="give a host up after so long, beyond the time that samples take"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--sudo", action="store_true", help="capture as root, by sudo that asks for no password"
    )
    group.add_argument(
        "-K",
        "--ask-sudo-password",
        action="store_true",
        help="ask once for a password, and tell it to sudo where sudo asks for one",
    )
    group.add_argument(
        "--python",
        type=_python,
        metavar="PATH",
        help="the Python to run there (default: the first of python3, platform-python, python3.x,"
        " python that is 3.6 or newer)",
    )
    group.add_argument(
        "-F", "--ssh-config", metavar="FILE", help="the configuration of ssh (default: your own)"
    )
    group.add_argument(
        "--kubectl",
        action="store_true",
        help="HOST is a node of a Kubernetes cluster, asked through its debug pod; without any"
        " HOST all that have one",
    )


def _host(text: str) -> Host:
    try:
        return parse_host(text)
    except HostNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _python(text: str) -> str:
    if not is_plain_path(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no path of a Python")
    return text
