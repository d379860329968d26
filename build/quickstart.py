#!/usr/bin/env python3
"""The main job on this very machine: install, pack the capture, capture, stitch, draw.

    python3 build/quickstart.py

Makes .venv in the checkout and installs netviz into it, packs dist/netviz-capture.pyz, captures
this machine with it, stitches that snapshot together with those in examples/, and writes flows.dot
(and flows.svg where Graphviz is installed). Nothing is installed outside of the checkout.
"""

# Everything here has to be readable by Python 2.7 and 3.5, or they could not say what they lack.
import sys

if sys.version_info < (3, 6):
    sys.stderr.write(
        "netviz: Python 3.10 or newer is needed, and %s is %d.%d; run this with a newer python3\n"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
    sys.exit(1)

if __name__ == "__main__":
    try:
        from first_picture import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell reports it
