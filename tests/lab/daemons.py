"""Real daemons of Debian's packages on the machines of the laboratory.

Each function starts one with a configuration of its own, everything it writes being in the
machine's folder or its /run, and comes back when it answers.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from machines import PATIENCE, PYTHON, LabError, Machine, Process
from needs import unavailable

HERE = Path(__file__).parent
ACTORS = HERE / "daemon_actors.py"
WHERE = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

LISTENING = "0A"
"""include/net/tcp_states.h"""


def installed(name: str) -> str:
    """The path of a daemon; the test is skipped, or fails in CI, without it."""
    folders = [*WHERE, *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))]
    found = shutil.which(name, path=":".join(folders))
    if found is None:
        unavailable(f"{name} is not installed")
    return found


def until(what: str, condition: Callable[[], bool]) -> None:
    """Wait for the condition; LabError after a while."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"waited in vain for {what}")
        time.sleep(0.01)


def listens(machine: Machine, port: int) -> bool:
    """Whether anything of the machine listens on the TCP port over IPv4."""
    table = Path(f"/proc/{machine.pid}/net/tcp").read_text()
    rows = [row.split() for row in table.split("\n")[1:-1]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == LISTENING for row in rows)


def await_listener(process: Process, port: int) -> Process:
    """Wait until the daemon listens; LabError with what it said if it does not."""
    try:
        until(f"port {port}", lambda: listens(process.machine, port))
    except LabError as error:
        raise LabError(f"{process.argv[0]}: {error}: {process.errors()}") from error
    return process


def nftables(machine: Machine, chains: str) -> None:
    """Load chains of the table ``ip nat``."""
    rules = machine.directory / "nat.nft"
    rules.write_text("table ip nat {\n" + chains + "}\n")
    machine.exec([installed("nft"), "-f", str(rules)])


def start(machine: Machine, comm: str, *steps: object, unit: str | None = None) -> Process:
    """A client of ``daemon_actors.py``."""
    return machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True, unit=unit)


NGINX = """
daemon off;
user root;
pid {folder}/nginx.pid;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_buffering off;
    server {{
        listen {port};
        location / {{ proxy_pass http://unix:{backend}; }}
    }}
}}
"""


def nginx(machine: Machine, port: int, backend: str) -> Process:
    """Everything that is asked for is asked of the unix socket ``backend``."""
    configuration = machine.directory / "nginx.conf"
    configuration.write_text(NGINX.format(folder=machine.directory, port=port, backend=backend))
    argv = [installed("nginx"), "-e", "stderr", "-c", str(configuration)]
    return await_listener(machine.run(argv), port)


def gunicorn(machine: Machine, path: str, **environment: str) -> Process:
    """``wsgi_application.py`` behind a unix socket; one worker, which holds what it answers."""
    argv = [
        "/usr/bin/env",
        *(f"{name}={value}" for name, value in environment.items()),
        *(installed("gunicorn"), "--bind", f"unix:{path}", "--umask", "0", "--chdir", str(HERE)),
        *("--workers", "1", "--threads", "8", "--timeout", "0"),
        "wsgi_application:application",
    ]
    process = machine.run(argv)
    until(path, Path(f"/proc/{machine.pid}/root{path}").exists)
    return process


def redis(machine: Machine, *options: str) -> Process:
    """A cache that any address may use and that keeps nothing."""
    argv = [
        *(installed("redis-server"), "--save", "", "--protected-mode", "no"),
        *("--bind", "0.0.0.0", "--dir", str(machine.directory)),
        *("--repl-diskless-sync-delay", "0", *options),
    ]
    return await_listener(machine.run(argv), 6379)


def await_replica(machine: Machine) -> None:
    """Until the Redis of the machine has caught up with its master."""
    command = [installed("redis-cli"), "info", "replication"]
    until("the replica", lambda: "master_link_status:up" in machine.exec(command))


POSTGRES_FOLDER = "/run/postgresql"

INITDB = """
set -e
install -d -o postgres {folder}
cd {folder}
setpriv --reuid=postgres --regid=postgres --clear-groups \
    {initdb} -D {folder}/data -U postgres -A trust --no-sync --no-locale > /dev/null
echo "host all all all trust" >> {folder}/data/pg_hba.conf
"""


def postgresql(machine: Machine, address: str) -> Process:
    """A database on ``address`` and on the unix socket below /run/postgresql."""
    script = INITDB.format(folder=POSTGRES_FOLDER, initdb=installed("initdb"))
    machine.exec(["/bin/sh", "-c", script])
    argv = [
        *("/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"),
        *(installed("postgres"), "-D", f"{POSTGRES_FOLDER}/data", "-k", POSTGRES_FOLDER),
        *("-c", f"listen_addresses={address}", "-c", "fsync=off"),
    ]
    return await_listener(machine.run(argv), 5432)


def psql(machine: Machine, host: str) -> Process:
    """A session of PostgreSQL's own client, which is in a query."""
    argv = [
        *(installed("psql"), "-X", "-h", host, "-U", "postgres"),
        *("-c", "\\! echo ready >&3", "-c", "select pg_sleep(170)"),
    ]
    return machine.run(argv, ready=True)


def sshd(machine: Machine, key: Path) -> Process:
    """Takes the one key for root, whatever root's password is; /etc is the machine's own."""
    make_key(machine, key)
    authorized = machine.directory / "authorized"
    script = (
        "rm -f /etc/shadow && echo 'root:*:19000::::::' > /etc/shadow"
        f" && cp {key}.pub {authorized} && chmod 600 {authorized}"
    )
    machine.exec(["/bin/sh", "-c", script])
    return start_sshd(machine, authorized)


def make_key(machine: Machine, private: Path) -> None:
    """A key pair; the public half goes beside the private one, to its name with .pub."""
    keygen = installed("ssh-keygen")
    machine.exec([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(private)])


def start_sshd(machine: Machine, authorized: Path, within: Sequence[str] = ()) -> Process:
    """OpenSSH's daemon with a new host key, host_key; it takes the keys in ``authorized``.

    ``within`` is a command that the daemon is started by.
    """
    host_key = machine.directory / "host_key"
    make_key(machine, host_key)
    machine.exec(["mkdir", "-p", "/run/sshd"])
    options = {
        "HostKey": host_key,
        "AuthorizedKeysFile": authorized,
        "StrictModes": "no",
        "PermitRootLogin": "yes",
        "UsePAM": "no",
        "PidFile": "none",
    }
    argv = [*within, installed("sshd"), "-D", "-e", "-f", "/dev/null"]
    for name, value in options.items():
        argv += ["-o", f"{name}={value}"]
    return await_listener(machine.run(argv), 22)


def ssh(machine: Machine, address: str, key: Path) -> None:
    """Log in as root and stay, without a command."""
    machine.exec(
        [
            *(installed("ssh"), "-f", "-N", "-F", "none", "-i", str(key)),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "BatchMode=yes", f"root@{address}"),
        ]
    )


def dnsmasq(machine: Machine, address: str) -> Process:
    """A resolver that knows one name and asks nobody; it never connects its UDP socket."""
    argv = [
        *(installed("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--user=root"),
        *("--no-resolv", "--no-hosts", "--pid-file", f"--listen-address={address}"),
        *("--bind-interfaces", "--address=/db.internal.example/10.40.0.20"),
    ]
    return await_listener(machine.run(argv), 53)


def userland_proxy(machine: Machine, address: str, port: int, target: str) -> Process:
    """socat in the place of docker-proxy: what it accepts it carries to ``target``."""
    argv = [
        *(installed("socat"), f"TCP-LISTEN:{port},bind={address},fork,reuseaddr"),
        f"TCP:{target}",
    ]
    return await_listener(machine.run(argv), port)
