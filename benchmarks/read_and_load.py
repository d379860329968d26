"""The floor of netviz-stitch: read the files and let orjson load them, one by one, nothing else.

python3 read_and_load.py FILE...
"""

import sys

import orjson

for path in sys.argv[1:]:
    with open(path, "rb") as file:  # noqa: PTH123
        orjson.loads(file.read())
