"""Differences as text, JSON and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from diff_strategies import graphs
from hypothesis import Phase, given, settings
from jsonschema import Draft202012Validator
from small_diffs import flow, graph, node, tcp
from svg_texts import texts

from netviz.diff.compare import compare
from netviz.diff.differences import Differences
from netviz.diff.dot import SHOWN
from netviz.diff.formats import FORMATS, format_of
from netviz.diff.wording import summary
from netviz.graph import Graph, Listener, Machine

SCHEMA = Path(__file__).parents[2] / "docs" / "diff.schema.json"

WEB, DB = node("web/nginx", tcp(80), unit="nginx.service"), node("db/postgres", tcp(5432), uid=26)
ROOTED = node("db/postgres", tcp(5432), uid=0)
OLD_REDIS, NEW_REDIS = node("db/redis", tcp(6379, "127.0.0.1")), node("db/redis", tcp(6379))
JOB, CRON = (
    node("web/java", label="java job.jar"),
    node("web/cron", Listener("unix", "/run/c", None)),
)
LOST = node("app/api", tcp(8000), container="docker:0123456789ab")

OLD = graph(
    *(WEB, DB, OLD_REDIS, CRON, LOST),
    flows=(flow(WEB, DB, 5432, 3), flow(CRON, DB, 5432), flow(LOST, DB, 5432)),
    machines=(Machine("web", "web", captured=(1_700_000_000.4, 1_700_000_001.0)),),
)
NEW = graph(
    *(WEB, ROOTED, NEW_REDIS, JOB),
    flows=(flow(WEB, ROOTED, 5432, 60), flow(JOB, ROOTED, 5432, 2)),
    machines=(Machine("web", "web", captured=(1_700_086_400.0, 1_700_086_401.0)),),
)

TEXT = """\
OLD: 3 machines, captured 2023-11-14 22:13:20 UTC
NEW: 2 machines, captured 2023-11-15 22:13:20 UTC

Came
  service   java job.jar on web, user 1000
  flow      java job.jar on web → postgres on db: tcp/5432 postgresql, 2 connections

Went
  service   cron on web, user 1000
  listener  cron on web: unix /run/c
  flow      cron on web → postgres on db: tcp/5432 postgresql, 1 connection

Changed
  service   postgres on db: user from 26 to 0
  listener  redis on db: tcp/6379 redis, from 127.0.0.1 to 0.0.0.0
  flow      nginx (nginx.service) on web → postgres on db: tcp/5432 postgresql, connections from \
3 to 60

Not compared
  app was not captured in NEW: 1 service, 1 listener, 1 flow

How it was compared
  Containers of which only an id is known (docker) are compared by what runs in them, for a new \
one has a new id; several of one kind on one machine count together.
"""


def found() -> Differences:
    return compare(OLD, NEW)


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    document = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def test_the_text() -> None:
    assert FORMATS["text"](found()).decode() == TEXT


def test_the_text_of_what_is_alike_is_empty() -> None:
    assert FORMATS["text"](compare(OLD, OLD)) == b""


def test_what_tells_services_of_one_name_apart_stands_beside_it() -> None:
    db = node("m/db", tcp(1), security="old_t", uid=None)
    came = (
        node("m/a", tcp(2), netns="netns 4026532281", uid=None),
        node("m/b", tcp(3), netns="netns blue"),
        node("m/c", tcp(4), netns="netns 4026532282", container="docker:web"),
        *(node("m/?none", tcp(5)), node("m/?unseen", tcp(6))),
    )
    new = graph(node("m/db", tcp(1), security="new_t", uid=None), *came)
    told = FORMATS["text"](compare(graph(db), new)).decode().split("\n\n")
    assert told[1:3] == [
        """\
Came
  service   a (another network namespace) on m
  service   c (container docker:web) on m, user 1000
  service   b (network namespace blue) on m, user 1000
  listener  ? (no process holds it) on m: tcp/5 on 0.0.0.0
  listener  ? (holder not visible) on m: tcp/6 on 0.0.0.0
  listener  a (another network namespace) on m: tcp/2 on 0.0.0.0
  listener  c (container docker:web) on m: tcp/4 on 0.0.0.0
  listener  b (network namespace blue) on m: tcp/3 on 0.0.0.0""",
        "Changed\n  service   db on m: security from old_t to new_t",
    ]


def test_the_summary() -> None:
    assert summary(found()) == (
        "3 services, 2 listeners, 3 flows differ; 1 machine not compared wholly"
    )
    assert summary(compare(OLD, OLD)) == "no difference (3 machines)"


def test_the_json_is_as_the_schema_says(schema: Draft202012Validator) -> None:
    document = json.loads(FORMATS["json"](found()))
    schema.validate(document)
    assert document["alike"] is False
    assert [one["change"] for one in document["services"]] == ["changed", "went", "came"]
    (changed,) = (one for one in document["listeners"] if one["change"] == "changed")
    assert (changed["service"]["process"], changed["port"]) == ("redis", 6379)
    assert (changed["old"], changed["new"]) == (["127.0.0.1"], ["0.0.0.0"])
    assert document["not_compared"] == [
        {
            "machine": "app",
            "side": "new",
            "reason": "not captured",
            "services": 1,
            "listeners": 1,
            "flows": 1,
        }
    ]


def test_the_schema_minds_every_key(schema: Draft202012Validator) -> None:
    document = json.loads(FORMATS["json"](found()))
    places: list[dict[str, Any]] = [document, document["old"], document["services"][0]["service"]]
    places += [document[key][0] for key in ("services", "listeners", "flows", "not_compared")]
    for place in places:
        for key in list(place):
            kept = place.pop(key)
            assert not schema.is_valid(document), key
            place[key] = kept
        place["surprise"] = 1
        assert not schema.is_valid(document)
        del place["surprise"]
    schema.validate(document)


@settings(max_examples=40, deadline=None)
@given(graphs(), graphs())
def test_any_json_is_as_the_schema_says(old: Graph, new: Graph) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    validator.validate(json.loads(FORMATS["json"](compare(old, new))))


def test_the_picture_tells_in_words_what_is_new_and_gone(dot_program: None) -> None:
    shown = texts(FORMATS["svg"](found()))
    assert shown.count("new") == 1
    assert shown.count("gone") == 1
    assert shown.count("changed") == 1
    assert "+ tcp/5432 postgresql, 2 connections (new)" in shown
    assert "\N{MINUS SIGN} tcp/5432 postgresql, 1 connection (gone)" in shown
    assert "~ tcp/5432 postgresql, connections from 3 to 60" in shown
    assert "~ tcp/6379 redis, from 127.0.0.1 to 0.0.0.0" in shown
    assert "user from 26 to 0" in shown
    assert "What has changed" in shown
    assert "app was not captured in NEW: 1 service, 1 listener, 1 flow" in shown


def test_lines_are_told_apart_without_colour() -> None:
    lines = [line for line in FORMATS["dot"](found()).decode().splitlines() if " -> n" in line]
    looks = {line.split("</TABLE>>, ")[1] for line in lines}
    assert len(looks) == len(lines) == 3
    assert sorted(look.split('style="')[1].split('"')[0] for look in looks) == [
        *("bold", "dashed", "solid"),
    ]


def test_flows_between_two_services_are_one_line_and_those_within_one_stand_in_it() -> None:
    web, db = node("m/web"), node("m/db")
    old = graph(web, db, flows=(flow(web, db, 1), flow(web, db, 2), flow(db, db, 3)))
    drawn = FORMATS["dot"](compare(old, graph(web, db))).decode()
    assert [line.strip()[:8] for line in drawn.splitlines() if " -> n" in line] == ["n2 -> n1"]
    assert "tcp/1, 1 connection (gone)<BR/>" in drawn
    assert "with itself:" in drawn


def test_of_many_differences_at_one_place_the_first_are_drawn() -> None:
    web, db = node("m/web"), node("m/db")
    many = node("m/db", *(tcp(port) for port in range(1, SHOWN + 4)))
    calls = tuple(flow(web, db, port) for port in range(1, SHOWN + 3))
    drawn = FORMATS["dot"](compare(graph(web, db, flows=calls), graph(web, many))).decode()
    assert f"tcp/{SHOWN}, 1 connection (gone)<BR/>and 2 more</TD>" in drawn
    assert f"tcp/{SHOWN + 1}, 1 connection" not in drawn
    listed = f'tcp/{SHOWN} on 0.0.0.0 (new)</FONT><BR ALIGN="LEFT"/>'
    assert f'{listed}<FONT POINT-SIZE="10">and 3 more</FONT>' in drawn


def test_boxes_are_those_of_machines_and_namespaces(dot_program: None) -> None:
    inside, named = node("m/a", tcp(1), netns="netns 4026532281"), node("m/b", tcp(2), netns="blue")
    shown = texts(FORMATS["svg"](compare(graph(node("m/c", tcp(3))), graph(inside, named))))
    assert {"m", "network namespace without a name", "network namespace blue"} <= set(shown)


def test_a_picture_of_nothing_says_so(dot_program: None) -> None:
    assert "No difference." in texts(FORMATS["svg"](compare(OLD, OLD)))
    lost = texts(FORMATS["svg"](compare(graph(WEB, LOST), graph(WEB))))
    assert "Nothing that could be compared differs." in lost


HOSTILE = 'x"]; \\N <B>&amp;</B> \x1b[31m \u202e\n'


def test_names_stay_text(dot_program: None) -> None:
    old = node(f"m/{HOSTILE}", tcp(80), unit=HOSTILE, container=HOSTILE)
    new = node(f"m/{HOSTILE}b", Listener("unix", HOSTILE, None), security=HOSTILE)
    differences = compare(graph(old), graph(new, flows=(flow(new, new),)))
    shown = texts(FORMATS["svg"](differences))
    assert [text for text in shown if text.startswith('x"]; \\N <B>&amp;</B> \\x1b[31m')]
    text = FORMATS["text"](differences).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert all(
        line.startswith((" ", "Came", "Went", "OLD", "NEW")) for line in text.split("\n") if line
    )


@settings(max_examples=15, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(graphs(), graphs())
def test_dot_draws_any_picture(dot_program: None, old: Graph, new: Graph) -> None:
    different = compare(old, new)
    shown = texts(FORMATS["svg"](different))
    badges = [one.change for one in different.services]
    words = {"came": "new", "went": "gone", "changed": "changed"}
    for change, word in words.items():
        assert shown.count(word) == badges.count(change)


@pytest.mark.parametrize(("format", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_other_pictures(dot_program: None, format: str, start: bytes) -> None:
    assert FORMATS[format](found()).startswith(start)


@pytest.mark.parametrize(
    ("ending", "format"),
    [("svg", "svg"), ("gv", "dot"), ("json", "json"), ("txt", "text"), ("", None), ("x", None)],
)
def test_formats_by_the_ending(ending: str, format: str | None) -> None:
    assert format_of(ending) == format
