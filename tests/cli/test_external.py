"""``--external`` as a person uses it: every format shows what is outside, in no machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop import write_group

from netviz.cli.stitch import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return write_group(tmp_path)


@pytest.mark.parametrize("level", ["process", "service", "container", "host", "subnet"])
@pytest.mark.parametrize("form", ["dot", "html", "json", "csv", "graphml", "mermaid", "table"])
def test_every_format_at_every_level(
    files: list[str], form: str, level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--external", "network", "-f", form, "--group-by", level]
    assert main([*files, *options]) == 0
    assert "from 192.0.2.0/24" in capsys.readouterr().out.replace("#47;", "/")


def test_json_says_so(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*files, "--external", "service", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    [outside] = [node for node in found["nodes"] if node["owner"] == "outside"]
    assert outside["label"] == "from outside to tcp/80"
    assert outside["machine"] == ""
    [flow] = [flow for flow in found["flows"] if flow["match"] == "external"]
    assert (flow["source"], flow["port"], flow["connections"]) == (outside["id"], 80, 1)
    assert flow["samples"] == [["192.0.2.9", 50000, "10.0.0.1", 80]]
    assert found["coverage"]["external"] == 1


def test_filters_take_it_as_any_flow(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for options in (
        ["--only", "match=external"],
        ["--hide", "match=external"],
        ["--only", "address=192.0.2.0/24"],
        ["--around", "from *"],
    ):
        assert main([*files, "--external", "network", "-f", "json", *options]) == 0
        flows = json.loads(capsys.readouterr().out)["flows"]
        is_outside = {flow["match"] == "external" for flow in flows}
        assert is_outside == {options[0] != "--hide"}, options


def test_labels_leave_it_apart(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.toml"
    names.write_text('[[label]]\nname = "all"\nprocess = "*"\n')
    options = ["--group-by", "label", "--labels", str(names), "--external", "network"]
    assert main([*files, *options, "-f", "json"]) == 0
    labels = {node["label"] for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert labels == {"all", "from 192.0.2.0/24"}


def test_a_usage_error_names_the_choices(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*files, "--external", "all"])
    assert ended.value.code == 2
    assert "network" in capsys.readouterr().err
