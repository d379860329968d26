"""Numbers for addresses. The compiled twin is ``addresses.pxi``."""

from __future__ import annotations


class AddressTable:
    """Numbers for the addresses that matter: those of the group, loopback as it is met."""

    def __init__(self) -> None:
        self.addresses: list[int] = []
        self._numbers: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.addresses)

    def add(self, address: int) -> int:
        """The number of ``address``, a new one if it has none."""
        number = self._numbers.setdefault(address, len(self.addresses))
        if number == len(self.addresses):
            self.addresses.append(address)
        return number

    def find(self, address: int) -> int:
        """The number of ``address``, or -1."""
        return self._numbers.get(address, -1)
