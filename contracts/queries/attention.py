"""What must be decided soon, in order of the cost of delay."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from contracts.models import Contract, Term
from contracts.queries.fixings import Fixing, fixing_on
from contracts.rules.vocabulary import AlertKind

WINDOWS = (30, 60, 90, 120)


@dataclass(frozen=True, slots=True)
class Decision:
    """An open term whose day to act comes closer.

    `act_by` is the last safe day: to send notice for a renewing term, the last day of service for one that just ends.
    `at_stake` is the annual value of the term; `converted` the same in the base currency, None without a rate.
    """

    term: Term
    contract: Contract
    act_by: date
    days_left: int
    at_stake: Decimal
    currency: str
    converted: Decimal | None

    @property
    def is_notice(self) -> bool:
        """Say whether the day is one to send notice by, not simply the end of service."""
        return self.term.anchor_kind == AlertKind.NOTICE_DEADLINE


@dataclass(frozen=True, slots=True)
class Stake:
    """How many decisions fall into a window, and what they are worth: per currency and at one fixing."""

    days: int
    count: int
    amounts: Mapping[str, Decimal]
    converted: Decimal
    unconverted: int


@dataclass(frozen=True, slots=True)
class Attention:
    """The first decisions of a window, what every window holds, and the fixing used."""

    decisions: Sequence[Decision]
    stakes: Sequence[Stake]
    fixing: Fixing


class _Candidate(NamedTuple):
    term_id: int
    currency: str
    at_stake: Decimal
    act_by: date


def decidable(terms: QuerySet[Any], today: date, days: int = WINDOWS[-1]) -> QuerySet[Any]:
    """Keep the open terms on which something can still be decided, and must be within `days` days.

    A term whose notice deadline or last day has passed is no longer one: it is locked in or expired.

    Source: R9, R14.
    """
    notice = Q(anchor_kind=AlertKind.NOTICE_DEADLINE.value, notice_deadline__gte=today)
    ending = Q(anchor_kind=AlertKind.TERM_END.value, end_date__gte=today)
    return terms.filter(
        notice | ending,
        is_open=True,
        contract__is_draft=False,
        anchor_date__lte=today + timedelta(days=days),
    )


def attention(user: Any, *, today: date, base: str, days: int, limit: int) -> Attention:
    """Return the `limit` decisions of the next `days` days with the highest cost of delay, and all windows' totals.

    The cost of delay is the money at stake divided by the days left: what one more day of waiting wears away.
    Two statements, whatever the number of contracts.
    """
    candidates = _candidates(user, today)
    fixing = fixing_on(today, base=base, currencies={each.currency for each in candidates})
    within = [each for each in candidates if each.act_by <= today + timedelta(days=days)]
    first = sorted(within, key=lambda each: _rank(each, fixing, today), reverse=True)[:limit]
    return Attention(
        decisions=_decisions(first, fixing, today),
        stakes=[_stake(window, candidates, fixing, today) for window in WINDOWS],
        fixing=fixing,
    )


def _candidates(user: Any, today: date) -> list[_Candidate]:
    rows = decidable(Term.objects.visible_to(user), today).order_by("anchor_date", "pk")
    return [
        _Candidate(*row)
        for row in rows.values_list("pk", "contract__currency", "annual_value", "anchor_date")
    ]


def _rank(candidate: _Candidate, fixing: Fixing, today: date) -> tuple[bool, Decimal]:
    """Rank by cost of delay; what cannot be converted comes after what can, by its own amount."""
    days_left = max((candidate.act_by - today).days, 1)
    converted = fixing.converted(candidate.at_stake, candidate.currency)
    if converted is None:
        return False, candidate.at_stake / days_left
    return True, converted / days_left


def _decisions(first: Sequence[_Candidate], fixing: Fixing, today: date) -> list[Decision]:
    related = ("contract__vendor", "contract__owner", "contract__department")
    terms = Term.objects.select_related(*related).in_bulk([each.term_id for each in first])
    return [
        Decision(
            term=terms[each.term_id],
            contract=terms[each.term_id].contract,
            act_by=each.act_by,
            days_left=(each.act_by - today).days,
            at_stake=each.at_stake,
            currency=each.currency,
            converted=fixing.converted(each.at_stake, each.currency),
        )
        for each in first
    ]


def _stake(days: int, candidates: Iterable[_Candidate], fixing: Fixing, today: date) -> Stake:
    within = [each for each in candidates if each.act_by <= today + timedelta(days=days)]
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in within:
        amounts[each.currency] += each.at_stake
    worth = [fixing.converted(each.at_stake, each.currency) for each in within]
    return Stake(
        days=days,
        count=len(within),
        amounts=dict(sorted(amounts.items())),
        converted=sum((amount for amount in worth if amount is not None), Decimal(0)),
        unconverted=worth.count(None),
    )
