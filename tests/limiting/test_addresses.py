"""Whose request it is: proxies that are trusted are believed, and nobody else."""

import pytest

from django_rustaccel.core.addresses import ClientAddress, parse

TRUSTED = ["10.0.0.0/8", "192.0.2.7", "2001:db8:ffff::/48", "unix"]


def client(peer, trusted=(), **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ClientAddress(trusted).of(peer, named.get)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unix"),
        ("", "unix"),
        ("unix:", "unix"),
        ("testclient", "testclient"),
    ],
)
def test_without_proxies_the_peer_counts_and_headers_do_not(peer, expected):
    headers = {"x_forwarded_for": "198.51.100.1", "forwarded": "for=198.51.100.1"}
    assert client(peer) == client(peer, **headers) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("1.1.1.1, 198.51.100.1,10.1.2.3 , 192.0.2.7", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("2001:db8:1::1, 2001:db8:ffff::1", "2001:db8:1::/64"),
        ("[2001:db8:1::1]:4711", "2001:db8:1::/64"),
        # What is no address ends the walk: the proxy that wrote it is the last one known.
        ("198.51.100.1, garbage", "10.9.9.9"),
        ("garbage, 10.1.2.3", "10.1.2.3"),
        ("unknown", "10.9.9.9"),
        ("010.1.2.3", "10.9.9.9"),
        ("1.2.3.4.5", "10.9.9.9"),
        (",,,", "10.9.9.9"),
        ("", "10.9.9.9"),
        ("\x00\udcff", "10.9.9.9"),
        ("9" * 1_000_000, "10.9.9.9"),
        ("a," * 500_000, "10.9.9.9"),
        ("10.0.0.1," * 100_000 + "198.51.100.1", "198.51.100.1"),
        # All of them trusted: the one that is furthest away.
        ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_x_forwarded_for_is_walked_from_the_right(value, expected):
    assert client("10.9.9.9", TRUSTED, x_forwarded_for=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ("for=1.1.1.1, For=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1"),
        ('proto=https; for="[2001:db8:1::1]:4711"', "2001:db8:1::/64"),
        ('for="198.51.100.1:80", for=10.1.2.3', "198.51.100.1"),
        # An open quote of the sender's does not swallow what the proxy appends.
        ('for="evil, for=198.51.100.1', "198.51.100.1"),
        ("for=unknown", "10.9.9.9"),
        ("for=_hidden, for=10.1.2.3", "10.1.2.3"),
        ("by=198.51.100.1", "10.9.9.9"),
        ("for", "10.9.9.9"),
        (";=;=,", "10.9.9.9"),
        (";" * 1_000_000, "10.9.9.9"),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_forwarded_is_walked_from_the_right(value, expected):
    assert client("10.9.9.9", TRUSTED, forwarded=value) == expected


def test_two_headers_that_do_not_agree_are_not_believed():
    both = {"x_forwarded_for": "198.51.100.1", "forwarded": "for=198.51.100.1"}
    assert client("10.9.9.9", TRUSTED, **both) == "198.51.100.1"
    both["forwarded"] = "for=8.8.8.8"
    assert client("10.9.9.9", TRUSTED, **both) == "10.9.9.9"


def test_a_trusted_unix_socket():
    assert client(None, TRUSTED, x_forwarded_for="198.51.100.1") == "198.51.100.1"
    assert client(None, TRUSTED) == "unix"


@pytest.mark.parametrize(("prefix", "expected"), [(128, "2001:db8::5/128"), (48, "2001:db8::/48")])
def test_how_much_of_ipv6_tells_clients_apart(prefix, expected):
    assert ClientAddress((), prefix).of("2001:db8::5", {}.get) == expected


def test_what_is_no_network():
    with pytest.raises(ValueError, match="proxy"):
        ClientAddress(["proxy.example"])


@pytest.mark.parametrize("text", ["", ":", "[", "[]", "%", "1.2.3.4/8", "::1::", "0x7f.1", "1"])
def test_what_is_no_address(text):
    assert parse(text) is None
