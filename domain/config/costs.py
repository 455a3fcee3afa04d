"""What changed wordings cost: the segments that each one takes, told before it is applied (A8)."""

from __future__ import annotations

from collections.abc import Iterator

from domain.config.plan import Change, Kind, Plan, Verb
from domain.segments import count, first_ucs2_character
from domain.variables import sample


def costs(plan: Plan, company: str) -> Iterator[str]:
    """One line for each new wording that takes more than one segment, or is UCS-2."""
    for change in plan.changes:
        if change.verb is Verb.DELETE:
            continue
        for field, wording in _wordings(change):
            text = sample(wording, company)
            size = count(text)
            found = first_ucs2_character(text)
            if size.segments > 1 or found:
                why = f", because of “{found[1]}”" if found else ""
                taken = "1 segment" if size.segments == 1 else f"{size.segments} segments"
                yield f"{change.kind} {change.key}: {field} takes {taken} ({size.encoding}{why})."


def _wordings(change: Change) -> Iterator[tuple[str, str]]:
    for one in change.fields:
        is_wording = (
            (change.kind is Kind.TENANT and one.field.startswith("texts."))
            or (change.kind is Kind.QUEUE and one.field in ("greeting", "after_hours"))
            or (change.kind is Kind.SHORTCUT and one.field.startswith("text."))
        )
        if is_wording and one.new is not None:
            yield one.field, one.new
