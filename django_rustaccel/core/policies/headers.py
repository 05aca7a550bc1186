"""A list of headers, as ASGI and WSGI have them, as a mapping; and what is said in headers."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping


class PairHeaders(MutableMapping[str, str]):
    """A view of a list of pairs; changes are made to the list."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __getitem__(self, name: str) -> str:
        wanted = name.lower()
        found = [value for key, value in self.pairs if key.lower() == wanted]
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __setitem__(self, name: str, value: str) -> None:
        self._remove(name)
        self.pairs.append((name, value))

    def __delitem__(self, name: str) -> None:
        if not self._remove(name):
            raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.lower() for key, _ in self.pairs))

    def __len__(self) -> int:
        return len({key.lower() for key, _ in self.pairs})

    def _remove(self, name: str) -> bool:
        wanted, before = name.lower(), len(self.pairs)
        self.pairs[:] = [pair for pair in self.pairs if pair[0].lower() != wanted]
        return len(self.pairs) < before


def tokens(value: str | None) -> list[str]:
    """The items of a list header in small letters, without what follows a semicolon."""
    if not value:
        return []
    items = (item.partition(";")[0].strip().lower() for item in value.split(","))
    return [item for item in items if item]


def add_vary(headers: MutableMapping[str, str], name: str) -> None:
    """Say that the response depends on this request header, once."""
    value = headers.get("Vary")
    present = tokens(value)
    if "*" in present or name.lower() in present:
        return
    headers["Vary"] = f"{value}, {name}" if present else name
