"""What the shell starts: netviz, netviz-stitch and netviz-capture, quiet about an early Ctrl-C.

Nothing is imported outside of the functions. What the programs need is imported while Ctrl-C ends
this process at once, as it ends programs that are not written in Python: imports are most of a
short run, and an exception among them would be a traceback.
"""

INTERRUPTED = 130
"""As in ``netviz.cli.exits``, which is not imported yet."""


def netviz() -> int:
    """``netviz VERB``; gives the exit status."""
    return _run("netviz.cli.main", "main")


def stitch() -> int:
    """``netviz-stitch``; gives the exit status."""
    return _run("netviz.cli.main", "stitch")


def capture() -> int:
    """``netviz-capture``; gives the exit status."""
    return _run("netviz.cli.capture", "main")


def _run(module: str, name: str) -> int:
    try:
        import signal
        from importlib import import_module

        # Whoever ignores it, such as nohup does with other signals, still does.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        status: int = getattr(import_module(module), name)()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
