"""A second computation of the alert that must be there: its policy, its days, its rest.

Like `audit` it shares with the main path only the words and the holidays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from contracts.rules.audit import WorksOn
from contracts.rules.vocabulary import AlertKind

REACH_OF_DAYS = 400
REACH_OF_ENDS = 31
DECIDED = {AlertKind.NOTICE_DEADLINE.value, AlertKind.TERM_END.value}
# Of each other kind: days before, days for which it matters afterwards, and whether it is repeated.
HABITS: Mapping[str, tuple[tuple[int, ...], int, bool]] = {
    AlertKind.WINDOW_OPENS.value: ((0, 14), 31, False),
    AlertKind.PRICE_ANNOUNCEMENT.value: ((0, 14), 31, False),
    AlertKind.EVERGREEN_REVIEW.value: ((0, 14), 31, False),
    AlertKind.TRUE_UP_REPORT.value: ((1, 7, 14, 30), 90, True),
    AlertKind.DOCUMENT_EXPIRY.value: ((7, 30, 60), 90, True),
}
Parents = Mapping[int, int | None]
Worth = Callable[[Decimal, str, str], Decimal | None]


@dataclass(frozen=True, slots=True)
class AuditedPolicy:
    """A policy as it was written down."""

    name: str
    offsets: Sequence[int]
    kinds: Sequence[str]
    vendor: int | None
    department: int | None
    category: int | None
    minimum_value: Decimal | None
    minimum_currency: str


@dataclass(frozen=True, slots=True)
class AuditedPlace:
    """Where a contract stands: vendor, the departments and categories above it, and its value."""

    vendor: int
    departments: Sequence[int]
    categories: Sequence[int]
    currency: str
    annual_value: Decimal


def above(pk: int | None, parents: Parents) -> list[int]:
    """Return a place in a tree and those above it, the nearest first."""
    found: list[int] = []
    while pk is not None and pk not in found:
        found.append(pk)
        pk = parents.get(pk)
    return found


def policy_for(
    policies: Iterable[AuditedPolicy], kind: str, place: AuditedPlace, worth: Worth, base: str
) -> AuditedPolicy | None:
    """Return the one policy that applies, None where none does.

    `worth` converts an amount from one currency to another, None without a rate; minima are compared
    in `base`.

    Source: R9, R26.
    """
    left = [p for p in policies if kind in (p.kinds or [kind]) and _matches(p, place, worth)]
    far = len(place.departments) + len(place.categories)
    preferences: list[Callable[[AuditedPolicy], Decimal | int]] = [
        lambda p: 0 if p.vendor is not None else 1,
        lambda p: far if p.department is None else place.departments.index(p.department),
        lambda p: far if p.category is None else place.categories.index(p.category),
        lambda p: 1 if p.minimum_value is None else 0,
        lambda p: -_in_base(p, worth, base),
    ]
    for preference in preferences:
        best = min(map(preference, left), default=0)
        left = [p for p in left if preference(p) == best]
    return min(left, key=lambda p: p.name, default=None)


def days_for(kind: str, policy: AuditedPolicy | None, decisions: Sequence[int]) -> Sequence[int]:
    """Return the days before the anchor; `decisions` are the organisation's own for its deadlines.

    Source: R9.
    """
    if policy is not None:
        return policy.offsets
    return decisions if kind in DECIDED else HABITS[kind][0]


def expected_offset(
    kind: str,
    anchor: date,
    end: date | None,
    offsets: Iterable[int],
    today: date,
    works_on: WorksOn,
) -> int | None:
    """Return the offset of the one alert that must be there on `today`; None where none is due.

    Negative once the day was missed: on the first, second and third day after, then each week.
    Nothing is due any more 400 days after the anchor of a decision, or 31 after the end of its term,
    and sooner for other kinds.

    Source: R9, R10, R13.
    """
    _days, reach, repeated = HABITS.get(kind, ((), REACH_OF_DAYS, True))
    passed = (today - anchor).days
    over = kind in DECIDED and end is not None and end < today - timedelta(REACH_OF_ENDS)
    if passed > reach or over:
        return None
    if passed > 0 and repeated:
        return -max(day for day in range(1, passed + 1) if day <= 3 or day % 7 == 3)
    # Due from the working day before on: no working day lies between today and the day itself.
    begun = (days for days in offsets if _reached(anchor - timedelta(days), today, works_on))
    return min(begun, default=None)


def ends_by_itself(kind: str, anchor: date, today: date) -> bool:
    """Say whether an alert that asks nobody to act must be over: its day passed too long ago.

    Source: R9.
    """
    _days, reach, repeated = HABITS.get(kind, ((), REACH_OF_DAYS, True))
    return not repeated and today > anchor + timedelta(reach)


def rests(until: date, anchor: date, today: date) -> bool:
    """Say whether something that rests until a day still does: never on the anchor or after it.

    Source: R9.
    """
    return today < min(until, anchor)


def _reached(day: date, today: date, works_on: WorksOn) -> bool:
    while day > today and not works_on(day):
        day -= timedelta(1)
    return day <= today


def _matches(policy: AuditedPolicy, place: AuditedPlace, worth: Worth) -> bool:
    if policy.vendor not in (None, place.vendor):
        return False
    if policy.department is not None and policy.department not in place.departments:
        return False
    if policy.category is not None and policy.category not in place.categories:
        return False
    if policy.minimum_value is None:
        return True
    value = worth(place.annual_value, place.currency, policy.minimum_currency)
    return value is not None and value >= policy.minimum_value


def _in_base(policy: AuditedPolicy, worth: Worth, base: str) -> Decimal:
    if policy.minimum_value is None:
        return Decimal(0)
    value = worth(policy.minimum_value, policy.minimum_currency, base)
    return policy.minimum_value if value is None else value
