"""Changed copies of JSON texts, the same ones for the same seed.

Coverage cannot guide it, as the code under test is compiled; it is guided by knowing where JSON
parsers go wrong.
"""

import random
import re
from collections.abc import Iterator

STRUCTURE = b'{}[]",:\\ \t\n\x00\x1f0123456789+-.eE\x7f\x80\xc3\xe2\xed\xf0\xff'

#: What is put in: structure, the ends of numbers and strings, and bytes of broken UTF-8.
TOKENS = [
    *(bytes([byte]) for byte in STRUCTURE),
    *(b"null", b"true", b"false", b"NaN", b"Infinity", b"-0", b"1e400", b"1e-400", b"0.1", b"[]"),
    *(b"{}", b'""', b"\\u0000", b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\u", b"\\x"),
    *(b"9" * 18, b"9" * 19, b"9" * 700, b"[" * 210, b"\xef\xbb\xbf", b"\xe2\x80\xa8"),
    *(b'"title": ', b'"count": 7, '),
]  # fmt: skip


#: One value or key of a JSON text, for changes that leave it JSON.
WORD = re.compile(rb'"(?:[^"\\\\]|\\\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')
WORDS = [
    *(b"null", b"true", b"0", b"-1", b"1.5", b"1e3", b"1e400", b"-0.0", b"123456789012345678901"),
    *(b'""', b'" a "', b'"1"', b'"1.25"', b'"true"', b'"2024-02-29"', b'"2024-02-29T10:20Z"'),
    *(b'"a\\u0000"', b'"\\u0661"', b'"jo@example.com"', b'"title"', b'"name"', b"[]", b"{}"),
]  # fmt: skip


def mutations(corpus: list[bytes], seed: int, rounds: int) -> Iterator[bytes]:
    """`rounds` texts, each made of one of `corpus` by a few changes."""
    source = random.Random(seed)
    for _ in range(rounds):
        text = source.choice(corpus)
        change = reworded if source.random() < 0.6 else changed
        for _ in range(source.choice((1, 1, 1, 2, 3, 8))):
            text = change(text, source.choice(corpus), source)
        yield text


def reworded(text: bytes, other: bytes, source: random.Random) -> bytes:
    """`text` with one of its words replaced by another, or by one of `other`."""
    places = [match.span() for match in WORD.finditer(text)]
    if not places:
        return text
    start, end = source.choice(places)
    return text[:start] + source.choice(WORD.findall(other) + WORDS) + text[end:]


def changed(text: bytes, other: bytes, source: random.Random) -> bytes:
    """`text` after one change: something put in, taken out, doubled, replaced or crossed over."""
    start, end = sorted(source.choices(range(len(text) + 1), k=2))
    near = min(end, start + source.randint(1, 4))
    return source.choice(
        (
            text[:start] + source.choice(TOKENS) + text[start:],
            text[:start] + source.choice(TOKENS) + text[near:],
            text[:start] + text[near:],
            text[:start] + text[end:],
            text[:end] + text[start:],
            text[:start] + other[min(start, len(other)) :],
            text[:start] + bytes([source.randrange(256)]) + text[near:],
        )
    )
