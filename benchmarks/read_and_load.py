"""The floor of netviz-stitch: read the files and let orjson load them, nothing else.

python3 read_and_load.py [--keep] FILE...

With --keep all that is loaded stays, as it has to for whoever works on it. Without, each document
is gone before the next one is read, into the same memory.
"""

import sys

import orjson

paths = sys.argv[1:]
kept = []
keep = paths[0] == "--keep"
for path in paths[keep:]:
    with open(path, "rb") as file:  # noqa: PTH123
        document = orjson.loads(file.read())
    if keep:
        kept.append(document)
