"""Which PID namespace a capture was shown: that of the whole machine, or of a container."""

from typing import Optional

WHOLE_MACHINE = 0xEFFFFFFC
"""The inode of the PID namespace that has every process: PROC_PID_INIT_INO of linux/proc_ns.h."""

UNSEEN_OUTSIDE = "processes outside of this container (PID namespace) were not seen"
"""What is true of a capture to which a PID namespace hides processes."""


def hides_processes(inode: Optional[int]) -> bool:
    """Whether the machine has processes that are not in the PID namespace; False if unknown."""
    return inode not in (None, WHOLE_MACHINE)
