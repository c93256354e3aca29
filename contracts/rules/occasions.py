"""What alerts count down to: per kind the days before, what a passed day means, how long it matters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from contracts.rules.vocabulary import AlertKind

# The days a decision has: its alerts hang on the term's own anchor, all others on its key dates.
DECISIONS = (AlertKind.NOTICE_DEADLINE, AlertKind.TERM_END)
DEFAULT_OFFSETS = (120, 90, 60, 30, 14, 7, 1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """How alerts of one kind behave.

    `repeats`: once the day has passed, somebody still has to act, so it is said again and again.
    Where nobody must act, the last alert before the day stays for the `reach` and then ends.
    `reach`: a day that passed longer ago is history.
    """

    offsets: tuple[int, ...]
    repeats: bool
    reach: timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """An occasion with the days before the anchor that apply: what is due follows from it."""

    occasion: Occasion
    offsets: tuple[int, ...]


DECISION = Occasion(DEFAULT_OFFSETS, repeats=True, reach=timedelta(days=400))
OCCASIONS: Mapping[AlertKind, Occasion] = {
    AlertKind.NOTICE_DEADLINE: DECISION,
    AlertKind.TERM_END: DECISION,
    AlertKind.WINDOW_OPENS: Occasion((14, 0), repeats=False, reach=timedelta(days=31)),
    AlertKind.PRICE_ANNOUNCEMENT: Occasion((14, 0), repeats=False, reach=timedelta(days=31)),
    AlertKind.TRUE_UP_REPORT: Occasion((30, 14, 7, 1), repeats=True, reach=timedelta(days=90)),
    AlertKind.EVERGREEN_REVIEW: Occasion((14, 0), repeats=False, reach=timedelta(days=31)),
    AlertKind.DOCUMENT_EXPIRY: Occasion((60, 30, 7), repeats=True, reach=timedelta(days=90)),
}
