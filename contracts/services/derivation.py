"""What follows from a contract and its terms: dates with proof, days in force, price changes, flags.

Nothing is written here; `services.ledger` writes it and `manage.py check_ledger` holds it against the tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings

from contracts.models import (
    Contract,
    KeyDate,
    LedgerEntry,
    PriceChange,
    PriceFlag,
    Term,
    TermOutcome,
)
from contracts.rules import pricing, terms
from contracts.rules.calendar import BusinessCalendar, business_calendar
from contracts.rules.period import anniversary_years
from contracts.rules.vocabulary import (
    CapKind,
    FlagKind,
    NoticeMethod,
    NoticeRule,
    NoticeUnit,
    RenewalKind,
    Severity,
)
from contracts.services.derived_days import HORIZON, key_dates_of
from contracts.services.outcomes import term_outcomes

STORED = Decimal("0.0001")
STORED_PERCENT = Decimal("0.000001")
SIGN_OF_FLAG = {
    FlagKind.INCREASE: pricing.PriceMark.INCREASE,
    FlagKind.CAP_BREACH: pricing.PriceMark.CAP_BREACH,
    FlagKind.HIDDEN_INCREASE: pricing.PriceMark.HIDDEN_INCREASE,
}
Span = terms.TermSpan[Term]


@dataclass(frozen=True, slots=True)
class Derivation:
    """Everything that follows from one contract; the rows are not saved."""

    dates: dict[int, dict[str, Any]]
    entries: list[LedgerEntry]
    changes: list[PriceChange]
    outcomes: list[TermOutcome]
    flags: list[PriceFlag]
    key_dates: list[KeyDate]


def derive(
    contract: Contract,
    contract_terms: Sequence[Term],
    *,
    continued: bool = False,
    expiries: Sequence[date] = (),
) -> Derivation:
    """Work out what follows from a contract and all of its terms.

    `contract.vendor` must be loaded; `dates` is keyed by the term's number. `continued` says that
    another contract takes this one's place, so that nothing about it is left to decide. `expiries`
    are the days on which its documents run out.

    Source: R3 to R9, R16, R19, R21, R22, R23, C1, C2, C3.
    """
    spans = [terms.TermSpan(t.seq, t.start_date, t.end_date, t) for t in contract_terms]
    pairs = terms.consecutive(spans, contract.cancelled_on)
    changes, flags = [], []
    for before, after in pairs:
        move = pricing.price_change(_point(before.key), _point(after.key), cap_pct=contract.cap_pct)
        changes.append(_change(contract, before.key, after.key, move))
        flags.extend(_flags(contract, after.key, move))
    last = None if continued else pairs[-1][1] if pairs else _only(spans, contract)
    calendar = business_calendar((contract.vendor.calendar, settings.HOME_CALENDAR))
    dates = {span.seq: _dates(contract, span, last, calendar) for span in spans}
    return Derivation(
        dates=dates,
        entries=_entries(contract, spans),
        changes=changes,
        outcomes=term_outcomes(contract, spans, pairs, dates),
        flags=flags,
        key_dates=[] if continued else key_dates_of(contract, contract_terms, dates, expiries),
    )


def clause_of(contract: Contract) -> terms.NoticeClause:
    """Return the notice clause as the contract records it (R3, R7, R8)."""
    return terms.NoticeClause(
        value=contract.notice_value,
        unit=NoticeUnit(contract.notice_unit),
        rule=NoticeRule(contract.notice_rule),
        window_opens_value=contract.window_opens_value,
        window_opens_unit=NoticeUnit(contract.window_opens_unit),
        method=NoticeMethod(contract.notice_method),
        delivery_lead_days=contract.delivery_lead_days,
        review_buffer_days=settings.REVIEW_BUFFER_DAYS,
    )


def _entries(contract: Contract, spans: Sequence[Span]) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            contract_id=contract.pk,
            term=piece.key,
            first_day=piece.first.toordinal(),
            last_day=piece.last.toordinal(),
            year_days=piece.days_in_year,
            annual_value=piece.key.annual_value,
            currency=contract.currency,
            vendor_id=contract.vendor_id,
            category_id=contract.category_id,
            department_id=contract.department_id,
            signed_day=contract.signed_on.toordinal() if contract.signed_on else None,
            is_bound=piece.key.end_date is not None,
            is_draft=contract.is_draft,
        )
        for piece in terms.in_force(spans, contract.cancelled_on, HORIZON)
    ]


def _only(spans: Sequence[Span], contract: Contract) -> Span | None:
    standing = (span for span in spans if not terms.is_void(span.start, contract.cancelled_on))
    return next(standing, None)


def _dates(
    contract: Contract, span: Span, last: Span | None, calendar: BusinessCalendar
) -> dict[str, Any]:
    kind = RenewalKind(contract.renewal_kind)
    found = terms.deadline_dates(
        start=span.start,
        end=span.end,
        renewal_kind=kind,
        clause=clause_of(contract),
        calendar=calendar,
    )
    anchor = terms.alert_anchor(kind, span.end, found)
    return {
        "notice_deadline": found.notice_deadline,
        "window_opens": found.window_opens,
        "send_by": found.send_by,
        "decide_by": found.decide_by,
        "proof": terms.as_json(found.proof),
        "anchor_kind": anchor[0].value if anchor else "",
        "anchor_date": anchor[1] if anchor else None,
        "is_void": terms.is_void(span.start, contract.cancelled_on),
        "is_open": span is last and anchor is not None and _undecided(contract, found),
        **_length(span),
    }


def _undecided(contract: Contract, dates: terms.TermDates) -> bool:
    given = terms.notice_is_valid(
        contract.notice_given_on, dates.notice_deadline, dates.window_opens
    )
    return not contract.is_draft and contract.cancelled_on is None and not given


def _length(span: Span) -> dict[str, int]:
    """Return whole anniversary years and the rest, for the total contract value."""
    if span.end is None:
        return {"whole_years": 0, "part_days": 0, "part_year_days": 365}
    years = list(anniversary_years(span.start, span.end))
    first, last, days = years[-1]
    rest = (last - first).days + 1
    whole = rest == days
    return {
        "whole_years": len(years) if whole else len(years) - 1,
        "part_days": 0 if whole else rest,
        "part_year_days": days,
    }


def _point(term: Term) -> pricing.PricePoint:
    return pricing.PricePoint(
        annual_value=term.annual_value,
        quantity=term.quantity,
        unit_price=term.unit_price,
        list_price=term.list_price,
    )


def _change(contract: Contract, before: Term, after: Term, move: pricing.PriceMove) -> PriceChange:
    price_effect, volume_effect = _stored_effects(move)
    return PriceChange(
        contract_id=contract.pk,
        before=before,
        after=after,
        value_before=before.annual_value,
        value_after=after.annual_value,
        unit_price_before=before.unit_price,
        unit_price_after=after.unit_price,
        quantity_before=before.quantity,
        quantity_after=after.quantity,
        unit_pct=_percent(move.unit_pct),
        price_effect=price_effect,
        volume_effect=volume_effect,
        signs=[mark.value for mark in move.flags],
    )


def _stored_effects(move: pricing.PriceMove) -> tuple[Decimal | None, Decimal | None]:
    """Round both effects to the stored places so that they still add up to the rounded change."""
    if move.price_effect is None or move.volume_effect is None:
        return None, None
    total = (move.price_effect + move.volume_effect).quantize(STORED, ROUND_HALF_UP)
    price = move.price_effect.quantize(STORED, ROUND_HALF_UP)
    return price, total - price


def _flags(contract: Contract, after: Term, move: pricing.PriceMove) -> list[PriceFlag]:
    has_cap = contract.cap_kind == CapKind.FIXED
    thresholds = tuple(settings.PRICE_FLAG_THRESHOLDS)
    level = {
        FlagKind.INCREASE: pricing.severity(move.unit_pct, thresholds),
        FlagKind.CAP_BREACH: Severity.HIGH,
        FlagKind.HIDDEN_INCREASE: Severity.MEDIUM,
    }
    amount = _stored_effects(move)[0]
    return [
        PriceFlag(
            term=after,
            kind=kind.value,
            severity=severity.value,
            measured_pct=_percent(move.unit_pct),
            allowed_pct=contract.cap_pct if has_cap else None,
            amount=move.value_change if amount is None else amount,
        )
        for kind, severity in level.items()
        if SIGN_OF_FLAG[kind] in move.flags and severity is not None
    ]


def _percent(share: Fraction | None) -> Decimal | None:
    """Return an exact ratio as the stored percentage, rounded half up."""
    if share is None:
        return None
    exact = share * 100
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
        STORED_PERCENT, ROUND_HALF_UP
    )
