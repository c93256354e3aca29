"""Which term is in force on which day, and what a day of it counts (C1, C2, C3)."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import anniversary_years

Key = TypeVar("Key")
_by_seq = attrgetter("seq")


class TermSpan(NamedTuple, Generic[Key]):
    """A term as the ledger needs it: `end` is the last day, None while evergreen.

    `key` is the caller's own name for the term and comes back with each piece.

    Source: C1.
    """

    seq: int
    start: date
    end: date | None
    key: Key


class InForce(NamedTuple, Generic[Key]):
    """Days `first .. last` on which one term is the term, all in one of its anniversary years.

    A day of it costs annual value / `days_in_year` (365 or 366).

    Source: C2, C3.
    """

    key: Key
    first: date
    last: date
    days_in_year: int


def is_void(start: date, cancelled_on: date | None) -> bool:
    """Say whether a term never comes into force: it would start after the last day in force.

    Source: C1.
    """
    return cancelled_on is not None and start > cancelled_on


def last_day_in_force(term: TermSpan[Key], cancelled_on: date | None) -> date | None:
    """Return the earlier of the term's end and the cancellation, None while neither is known.

    Source: C1.
    """
    if term.end is None or cancelled_on is None:
        return term.end or cancelled_on
    return min(term.end, cancelled_on)


def in_force(
    terms: Sequence[TermSpan[Key]], cancelled_on: date | None, horizon: date
) -> list[InForce[Key]]:
    """Cut the terms of one contract into the pieces that are in force.

    Promise: the pieces are disjoint and in order of days, and cover every day that a non-void term
    covers; on each day the highest seq wins. Terms without an end run to `horizon`, included. A
    piece never crosses an anniversary of its own term. The order of `terms` does not matter.

    Source: C1, C2, C3.
    """
    pieces: list[InForce[Key]] = []
    for term, first, last in _runs(terms, cancelled_on, horizon):
        for year_first, year_last, days in anniversary_years(term.start, last):
            if year_last >= first:
                pieces.append(InForce(term.key, max(first, year_first), year_last, days))
    return pieces


def consecutive(
    terms: Sequence[TermSpan[Key]], cancelled_on: date | None
) -> list[tuple[TermSpan[Key], TermSpan[Key]]]:
    """Return each non-void term with the next non-void one, by seq.

    Source: C1, R22.
    """
    standing = [term for term in terms if not is_void(term.start, cancelled_on)]
    return list(pairwise(sorted(standing, key=_by_seq)))


def _runs(
    terms: Sequence[TermSpan[Key]], cancelled_on: date | None, horizon: date
) -> list[tuple[TermSpan[Key], date, date]]:
    """Return the undisturbed runs of days of each term, in order of days."""
    runs: list[tuple[TermSpan[Key], date, date]] = []
    for term in sorted(terms, key=_by_seq, reverse=True):
        last = last_day_in_force(term, cancelled_on) or horizon
        if term.start <= last:
            taken = [(first, until) for _, first, until in runs]
            runs.extend((term, *gap) for gap in _free(term.start, last, taken))
            runs.sort(key=_by_first)
    return runs


def _by_first(run: tuple[TermSpan[Key], date, date]) -> date:
    return run[1]


def _free(first: date, last: date, taken: list[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Yield what is left of `first .. last` between the taken ranges, which are in order."""
    for taken_first, taken_last in taken:
        if taken_first > last:
            break
        if taken_first > first:
            yield first, taken_first - ONE_DAY
        if taken_last >= first:
            first = taken_last + ONE_DAY
    if first <= last:
        yield first, last
