"""Which services are the same in two captures, and what of them has changed."""

from __future__ import annotations

from small_diffs import differences, flow, graph, node, tcp, told

from netviz.graph import Machine


def test_pids_containers_and_numbers_of_namespaces_tell_nothing_apart() -> None:
    old = node("m/web", tcp(80), pids=(7,), container="docker:0123456789ab", netns="netns 40265")
    new = node("m/web", tcp(80), pids=(9,), container="docker:ba9876543210", netns="netns 40311")
    found = differences(graph(old), graph(new))
    assert found.alike
    assert [note.split(" are compared")[0] for note in found.notes] == [
        "Containers of which only an id is known (docker)"
    ]


def test_a_login_session_is_its_users() -> None:
    old = node("m/ssh", tcp(22), unit="session-4.scope")
    new = node("m/ssh", tcp(22), unit="session-71.scope")
    assert differences(graph(old), graph(new)).alike


def test_a_service_that_moved_to_another_unit_is_another_one() -> None:
    old, new = node("m/java", tcp(80), unit="a.service"), node("m/java", tcp(80), unit="b.service")
    assert told(differences(graph(old), graph(new))) == [
        ("went", "m/java", (1000,), None),
        ("came", "m/java", None, (1000,)),
        ("went", "m/java tcp/80", ("0.0.0.0",), None),
        ("came", "m/java tcp/80", None, ("0.0.0.0",)),
    ]


def test_machines_are_told_apart_and_the_same_name_is_the_same_machine() -> None:
    old = graph(node("a/web", tcp(80)), node("b/web", tcp(80)))
    new = graph(node("a/web", tcp(80)), node("b/api", tcp(80)))
    assert [(one[0], one[1]) for one in told(differences(old, new))] == [
        ("came", "b/api"),
        ("went", "b/web"),
        ("came", "b/api tcp/80"),
        ("went", "b/web tcp/80"),
    ]


def test_another_user_is_a_change_of_the_service_alone() -> None:
    found = differences(
        graph(node("m/db", tcp(5432), uid=26, security="postgres (enforce)")),
        graph(node("m/db", tcp(5432), uid=0, security="unconfined")),
    )
    assert told(found) == [("changed", "m/db", (26,), (0,))]
    (service,) = found.services
    assert (service.old, service.new) == (
        ((26,), ("postgres (enforce)",)),
        ((0,), ("unconfined",)),
    )


def test_what_is_not_known_of_a_user_or_context_has_not_changed() -> None:
    old = graph(node("m/db", tcp(5432), uid=None, security=None))
    new = graph(node("m/db", tcp(5432), uid=0, security="unconfined"))
    assert differences(old, new).alike


def test_idle_workers_are_no_change_of_users() -> None:
    """A parent that listens as root has workers only while somebody talks to them."""
    parent, worker = node("m/nginx", tcp(80), uid=0), node("m/nginx", uid=33)
    client = node("c/curl")
    busy = graph(parent, worker, client, flows=(flow(client, worker),))
    idle = graph(parent, client)
    assert told(differences(busy, idle)) == [
        ("went", "c/curl > m/nginx tcp/80", 1, None),
    ]


def test_who_has_not_accepted_yet_tells_no_user() -> None:
    parent, worker, client = node("m/nginx", uid=0), node("m/nginx", uid=33), node("c/curl")
    old = graph(parent, client, flows=(flow(client, parent, match="queued"),))
    new = graph(worker, client, flows=(flow(client, worker),))
    assert differences(old, new).alike


def test_workers_that_run_as_somebody_else_are_a_change() -> None:
    parent, client = node("m/nginx", tcp(80), uid=0), node("c/curl")
    before, after = node("m/nginx", uid=33), node("m/nginx", uid=0, label="nginx")
    old = graph(parent, before, client, flows=(flow(client, before),))
    new = graph(parent, after, client, flows=(flow(client, after),))
    assert told(differences(old, new)) == [("changed", "m/nginx", (33,), (0,))]


def test_to_see_fewer_users_of_a_service_is_no_change() -> None:
    """Of workers that run as several users, some may be idle."""
    one, other, db = node("m/fpm", uid=33), node("m/fpm", uid=34), node("d/db")
    both = graph(one, other, db, flows=(flow(one, db), flow(other, db)))
    assert differences(both, graph(one, db, flows=(flow(one, db),))).alike


def test_a_service_that_does_nothing_it_did_is_compared_as_a_whole() -> None:
    found = differences(
        graph(node("m/db", tcp(5432), uid=26)), graph(node("m/db", tcp(5433), uid=0))
    )
    assert told(found)[0] == ("changed", "m/db", (26,), (0,))


def test_programs_of_an_interpreter_are_services() -> None:
    old = graph(
        node("m/java", tcp(80), label="java a.jar"), node("m/java", tcp(81), label="java b.jar")
    )
    new = graph(node("m/java", tcp(80), label="java a.jar"))
    assert [one[:2] for one in told(differences(old, new))] == [
        ("went", "m/java b.jar"),
        ("went", "m/java b.jar tcp/81"),
    ]


def test_programs_that_one_capture_alone_knows_are_not_compared() -> None:
    old = graph(node("m/java", tcp(80), tcp(81)))
    new = graph(
        node("m/java", tcp(80), label="java a.jar"), node("m/java", tcp(81), label="java b.jar")
    )
    assert differences(old, new).alike


def test_several_machines_of_one_name_are_one_and_it_is_said() -> None:
    machines = (Machine("m@a.json", "m"), Machine("m@b.json", "m"))
    web, api = (
        node("m/web", tcp(80), machine="m@a.json"),
        node("m/api", tcp(81), machine="m@b.json"),
    )
    found = differences(
        graph(web, api, machines=machines), graph(node("m/web", tcp(80)), node("m/api", tcp(81)))
    )
    assert found.alike
    assert found.notes == ("Several machines are called m; they are compared as one.",)
