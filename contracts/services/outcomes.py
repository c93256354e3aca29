"""What became of each term of a contract: the rows that renewal rates and price effects are read from."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from contracts.models import Contract, Term, TermOutcome
from contracts.models.fields import ScaledDecimalField
from contracts.rules.calendar import ONE_DAY
from contracts.rules.ledger import TermSpan

Span = TermSpan[Term]
Pair = tuple[Span, Span]
MONEY: ScaledDecimalField = Term._meta.get_field("annual_value")
# A price times a quantity has twice their places.
SCALE = 10**MONEY.decimal_places


def term_outcomes(
    contract: Contract,
    spans: Sequence[Span],
    pairs: Sequence[Pair],
    dates: Mapping[int, Mapping[str, Any]],
) -> list[TermOutcome]:
    """Return one unsaved row for each term that is not void; none for a draft.

    `pairs` are the consecutive non-void terms, `dates` the derived columns by the term's number.

    Source: C1, C6, R3, R22.
    """
    if contract.is_draft:
        return []
    following = {before.seq: after for before, after in pairs}
    standing = [span for span in spans if not dates[span.seq]["is_void"]]
    return [
        TermOutcome(
            term=span.key,
            contract_id=contract.pk,
            currency=contract.currency,
            value=span.key.annual_value,
            **_end(contract, span, dates[span.seq]["notice_deadline"]),
            is_followed=any(_follows(later, span) for later in standing),
            **(_change(span, following[span.seq]) if span.seq in following else {}),
        )
        for span in standing
    ]


def month_number(day: date) -> int:
    """Return year x 12 + month - 1.

    Source: R2.
    """
    return day.year * 12 + day.month - 1


def _end(contract: Contract, span: Span, deadline: date | None) -> dict[str, int | None]:
    if span.end is None:
        return {}
    last = contract.cancelled_on
    return {
        "end_day": span.end.toordinal(),
        "end_month": month_number(span.end),
        "cancelled_day": last.toordinal() if last and last <= span.end else None,
        "deadline_day": (deadline or span.end).toordinal(),
    }


def _follows(later: Span, span: Span) -> bool:
    """Say whether a later term leaves no day between."""
    return span.end is not None and later.seq > span.seq and later.start <= span.end + ONE_DAY


def _change(before: Span, after: Span) -> dict[str, Any]:
    value, following = before.key.annual_value, after.key.annual_value
    return {
        "gap": (after.start - before.end).days - 1 if before.end else None,
        "next_value": following,
        "kept_value": min(value, following),
        "change_day": after.start.toordinal(),
        "change_month": month_number(after.start),
        **_effects(before.key, after.key),
    }


def _effects(before: Term, after: Term) -> dict[str, Any]:
    """Split the change into whole 10^-4 and what is left, so that both effects stay exact."""
    known = (before.unit_price, after.unit_price, before.quantity, after.quantity)
    if None in known:
        return {}
    p0, p1, q0, q1 = (MONEY.scaled(value) for value in known if value is not None)
    price, price_rest = divmod((p1 - p0) * q1, SCALE)
    volume, volume_rest = divmod((q1 - q0) * p0, SCALE)
    return {
        "price_effect": MONEY.unscaled(price),
        "volume_effect": MONEY.unscaled(volume),
        "rests": price_rest * SCALE + volume_rest,
    }
