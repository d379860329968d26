"""Each way to fail is told in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from netviz.cli.gather import main
from netviz.gather.reasons import why_not_finished, why_not_started

REASONS = {
    "unknown-key": "host key: it is not known here",
    "changed-key": "host key: it is not the one in known_hosts",
    "nowhere": "its name cannot be resolved",
    "refused": "connection refused",
    "unrouted": "there is no route to it",
    "slow": "no answer in time",
    "stranger": "login refused: none of your keys was accepted",
    "shut": "it closed the connection",
    "misset": "/home/me/.ssh/config: line 3: Bad configuration option: prot",
    "odd": "ssh failed: something \\x1b[31mthat nobody\\x1b[0m foresaw",
    "nologin": "it ran no Python, and ended with status 1: This account is currently"
    " not available.",
    "no-sudo-right": "sudo refused: you may not run Python as root there",
    "sudo-asks": "sudo refused: it asks for a password",
    "sudo-tty": "sudo refused: it wants a terminal",
    "no-sudo": "sudo is not installed there",
    "no-python": "no Python 3.6 or newer (with zlib) is there",
    "no-shell": "it ran no Python, and ended with status 127: sh: 1: exec: /bin/sh: not found",
    "endless": "it printed more than a login should",
    "forger": "what it sent is no whole snapshot: line 1",
    "liar": "what it sent is no whole snapshot: the gzip file is",
    "empty": "what it sent is no whole snapshot: is empty",
    "silent": "timed out: no answer within 4 s (--timeout)",
}


@pytest.mark.usefixtures("stand")
def test_the_report_has_a_reason_for_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = f"{tmp_path}/out"
    assert main([*REASONS, "-o", folder, "--timeout", "4", "--jobs", "30", "--quiet"]) == 1
    first, *lines = capsys.readouterr().err.rstrip("\n").split("\n")
    assert first.endswith(f": 0 snapshots taken, {len(REASONS)} hosts failed:")
    told = dict(line.strip().split(": ", 1) for line in lines)
    assert list(told) == list(REASONS)
    assert {host: told[host] for host in told if not told[host].startswith(REASONS[host])} == {}


@pytest.mark.usefixtures("stand")
def test_a_host_that_sends_without_end_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("netviz.gather.exchange.MOST_OUTPUT", 2**20)
    assert main(["flood", "-o", str(tmp_path / "out"), "--quiet"]) == 1
    assert "  flood: it sent more than 1 MiB" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("stand")
def test_all_that_was_said_is_there_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["changed-key", "-o", f"{tmp_path}/out", "--log", "info"]) == 1
    assert "netviz gather: changed-key: Host key verification failed." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('Error from server (NotFound): pods "x" not found', "its pod is gone"),
        ('Error from server (Forbidden): pods "x" is forbidden', "kubectl exec refused"),
        ("Unable to connect to the server: EOF", "the cluster does not answer"),
    ],
)
def test_kubectl_has_words_of_its_own(said: str, reason: str) -> None:
    assert why_not_started(1, said, "kubectl").startswith(reason)


def test_long_words_are_cut() -> None:
    assert len(why_not_started(1, "x" * 5000)) < 250


@pytest.mark.parametrize("words", ["No ", "PAM ", "terminating, ", "sudo: ", "\n", " ", "x"])
@pytest.mark.parametrize("status", [1, 255])
def test_words_of_any_length_are_read_at_once(words: str, status: int) -> None:
    """Each pattern is tried at each place once; more than that would hang here."""
    assert len(why_not_started(status, words * (2**21 // len(words)))) < 250


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (255, "client_loop: send disconnect: Broken pipe", "the connection was lost in the middle"),
        (1, "noise\nnetviz-capture: no\x1b[m\nnetviz-capture: b\nend", "no\\x1b[m; b"),
        (1, "Killed\n\n", "Killed"),
        (1, "", "nothing was said"),
    ],
)
def test_a_capture_that_does_not_finish(status: int, said: str, reason: str) -> None:
    told = reason if status == 255 else f"the capture failed there: {reason}"
    assert why_not_finished(status, said) == told
