"""The next term, and whether a contract may be renewed or cancelled (R2, R14, R15)."""

from datetime import date
from enum import StrEnum

from contracts.rules.calendar import ONE_DAY, add_months, term_end
from contracts.rules.period import months_between, whole_months
from contracts.rules.vocabulary import RenewalKind


class Refusal(StrEnum):
    """Why a move is not allowed; the doors say it in words."""

    EVERGREEN = "evergreen"
    CANCELLED = "cancelled"
    ENDS_BEFORE_START = "ends_before_start"
    STARTS_TOO_EARLY = "starts_too_early"
    ALREADY_CANCELLED = "already_cancelled"
    AFTER_THE_END = "after_the_end"


def renewal_term(
    start_anchor: date,
    previous_end: date,
    renewal_months: int | None,
    previous_start: date,
) -> tuple[date, date]:
    """Return first and last day of the term that follows.

    It starts the day after `previous_end` and lasts the renewal length, never the initial one.
    Its days count from `start_anchor`, the first day of the contract, so that the day of the month
    never drifts. Without a renewal length the previous one is repeated: whole months as months,
    else the same number of days. Raises ValueError for a length below one month.
    Example: 2024-10-31 monthly, previous end 2025-02-27 -> 2025-02-28 .. 2025-03-30.

    Source: R2, R14.
    """
    start = previous_end + ONE_DAY
    months = renewal_months
    if months is None:
        months = _months_of_previous(start_anchor, previous_start, previous_end)
    if months is None:
        return start, start + (previous_end - previous_start)
    elapsed = months_between(start_anchor, start)
    if months < 1 or elapsed < 0 or add_months(start_anchor, elapsed) != start:
        return start, term_end(start, months)
    return start, add_months(start_anchor, elapsed + months) - ONE_DAY


def term_on(
    start_anchor: date, initial_months: int, renewal_months: int, day: date
) -> tuple[int, date, date] | None:
    """Return (seq, first day, last day) of the term that holds the day, if all renewals happen.

    The first term has seq 1 and the initial length, all others the renewal length; None before the
    start. Example: start 2022-08-29, 36 + 12 months, on 2026-02-11 -> (2, 2025-08-29, 2026-08-28).

    Source: R2, R14.
    """
    if min(initial_months, renewal_months) < 1:
        raise ValueError("a term lasts at least one month")
    if day < start_anchor:
        return None
    elapsed = months_between(start_anchor, day)
    if elapsed < initial_months:
        return 1, start_anchor, term_end(start_anchor, initial_months)
    renewals = (elapsed - initial_months) // renewal_months
    months = initial_months + renewals * renewal_months
    last = add_months(start_anchor, months + renewal_months) - ONE_DAY
    return renewals + 2, add_months(start_anchor, months), last


def kind_after(renewal_kind: RenewalKind, renewal_months: int | None) -> RenewalKind:
    """Return the renewal kind once the first lock-in is over: rolling monthly terms are evergreen.

    Source: R15.
    """
    rolling = renewal_kind == RenewalKind.AUTO and renewal_months == 1
    return RenewalKind.EVERGREEN if rolling else renewal_kind


def may_renew(
    *,
    previous_start: date,
    previous_end: date | None,
    new_start: date,
    new_end: date | None,
    cancelled_on: date | None = None,
) -> Refusal | None:
    """Return why a term may not follow the previous one, or None where it may.

    A renewal may begin before the previous term ends (an early renewal), and leave a gap. It may
    not follow a term without an end unless it begins later, nor begin on or before the previous
    start, end before it begins, or begin after the last day in force.

    Source: R14, R16, C1, C2.
    """
    if cancelled_on is not None and new_start > cancelled_on:
        return Refusal.CANCELLED
    if new_end is not None and new_end < new_start:
        return Refusal.ENDS_BEFORE_START
    if previous_end is None and new_end is None:
        return Refusal.EVERGREEN
    if new_start <= previous_start:
        return Refusal.STARTS_TOO_EARLY
    return None


def may_cancel(
    *, last_day: date, last_end: date | None, cancelled_on: date | None = None
) -> Refusal | None:
    """Return why a contract may not be cancelled with that last day in force, or None if it may.

    `last_end` is the end of its latest term, None while evergreen. A last day before the first
    term withdraws the contract whole: its terms are void.

    Source: C1, R30.
    """
    if cancelled_on is not None:
        return Refusal.ALREADY_CANCELLED
    if last_end is not None and last_day > last_end:
        return Refusal.AFTER_THE_END
    return None


def _months_of_previous(anchor: date, start: date, end: date) -> int | None:
    """Return the months of a term, counted from the anchor where it began on one of its days."""
    elapsed = months_between(anchor, start)
    if elapsed >= 0 and add_months(anchor, elapsed) == start:
        until = months_between(anchor, end + ONE_DAY)
        if add_months(anchor, until) == end + ONE_DAY and until > elapsed:
            return until - elapsed
    return whole_months(start, end)
