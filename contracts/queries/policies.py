"""Policies of alerts as they stand, with their scopes opened up, and what they say about contracts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import chain

from django.conf import settings
from django.db.models import QuerySet

from contracts.models import AlertPolicy, Category, Department, FxRate, Term
from contracts.queries.fixings import PIVOT, Fixing, fixing_on
from contracts.rules.policies import Policy, Subject, applying, offsets_of, ordered
from contracts.rules.vocabulary import AlertKind

STORED = Decimal("0.0001")
Parents = Mapping[int, int | None]
SUBJECT = (
    "contract__vendor",
    "contract__department",
    "contract__category",
    "contract__currency",
    "annual_value",
)


def policies_in_force() -> list[Policy]:
    """Return the active policies, the most specific first.

    A least value counts in every currency with a known rate, at its latest one.

    Source: R9, R26.
    """
    rows = list(AlertPolicy.objects.filter(is_active=True))
    departments = _parents(Department.objects.all(), any(row.department_id for row in rows))
    categories = _parents(Category.objects.all(), any(row.category_id for row in rows))
    codes = _currencies() if any(row.minimum_value is not None for row in rows) else set()
    fixings = {
        base: fixing_on(date.max, base=base, currencies=codes)
        for base in {row.minimum_currency for row in rows} - {""}
    }
    return ordered(_policy(row, departments, categories, fixings) for row in rows)


def offsets_for(policies: Sequence[Policy], kind: str, subject: Subject) -> tuple[int, ...]:
    """Return the days before the anchor on which alerts of a kind are raised for a subject.

    Source: R9.
    """
    policy = applying(policies, AlertKind(kind), subject)
    return offsets_of(policy, AlertKind(kind), settings.ALERT_OFFSETS)


def escalation_days_of(contract_ids: Iterable[int]) -> dict[int, int]:
    """Return for each contract the days without a reaction after which the next person is told.

    The policy that applies to the decision about its last term says so, else ALERT_ESCALATION_DAYS.

    Source: R9.
    """
    wanted = list(contract_ids)
    policies = policies_in_force()
    terms = Term.objects.filter(contract__in=wanted, is_void=False).order_by("contract", "seq")
    days = dict.fromkeys(wanted, int(settings.ALERT_ESCALATION_DAYS))
    # Of each contract the last row stays.
    rows = {row[0]: row for row in terms.values_list("contract", "anchor_kind", *SUBJECT)}
    for contract, kind, *facts in rows.values():
        policy = applying(policies, AlertKind(kind or AlertKind.TERM_END), Subject(*facts))
        if policy is not None and policy.escalation_days is not None:
            days[contract] = policy.escalation_days
    return days


def _policy(
    row: AlertPolicy, departments: Parents, categories: Parents, fixings: Mapping[str, Fixing]
) -> Policy:
    return Policy(
        name=row.name,
        offsets=tuple(row.offsets),
        kinds=frozenset(AlertKind(kind) for kind in row.kinds),
        vendor=row.vendor_id,
        departments=_below(row.department_id, departments),
        department_depth=len(_above(row.department_id, departments)),
        categories=_below(row.category_id, categories),
        category_depth=len(_above(row.category_id, categories)),
        minimum=_minimum(row, fixings),
        minimum_rank=_in_base(row, fixings),
        escalation_days=row.escalation_days,
    )


def _parents(rows: QuerySet[Department] | QuerySet[Category], needed: bool) -> Parents:
    return dict(rows.values_list("pk", "parent_id")) if needed else {}


def _above(pk: int | None, parents: Parents) -> list[int]:
    """Return a place in a tree and all places above it."""
    found: list[int] = []
    while pk is not None:
        found.append(pk)
        pk = parents.get(pk)
    return found


def _below(pk: int | None, parents: Parents) -> frozenset[int] | None:
    if pk is None:
        return None
    return frozenset({pk} | {each for each in parents if pk in _above(each, parents)})


def _currencies() -> set[str]:
    quotes = FxRate.objects.filter(base=PIVOT).order_by().values_list("quote", flat=True)
    return set(chain(quotes.distinct(), (PIVOT,)))


def _minimum(row: AlertPolicy, fixings: Mapping[str, Fixing]) -> Mapping[str, Decimal] | None:
    """Return the least value in each currency, rounded up to what is stored."""
    if row.minimum_value is None:
        return None
    worth = fixings[row.minimum_currency].worth
    least = {code: row.minimum_value / each for code, each in worth.items()}
    least[row.minimum_currency] = row.minimum_value
    return {code: amount.quantize(STORED, ROUND_CEILING) for code, amount in least.items()}


def _in_base(row: AlertPolicy, fixings: Mapping[str, Fixing]) -> Decimal:
    """Return the least value in the organisation's currency, to order those of several currencies."""
    if row.minimum_value is None:
        return Decimal(0)
    least = _minimum(row, fixings) or {}
    return least.get(settings.BASE_CURRENCY, row.minimum_value)
