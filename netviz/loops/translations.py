"""The entries of conntrack that translate. The compiled twin is ``translations.pxi``."""

from __future__ import annotations

from array import array

from netviz.tables import ConntrackColumns


def translating(entries: ConntrackColumns) -> array[int]:
    """The entries with ports whose reply does not mirror their original."""
    found = array("I")
    for i in range(len(entries)):
        original = (
            entries.original_source_hi[i],
            entries.original_source_lo[i],
            entries.original_source_port[i],
            entries.original_destination_hi[i],
            entries.original_destination_lo[i],
            entries.original_destination_port[i],
        )
        mirrored = (
            entries.reply_destination_hi[i],
            entries.reply_destination_lo[i],
            entries.reply_destination_port[i],
            entries.reply_source_hi[i],
            entries.reply_source_lo[i],
            entries.reply_source_port[i],
        )
        if entries.has_ports[i] and original != mirrored:
            found.append(i)
    return found
