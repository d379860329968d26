"""The language of --only and --hide: what it means, and what it says of a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.filters import ExpressionError, parse_expression
from netviz.filters.expression import FieldTest

TRUE = frozenset({"machine=web", "port=80"})


def answer(text: str, unknown: frozenset[str] = frozenset()) -> bool | None:
    """The answer where the tests in TRUE are true, those in ``unknown`` have no answer."""

    def asked(test: FieldTest) -> bool | None:
        name = f"{test.field}={','.join(test.values)}"
        return None if name in unknown else name in TRUE

    return parse_expression(text)(asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("machine=web", True),
        ("machine = web", True),
        ("machine!=web", False),
        ("machine=db", False),
        ("not machine=db", True),
        ("not not machine=db", False),
        ("machine=db or port=80", True),
        ("machine=db or port=80 and machine=db", False),
        ("(machine=web or port=81) and port=80", True),
        ("not (machine=web and port=80)", False),
        ("not machine=web or port=80", True),
    ],
)
def test_meaning(text: str, expected: bool) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("port=80", None),
        ("not port=80", None),
        ("port!=80", None),
        ("port=80 or machine=web", True),
        ("port=80 and machine=web", None),
        ("port=80 and machine=db", False),
    ],
)
def test_no_answer_stays_none(text: str, expected: bool | None) -> None:
    assert answer(text, frozenset({"port=80"})) is expected


def test_uid_is_another_name_of_user() -> None:
    asked: list[FieldTest] = []

    def note(test: FieldTest) -> bool:
        asked.append(test)
        return False

    parse_expression("uid=0 or server.uid=5")(note)
    assert asked == [FieldTest("", "user", ("0",)), FieldTest("server", "user", ("5",))]


def test_values() -> None:
    names = FieldTest("", "machine", ("web*", "db?"))
    assert [names.matches(n) for n in ("web", "web1", "db1", "db", None)] == [
        *(True, True, True, False, False)
    ]
    numbers = FieldTest("", "port", ("80", "8000-8002"))
    assert [numbers.has_number(n) for n in (80, 8000, 8002, 8003, None)] == [
        *(True, True, True, False, False)
    ]
    places = FieldTest("", "address", ("10.0.0.0/8", "::1"))
    assert [places.has_address(a) for a in ("10.1.2.3", "::1", "11.0.0.1", "::2", "?")] == [
        *(True, True, False, False, False)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at its end: there is nothing, expected a field"),
        ("machine", "at its end: there is nothing, expected = or !="),
        ("machine=", "at its end: there is nothing, expected a value"),
        ("nachine=web", "at character 1: there is 'nachine', expected one of machine,"),
        ("machine=web or", "at its end: there is nothing, expected a field"),
        ("(machine=web", "at its end: there is nothing, expected a closing parenthesis"),
        ("machine=web)", "at character 12: there is ')', expected an end"),
        ("machine=web port=1", "at character 13: there is 'port', expected an end, or and"),
        ("port=http", "at character 6: there is 'http', expected a port number or a range"),
        ("port=80,", "expected a value"),
        (
            "user=root",
            "there is 'root', expected a uid (the number of a user) or a range",
        ),
        ("process=(sd-pam)", "there is '(', expected a value (in quotes, if it has blanks"),
        (
            "process=python3 /m",
            "there is '/m', expected an end, or and, or or; a value with",
        ),
        ('process="x', 'at character 9: there is a quote that nothing closes, expected another "'),
        ("process=x, 'y", "at character 12: there is a quote that nothing closes, expected"),
        ('"port"=80', "there is 'port', expected a field"),
        ('port=80 "and" port=81', "there is 'and', expected an end"),
        ('port=""', "there is '', expected a port number"),
        ("port=100-20", "at character 6: there is '100-20', expected a range with its lower end"),
        ("port=70000", "expected a port number, at most 65535"),
        ("port=1-70000", "expected a port number, at most 65535"),
        ("user=4294967296", "expected a uid (the number of a user), at most 4294967295"),
        ("user=5-4", "expected a range with its lower end first: 4-5"),
        ("proto=TCP", "there is 'TCP', expected one of tcp, udp, udplite, sctp, unix, pipe, or"),
        ("proto=udp,http*", "at character 11: there is 'http*', expected one of tcp,"),
        ("proto!=raw", "expected one of tcp,"),
        ("match=onesided", "expected one of reciprocal, nat, queued, one-sided, external,"),
        ("address=10.0.0.0/99", "expected an address or a network"),
        ("client.port=80", "expected one of machine,"),
        ("peer.machine=web", "expected client. or server."),
        ("not " * 60 + "port=1", "at most 50 nested"),
        ("(" * 60, "at most 50 nested"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_expression(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('process="python3 /snap/m"', ("python3 /snap/m",)),
        ("process='(sd-pam)'", ("(sd-pam)",)),
        ("""process="it's",'a"b',c""", ("it's", 'a"b', "c")),
        ('process = "and" or process=x', ("and",)),
        ('process="a, b=*",""', ("a, b=*", "")),
        ("process=it's", ("it's",)),
    ],
)
def test_a_value_may_stand_in_quotes(text: str, values: tuple[str, ...]) -> None:
    asked: list[FieldTest] = []

    def note(test: FieldTest) -> bool:
        asked.append(test)
        return False

    parse_expression(text)(note)
    assert asked[0] == FieldTest("", "process", values)


def test_in_quotes_wildcards_stay_and_values_are_checked() -> None:
    assert FieldTest("", "process", ("python3 *",)).matches("python3 celery")
    assert FieldTest("", "process", ("[a]",)).matches("[a]")
    parse_expression("port='80'")
    with pytest.raises(ExpressionError):
        parse_expression("proto='TCP'")


@pytest.mark.parametrize(
    "text",
    [
        *("proto=udp*", "proto=*", "proto=??p", "proto=tcp,unix", "match=*d", "match!=nat"),
        *("port=0", "port=65535", "port=80-80", "user=0-4294967295", "uid=1000"),
    ],
)
def test_values_that_something_can_have(text: str) -> None:
    parse_expression(text)


pieces = st.sampled_from(
    [
        *("machine", "port", "client.unit", "=", "!=", ",", "(", ")", "and", "or", "not"),
        *("80", "*", "a", '"', "'", '"a b"', "''"),
    ]
)


@given(st.one_of(st.text(max_size=30), st.lists(pieces, max_size=12).map(" ".join)))
@settings(max_examples=500, deadline=None)
def test_any_text_is_an_expression_or_a_clear_mistake(text: str) -> None:
    try:
        expression = parse_expression(text)
    except ExpressionError as error:
        assert "expected" in str(error) or "nothing can start" in str(error)
    else:
        assert expression(lambda test: True) in (True, False)
