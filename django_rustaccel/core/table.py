"""Tables of plain text: columns as wide as their widest cell, the last one as wide as it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

GAP = "  "

#: Changes how a padded cell looks, given its row and column, without changing its width.
Paint = Callable[[str, int, int], str]


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    paint: Paint | None = None,
    width: int | None = None,
) -> str:
    """Lines under a heading; ``paint`` sees the heading as row -1.

    With a ``width`` in characters the last column is cut so that lines keep to it.
    """
    body = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    if width is not None:
        taken = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
        body = [(*cells[:-1], _cut(cells[-1], width - taken)) for cells in body]
        widths[-1] = 0
    lines = (
        GAP.join(
            paint(padded, row, column) if paint else padded
            for column, padded in enumerate(map(str.ljust, cells, widths))
        ).rstrip()
        for row, cells in enumerate(body, start=-1)
    )
    return "\n".join(lines)


def _cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` characters, but enough to be recognised."""
    width = max(width, 20)
    return text if len(text) <= width else f"{text[: width - 1]}…"
