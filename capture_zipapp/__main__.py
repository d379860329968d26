"""The first thing that runs in netviz-capture.pyz: looks at the Python, then starts the capture.

Everything here has to be readable by Python 2.7 and 3.5, or they could not say what they lack.
"""

import sys

if sys.version_info < (3, 6):
    sys.stderr.write(
        "netviz-capture needs Python 3.6 or newer and this is %d.%d: run it with python3, "
        "or see what there is with: ls /usr/bin/python3* /usr/libexec/platform-python\n"
        % sys.version_info[:2]
    )
    sys.exit(1)

try:
    import os
    import signal

    # An exception in the middle of an import would be printed, or lost in what a module catches.
    # Nothing is written yet, and the capture has a way of its own with Ctrl-C.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(130))
    from netviz.capture.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
