"""Which process talks to which process, in a group of Linux machines.

This module is also part of ``netviz-capture.pyz`` and so has to import on Python 3.6.
"""

from netviz._version import __version__

__all__ = ["__version__"]
