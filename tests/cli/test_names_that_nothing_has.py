"""Names and patterns that nothing fits, and options that would do nothing, are told of."""

from __future__ import annotations

from pathlib import Path

import pytest
import shop

from netviz.cli.main import main

VERBS = ("stitch", "waves")

LABELS = """\
[[label]]
name = "shop"
machine = "web"

[[label]]
name = "bill\\u001bing"
process = "java*"
"""


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop.write_group(tmp_path)


@pytest.mark.parametrize("verb", VERBS)
def test_a_name_that_nothing_has_is_told_of(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "web.json", "db.json", "-q", "--around", "nginks"]) == 0
    said = '--around "nginks": no process, unit or machine is called that\n'
    assert capsys.readouterr().err.endswith(f": {said}")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["nginx", "web", "*"])
def test_of_a_name_that_something_has_nothing_is_told(
    verb: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "web.json", "db.json", "-q", "--around", name, "--hops", "2"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--around", ""], "argument --around: a name is needed"),
        (["--hops", "1"], "--hops N is for --around NAME"),
        (["--hops", "2", "--only", "machine=web"], "--hops N is for --around NAME"),
    ],
)
def test_options_that_would_do_nothing_are_usage_errors(
    verb: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "there-is-none.json", *options])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


BY_LABEL = {"stitch": ["--group-by", "label"], "waves": ["--by", "label"]}


@pytest.mark.parametrize("verb", VERBS)
def test_labels_that_fit_nothing_are_told_of(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.toml").write_text(LABELS)
    line = [verb, "web.json", "db.json", *BY_LABEL[verb], "--labels", "names.toml"]
    assert main(line) == 0
    assert 'names.toml: 1 label fits nothing here: "bill\\x1bing"\n' in capsys.readouterr().err
    assert main([*line, "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_of_many_labels_a_few_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    labels = (f'[[label]]\nname = "{number}"\nprocess = "no"\n' for number in range(9))
    Path("names.toml").write_text("".join(labels))
    assert main(["stitch", "web.json", "--group-by", "label", "--labels", "names.toml"]) == 0
    said = 'names.toml: 9 labels fit nothing here: "0", "1", "2", "3", "4", ...\n'
    assert said in capsys.readouterr().err


def test_labels_that_all_fit_are_not_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.toml").write_text(LABELS.replace("java*", "postgres"))
    line = ["stitch", "web.json", "db.json", "--group-by", "label", "--labels", "names.toml"]
    assert main(line) == 0
    assert "names.toml" not in capsys.readouterr().err
