"""Tables of plain text: columns as wide as their widest cell, the last one as wide as it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

GAP = "  "

#: Changes how a padded cell looks, given its row and column, without changing its width.
Paint = Callable[[str, int, int], str]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], paint: Paint | None = None) -> str:
    """Lines under a heading; ``paint`` sees the heading as row -1."""
    body = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    lines = (
        GAP.join(
            paint(padded, row, column) if paint else padded
            for column, padded in enumerate(map(str.ljust, cells, widths))
        ).rstrip()
        for row, cells in enumerate(body, start=-1)
    )
    return "\n".join(lines)
