"""Contracts with their standing on a day: the state of R30 in SQL, and the term that counts."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from contracts.models import Contract, ContractLink, Term
from contracts.querysets.access import Written
from contracts.rules.vocabulary import ContractState as State
from contracts.rules.vocabulary import RenewalKind


def with_standing(contracts: QuerySet[Any], today: date) -> QuerySet[Any]:
    """Annotate `state`, the open term's days, `ends_on` and the annual value on `today`.

    `state` is what `rules.terms.contract_state` says. The days are those of the term that awaits a decision, None where
    none does; `ends_on` is the end of the last standing term, None while evergreen; `value` is that of the term in
    force, else of the last one. One statement, however many contracts.

    Source: R30.
    """
    last = Term.objects.filter(contract=OuterRef("pk"), is_void=False).order_by("-seq")
    annotated: QuerySet[Any] = (
        with_state(contracts, today)
        .alias(open_term=FilteredRelation("terms", condition=Q(terms__is_open=True)))
        .annotate(
            open_term_id=F("open_term__pk"),
            notice_deadline=F("open_term__notice_deadline"),
            send_by=F("open_term__send_by"),
            decide_by=F("open_term__decide_by"),
            anchor_date=F("open_term__anchor_date"),
            ends_on=Subquery(last.values("end_date")[:1]),
            value=Coalesce(
                Subquery(_current(today).values("annual_value")[:1]),
                Subquery(last.values("annual_value")[:1]),
            ),
        )
    )
    return annotated


def with_state(contracts: QuerySet[Any], today: date) -> QuerySet[Any]:
    """Annotate `state` on `today`.

    Source: R30, R7, R14, C1.
    """
    annotated: QuerySet[Any] = contracts.alias(
        current_term=Subquery(_current(today).values("pk")[:1]),
        current_deadline=Subquery(_current(today).values("notice_deadline")[:1]),
        current_opens=Subquery(_current(today).values("window_opens")[:1]),
    ).annotate(state=Case(*_states(today), default=_is(State.ACTIVE), output_field=CharField()))
    return annotated


def in_state(contracts: QuerySet[Any], state: str, today: date) -> QuerySet[Any]:
    """Keep the contracts that are in this state on `today`.

    Source: R30.
    """
    statement, parameters = _ids_in_state(connection.vendor, state, today)
    return contracts.filter(pk__in=Written(statement, parameters, BigIntegerField()))


@lru_cache(maxsize=32)
def _ids_in_state(_vendor: str, state: str, today: date) -> tuple[str, tuple[Any, ...]]:
    """Return the statement of all contracts in this state: to put it together takes longer than to run it."""
    possible = Contract.objects.order_by()
    if state == State.LOCKED_IN:
        # Few terms are past their deadline: the dashboard asks for their number each time.
        late = Term.objects.filter(notice_deadline__lt=today).filter(_not_over(today))
        possible = possible.filter(pk__in=late.values("contract_id"))
    wanted = with_state(possible, today).filter(state=state).values("pk")
    statement, parameters = wanted.query.sql_with_params()
    return statement, tuple(parameters)


def _states(today: date) -> tuple[When, ...]:
    """Return the states in the order in which the first that holds is the one."""
    terms = Term.objects.filter(contract=OuterRef("pk"))
    standing = terms.filter(is_void=False)
    over = ~Exists(standing.filter(_not_over(today)))
    replaced = Exists(ContractLink.objects.filter(from_contract=OuterRef("pk")))
    return (
        When(Q(is_draft=True) | ~Exists(terms), then=_is(State.DRAFT)),
        When(over & replaced, then=_is(State.SUPERSEDED)),
        When(over & Q(cancelled_on=None), then=_is(State.EXPIRED)),
        When(over, then=_is(State.TERMINATED)),
        When(current_term=None, then=_is(State.UPCOMING)),
        When(~Q(cancelled_on=None), then=_is(State.NOTICE_GIVEN)),
        When(Exists(standing.filter(start_date__gt=today)), then=_is(State.ACTIVE)),
        *_before_a_decision(today),
    )


def _before_a_decision(today: date) -> tuple[When, ...]:
    given = F("notice_given_on")
    in_time = (Q(current_opens=None) | Q(current_opens__lte=given)) & (
        Q(current_deadline=None) | Q(current_deadline__gte=given)
    )
    late = Q(current_deadline__lt=today)
    automatic = Q(renewal_kind=RenewalKind.AUTO.value)
    return (
        When(Q(notice_given_on__lte=today) & in_time, then=_is(State.NOTICE_GIVEN)),
        When(late & automatic, then=_is(State.LOCKED_IN)),
        When(late, then=_is(State.ACTIVE)),
        When(current_opens__lte=today, then=_is(State.IN_NOTICE_WINDOW)),
    )


def _current(today: date) -> QuerySet[Term]:
    """Return the terms of the outer contract in force on `today`; the highest number is the one (C2)."""
    standing = Term.objects.filter(contract=OuterRef("pk"), is_void=False)
    return standing.filter(_not_over(today), start_date__lte=today).order_by("-seq")


def _is(state: State) -> Value:
    return Value(state.value)


def _not_over(today: date) -> Q:
    cancelled = Q(contract__cancelled_on=None) | Q(contract__cancelled_on__gte=today)
    return (Q(end_date=None) | Q(end_date__gte=today)) & cancelled
