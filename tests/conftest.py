"""What holds for every test."""

from __future__ import annotations

import signal

# A shell starts what it runs in the background with SIGINT ignored, and nohup ignores SIGHUP. All
# that the tests start would ignore them too, and those of signals would wait for ever.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)
