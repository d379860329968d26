"""Signals that end a capture: at once, or after the sample that is being taken."""

import contextlib
import os
import select
import signal
from typing import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether somebody asked to stop.

    So many signals as ``patience`` only ask; the next one interrupts, and any later are ignored:
    then the program ends, and says so in peace.
    """

    def __init__(self, patience: int) -> None:
        self.asked = False
        self.interrupted = False
        self._patience = patience
        # What wakes ``wait``: a flag alone could be set just before it begins.
        self._woken, self._wake = os.pipe()

    def close(self) -> None:
        os.close(self._woken)
        os.close(self._wake)

    def signalled(self, _number: int, _frame: object) -> None:
        """The handler. Raises KeyboardInterrupt where it interrupts."""
        if self._patience > 0:
            self._patience -= 1
            self.asked = True
            os.write(self._wake, b".")
        elif not self.interrupted:
            self.asked = self.interrupted = True
            raise KeyboardInterrupt

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody asks; whether somebody did."""
        select.select([self._woken], [], [], seconds)
        return self.asked


@contextlib.contextmanager
def interrupts(patience: int) -> Iterator[Stop]:
    """Let SIGTERM and SIGHUP end the capture as Ctrl-C does.

    A signal that somebody chose to ignore (nohup) stays ignored.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number in SIGNALS if before[number] not in (signal.SIG_IGN, None)]
    stop = Stop(patience)
    try:
        for number in ours:
            signal.signal(number, stop.signalled)
        yield stop
    finally:
        if not stop.interrupted:
            for number in ours:
                signal.signal(number, before[number])
            stop.close()
