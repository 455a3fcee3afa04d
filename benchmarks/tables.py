"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table that reads well in a terminal and is Markdown."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    print(f"\n### {title}\n")
    print(_line(head, widths))
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in rows:
        print(_line(row, widths))
    print(flush=True)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def goal(ratio: float, bound: float, *, at_least: bool = False) -> str:
    """A ratio beside its budget, and whether it is kept."""
    kept = ratio >= bound if at_least else ratio <= bound
    sign = "≥" if at_least else "≤"
    return f"{ratio:.2f} (goal {sign} {bound:g}: {'kept' if kept else 'missed'})"
