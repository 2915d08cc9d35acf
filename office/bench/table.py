"""The table of promises: what must hold, the limit, what was measured, and whether it holds."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One promise. `holds` is None where the run was too small to tell."""

    promise: str
    limit: str
    measured: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        return "-" if self.holds is None else "yes" if self.holds else "NO"


HEAD = ("promise", "limit", "measured", "holds?")


def written(lines: Iterable[Line]) -> str:
    rows: list[tuple[str, ...]] = [HEAD]
    rows += [(line.promise, line.limit, line.measured, line.verdict) for line in lines]
    widths = [max(width(row[place]) for row in rows) for place in range(len(HEAD))]
    rows.insert(1, tuple("-" * size for size in widths))
    return "\n".join(
        " | ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
