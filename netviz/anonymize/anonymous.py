"""A snapshot in, one out that stitches to the same picture and names nobody.

Everything that comes out is made here from what netviz understands: a key, a table or a line that
it does not know has no way through.
"""

from __future__ import annotations

from netviz.anonymize.host import replaced_host
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.namespace import NamespaceReplacer
from netviz.anonymize.problems import FORMAT_1, replaced_problem
from netviz.anonymize.processes import capabilities, replaced_process
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.snapshot.model import Snapshot


def anonymous(snapshot: Snapshot, pseudonyms: Pseudonyms, left_out: LeftOut) -> Snapshot:
    """What stands for a snapshot, of format 2.

    ``pseudonyms`` grow by what is met for the first time; what does not come through is counted
    in ``left_out``.
    """
    namespaces = NamespaceReplacer(
        snapshot.host.byteorder == "big", dict(snapshot.unix_names), pseudonyms, left_out
    )
    problems = list(dict.fromkeys(map(replaced_problem, snapshot.problems)))
    return Snapshot(
        source="",
        format=2,
        host=replaced_host(pseudonyms.names, snapshot.host),
        processes=[replaced_process(one, pseudonyms, left_out) for one in snapshot.processes],
        netns=[namespaces.replaced(one) for one in snapshot.netns],
        unix_peers=snapshot.unix_peers,
        unix_names=[],  # what stands for them has no line breaks
        problems=[*problems, FORMAT_1] if snapshot.format == 1 else problems,
        euid=None if snapshot.euid is None else pseudonyms.users.number(snapshot.euid),
        cap_eff=capabilities(snapshot.cap_eff),
        pid_namespace=snapshot.pid_namespace,
        started=snapshot.started,
        finished=snapshot.finished,
    )
