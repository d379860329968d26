"""Nobody can choose inodes or addresses that all fall into one slot of the compiled hash maps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

try:
    from netviz.loops import _fastjoin  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    pytest.skip("the compiled loops are not built", allow_module_level=True)

SECONDS = 60
"""Far longer than it takes, far shorter than walking past all of the others for each of them."""

INODES_OF_ONE_SLOT = """
from array import array
from netviz.loops._fastjoin import InodeOwners
inodes = array("Q")
with open(0, "rb") as crafted:
    inodes.frombytes(crafted.read())
assert InodeOwners().add([1], [inodes]) == []
assert len(inodes) == 400_000
"""

ADDRESSES_THAT_CANCEL_OUT = """
from netviz.loops._fastjoin import InodeOwners, settle
many = 400_000
# The exclusive or of both upper halves is always 0.
text = "".join(
    f"0: {n:016X}0000000000000001:0001 {n:016X}0000000000000001:0001 01 "
    "00000000:00000000 00:00000000 00000000 0 0 1\\n"
    for n in range(many)
)
((connected, *_),) = settle([(text, True)], True, InodeOwners())
assert len(connected) == many
"""


def run(code: str, given: bytes = b"") -> str:
    root = Path(_fastjoin.__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        capture_output=True,
        timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


def test_each_process_has_a_secret_of_its_own() -> None:
    code = (
        "from netviz.loops._fastjoin import slot_hash; print([slot_hash(n, 0) for n in range(9)])"
    )
    assert run(code) != run(code)


def test_equal_keys_have_equal_slots() -> None:
    assert _fastjoin.slot_hash(3, 4) == _fastjoin.slot_hash(3, 4)
    hashes = {_fastjoin.slot_hash(a, b) for a in range(100) for b in range(100)}
    assert len(hashes) > 9_990  # of fifty million pairs one in four billion is equal


def test_inodes_that_share_a_slot_where_there_is_no_secret() -> None:
    """The product of their halves is 0."""
    crafted = b"".join((number << 32).to_bytes(8, sys.byteorder) for number in range(1, 400_001))
    run(INODES_OF_ONE_SLOT, crafted)


def test_addresses_that_would_cancel_out() -> None:
    run(ADDRESSES_THAT_CANCEL_OUT)
