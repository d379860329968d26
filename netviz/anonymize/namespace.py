"""A network namespace: its name, addresses, interfaces and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netviz.anonymize.conntrack_table import replaced_conntrack
from netviz.anonymize.inet_table import TABLES, replaced_inet
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.packet_table import replaced_packet
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.anonymize.sctp_tables import replaced_associations, replaced_endpoints
from netviz.anonymize.unix_table import replaced_unix
from netviz.snapshot.model import NetworkNamespace

LOOPBACK = "lo"
"""The name of the interface that every namespace has."""


@dataclass(frozen=True, slots=True)
class NamespaceReplacer:
    """Replaces the namespaces of one snapshot.

    ``unix_names`` are names of unix sockets that hold line breaks, by inode.
    """

    big_endian: bool
    unix_names: Mapping[int, str]
    pseudonyms: Pseudonyms
    left_out: LeftOut

    def replaced(self, namespace: NetworkNamespace) -> NetworkNamespace:
        """What stands for a namespace."""
        names, addresses = self.pseudonyms.names, namespace.addresses
        return NetworkNamespace(
            id=namespace.id,
            name=None if namespace.name is None else names.numbered("netns", namespace.name),
            addresses=None
            if addresses is None
            else tuple(sorted(map(self.pseudonyms.addresses.interface, addresses))),
            ip_local_port_range=namespace.ip_local_port_range,
            forwarding=namespace.forwarding,
            tables=dict(self._tables(namespace.tables)),
            interfaces={
                index: name if name == LOOPBACK else names.numbered("interface", name)
                for index, name in namespace.interfaces.items()
            },
        )

    def _tables(self, tables: Mapping[str, str]) -> list[tuple[str, str]]:
        found = []
        for name, text in tables.items():
            replaced = self._table(name, text)
            if replaced is None:
                self.left_out.tables += 1
                continue
            found.append((name, replaced[0] if text else ""))
            self.left_out.lines[name] += replaced[1]
        return found

    def _table(self, name: str, text: str) -> tuple[str, int] | None:
        """What stands for a table, and the lines left out; None for one of unknown name."""
        if name in TABLES:
            return replaced_inet(name, text, self.big_endian, self.pseudonyms)
        if name == "unix":
            return replaced_unix(text, self.unix_names, self.pseudonyms.names)
        if name == "packet":
            return replaced_packet(text, self.pseudonyms.users)
        if name == "sctp/assocs":
            return replaced_associations(text, self.pseudonyms)
        if name == "sctp/eps":
            return replaced_endpoints(text, self.pseudonyms)
        if name == "nf_conntrack":
            return replaced_conntrack(text, self.pseudonyms.addresses)
        return None
