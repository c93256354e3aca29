"""Contracts and terms: what single cells cannot say (annual values of totals, ends before starts)."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from contracts.importers.problems import CellRefused
from contracts.importers.recipes import Recipe
from contracts.rules.money import round_half_up
from contracts.rules.period import anniversary_years
from contracts.rules.vocabulary import CapKind, NoticeUnit, RenewalKind

VENDOR_CODE = re.compile(r"\s*\([A-Z]{2,4}\d[\d.-]*\)$")
Finding = tuple[str, CellRefused]


def finish_agreement(values: dict[str, Any], recipe: Recipe) -> Iterator[Finding]:
    """Complete a row of contracts or terms in place; yield what makes it impossible."""
    _expand(values)
    if recipe.strip_vendor_codes and values.get("vendor"):
        values["vendor"] = VENDOR_CODE.sub("", values["vendor"])
    if "start_date" in values:
        yield from _finish_term(values, recipe)


def annual_value(total: Decimal, start: date, end: date) -> Decimal:
    """Return what a year costs of a total agreed for `start .. end`, by days of anniversary years.

    Rounded half up to four places. Source: C3, C10.
    """
    years = sum(
        Fraction((last - first).days + 1, days)
        for first, last, days in anniversary_years(start, end)
    )
    return round_half_up(Fraction(total) / years, 4)


def _expand(values: dict[str, Any]) -> None:
    """Write the fields that stand for several columns of ours."""
    if "auto_renew" in values and (renews := values.pop("auto_renew")) is not None:
        kind = RenewalKind.AUTO if renews else RenewalKind.FIXED
        values["renewal_kind"] = kind.value
    if "notice_days" in values:
        values["notice_value"] = values.pop("notice_days")
        values["notice_unit"] = NoticeUnit.DAYS.value
    if "cap_pct" in values:
        capped = values["cap_pct"] is not None
        values["cap_kind"] = (CapKind.FIXED if capped else CapKind.NONE).value


def _finish_term(values: dict[str, Any], recipe: Recipe) -> Iterator[Finding]:
    start, end = values["start_date"], values.get("end_date")
    if end is not None and end < start:
        yield "end_date", CellRefused("end_before_start", start=start, end=end)
        return
    if "total_value" in values:
        yield from _annualise(values, start, end, recipe)
    if values.get("annual_value") is None and not recipe.columns.get("total_value"):
        yield "annual_value", CellRefused("missing")


def _annualise(
    values: dict[str, Any], start: date, end: date | None, recipe: Recipe
) -> Iterator[Finding]:
    total = values.pop("total_value")
    if values.get("annual_value") is not None:
        return
    if total is None:
        yield "total_value", CellRefused("missing")
    elif recipe.zero_is_missing and not total:
        yield "total_value", CellRefused("amount_zero")
    elif end is None:
        yield "end_date", CellRefused("total_without_end")
    else:
        values["annual_value"] = annual_value(total, start, end)
