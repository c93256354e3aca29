"""Where a page of contracts stands on a day, in one statement or two and by the pure rule.

`queries.portfolio` says the same in SQL, for filters over all contracts; for a page of rows this is faster.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from contracts.models import ContractLink, Term
from contracts.rules.ledger import TermSpan, is_void, last_day_in_force
from contracts.rules.terms import contract_state
from contracts.rules.vocabulary import ContractState, RenewalKind

Values = tuple[Any, ...]
Span = TermSpan[Values]
OWN = ("contract_id", "seq", "start_date", "end_date", "notice_deadline", "window_opens")
REPLACEABLE = {ContractState.EXPIRED, ContractState.TERMINATED}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a contract itself says."""

    id: int
    is_draft: bool
    renewal_kind: str
    notice_given_on: date | None
    cancelled_on: date | None


class Standing(NamedTuple):
    """The state of a contract, and the asked columns of its term in force, else of the last that is not void."""

    state: ContractState
    term: Values | None


def standings(
    contracts: Sequence[Facts], *, columns: Sequence[str], today: date
) -> dict[int, Standing]:
    """Return where each contract stands on `today`, by its id; `columns` are the ORM's names of a term's columns.

    Source: R30, C1, C2.
    """
    terms = _terms([contract.id for contract in contracts], columns, today)
    found = {contract.id: _standing(contract, terms[contract.id], today) for contract in contracts}
    over = {pk for pk, standing in found.items() if standing.state in REPLACEABLE}
    for pk in _replaced(over):
        found[pk] = found[pk]._replace(state=ContractState.SUPERSEDED)
    return found


def _terms(ids: Collection[int], columns: Sequence[str], today: date) -> dict[int, list[Span]]:
    """Return the terms that are not over by contract, and the last one in any case.

    The last term is the one that no price change leads on from.
    """
    counts = Q(end_date=None) | Q(end_date__gte=today) | Q(change_after=None)
    rows = _all_terms(tuple(columns)).filter(counts, contract__in=ids)
    found: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(TermSpan(row[1], row[2], row[3], row[4:]))
    return found


@cache
def _all_terms(columns: tuple[str, ...]) -> QuerySet[Any]:
    """Return all terms as tuples, unread: finding twenty columns takes longer than reading them."""
    rows: QuerySet[Any] = Term.objects.order_by("seq").values_list(*OWN, *columns)
    return rows


def _standing(contract: Facts, terms: list[Span], today: date) -> Standing:
    current, last = None, None
    for term in terms:
        if is_void(term.start, contract.cancelled_on):
            continue
        last = term
        until = last_day_in_force(term, contract.cancelled_on)
        if term.start <= today and (until is None or today <= until):
            current = term
    deadline, window_opens = current.key[:2] if current else (None, None)
    state = contract_state(
        today=today,
        signed=not contract.is_draft,
        terms=terms,
        cancelled_on=contract.cancelled_on,
        notice_given_on=contract.notice_given_on,
        renewal_kind=RenewalKind(contract.renewal_kind),
        deadline=deadline,
        window_opens=window_opens,
    )
    shown = current or last
    return Standing(state, shown.key[2:] if shown else None)


def _replaced(ids: Collection[int]) -> list[int]:
    """Return those of these contracts that another one continues."""
    if not ids:
        return []
    links = ContractLink.objects.filter(from_contract__in=ids).order_by()
    return list(links.values_list("from_contract_id", flat=True))
