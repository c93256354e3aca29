"""What each renewal did to the price, row by row (R22)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.models import PriceChange
from contracts.rules.pricing import PriceMove, PricePoint, price_change
from metrics.queries.question import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A later term of a contract against the one before it; `marks` stand in their fixed order."""

    contract: str
    seq: int
    date: date
    before: PricePoint
    after: PricePoint
    move: PriceMove
    marks: tuple[str, ...]

    @property
    def has_quantities(self) -> bool:
        """Whether both prices and both quantities are known, so that the change can be split."""
        return self.move.price_effect is not None


def price_rows(scope: Scope = EVERYTHING) -> list[PriceRow]:
    """Return every pair of consecutive non-void terms, contract by contract."""
    rows = PriceChange.objects.filter(contract__is_draft=False)
    if scope.contracts is not None:
        rows = rows.filter(contract__in=scope.contracts)
    found = rows.select_related("contract", "before", "after").only(
        "signs",
        "contract__external_reference",
        "contract__title",
        "contract__cap_pct",
        "after__seq",
        "after__start_date",
        *(f"{side}__{name}" for side in ("before", "after") for name in PRICE_COLUMNS),
    )
    return [_row(each) for each in found.order_by("contract_id", "after__seq").iterator()]


PRICE_COLUMNS = ("annual_value", "quantity", "unit_price", "list_price")


def _row(change: PriceChange) -> PriceRow:
    before, after = (_point(side) for side in (change.before, change.after))
    return PriceRow(
        change.contract.external_reference or change.contract.title,
        change.after.seq,
        change.after.start_date,
        before,
        after,
        price_change(before, after, cap_pct=change.contract.cap_pct),
        tuple(change.signs),
    )


def _point(term: Any) -> PricePoint:
    return PricePoint(term.annual_value, term.quantity, term.unit_price, term.list_price)


def split(rows: list[PriceRow]) -> tuple[Fraction, Fraction]:
    """Return the price and the volume effect of rows that have both, added exactly."""
    known = [row.move for row in rows if row.has_quantities]
    return (
        sum((Fraction(move.price_effect or 0) for move in known), Fraction(0)),
        sum((Fraction(move.volume_effect or 0) for move in known), Fraction(0)),
    )
