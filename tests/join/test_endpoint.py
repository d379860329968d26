"""Addresses and ports as people write them."""

from __future__ import annotations

import pytest

from netviz.explain.endpoint import endpoint_text, parse_endpoint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("[::1]:80", "[::1]:80"),
        ("::1:80", "[::1]:80"),
        ("2001:db8::5:443", "[2001:db8::5]:443"),
        ("[fe80::1%eth0]:80", "[fe80::1]:80"),
        ("fe80::1%eth0:80", "[fe80::1]:80"),
        ("::ffff:10.0.0.1:80", "10.0.0.1:80"),
        ("[::ffff:a00:1]:80", "10.0.0.1:80"),
        ("0.0.0.0:80", "0.0.0.0:80"),
        (":::80", "[::]:80"),
        ("*:80", "*:80"),
        (":65535", "*:65535"),
    ],
)
def test_is_read_as(text: str, shown: str) -> None:
    assert str(parse_endpoint(text)) == shown


@pytest.mark.parametrize("text", ["10.0.0.1:80", "[::1]:80", "*:80", "[::]:1"])
def test_what_is_shown_can_be_asked_for(text: str) -> None:
    address, port = parse_endpoint(text)
    assert endpoint_text(address, port) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not ADDRESS:PORT"),
        ("80", "is not ADDRESS:PORT"),
        ("10.0.0.1", "is not ADDRESS:PORT"),
        ("10.0.0.1:", "ends in no port"),
        ("10.0.0.1:0", "ends in no port"),
        ("10.0.0.1:65536", "ends in no port"),
        ("10.0.0.1:" + "9" * 5000, "ends in no port"),
        ("10.0.0.1:http", "ends in no port"),
        ("10.0.0.1:-1", "ends in no port"),
        ("10.0.0.1:\u0661", "ends in no port"),
        ("[::1]", "ends in no port"),
        ("web:80", "begins with no IP address"),
        ("10.0.0.1.5:80", "begins with no IP address"),
        ("[::1:80", "begins with no IP address"),
        ("::80", "begins with no IP address"),
        ("[]:80", "begins with no IP address"),
        ("10.0.0.0/24:80", "has a prefix length"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_endpoint(text)
