"""``--fail-on``: expressions asked of a listener."""

from __future__ import annotations

from netviz.filters.expression import Expression, FieldTest
from netviz.filters.fields import END_FIELDS, LISTENER_PROTOS, Language
from netviz.questions.exposure import SCOPES, SEEN, Exposed

LISTENER_LANGUAGE = Language(
    (*END_FIELDS, "proto", "port", "address", "scope", "seen"),
    words={"scope": SCOPES, "seen": SEEN},
    kinds={"proto": LISTENER_PROTOS},
)

_WITH_PORTS = frozenset({"tcp", "udp", "udplite", "sctp"})


def is_true_of(expression: Expression, one: Exposed) -> bool:
    """Whether an expression in LISTENER_LANGUAGE is true of a listener."""
    return expression(lambda test: _answer(test, one)) is True


def _answer(test: FieldTest, one: Exposed) -> bool | None:
    """None where there is no answer: a raw or packet socket has no port, an unknown holder no
    user."""
    node, listener = one.node, one.listener
    match test.field:
        case "machine":
            return test.matches(one.machine)
        case "process":
            return test.matches(node.label) or test.matches(node.name)
        case "user":
            return None if node.uid is None else test.has_number(node.uid)
        case "unit":
            return test.matches(node.unit)
        case "container":
            return test.matches(node.container)
        case "proto":
            return test.matches(listener.proto)
        case "port":
            return test.has_number(listener.port) if listener.proto in _WITH_PORTS else None
        case "address":
            return test.has_address(listener.address)
        case "scope":
            return test.matches(one.scope)
    return test.matches(one.seen)
