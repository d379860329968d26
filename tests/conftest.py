"""What holds for every test."""

from __future__ import annotations

import signal

# A shell starts what it runs in the background with SIGINT ignored, and so would be all that the
# tests start themselves: those of Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
