"""Ratios as a reader of the active language writes them."""

from decimal import Decimal
from fractions import Fraction

from django import template

from contracts.rules.money import round_half_up
from contracts.templatetags.money import NOTHING, percent

register = template.Library()
PLACES = 8


@register.filter
def ratio(value: Fraction | str | None) -> str:
    """Write a part of a whole in percent: 12.5%. What is undefined is a dash (C7)."""
    return NOTHING if _missing(value) else over(value).removeprefix("+")


@register.filter
def over(value: Fraction | str | None) -> str:
    """Write a change in percent with its sign: +12.5%, -3.0%."""
    if _missing(value) or isinstance(value, str) or value is None:
        return NOTHING
    return percent(round_half_up(value * 100, PLACES))


@register.filter
def plain(value: Fraction | int) -> Decimal:
    """Return an exact amount as a decimal number: it has no more than eight places."""
    return round_half_up(Fraction(value), PLACES)


@register.filter
def whole(value: Fraction | str | None) -> str:
    """Write a part of a whole in whole percent: 96%."""
    if _missing(value) or isinstance(value, str) or value is None:
        return NOTHING
    return percent(round_half_up(value * 100, PLACES), 0).removeprefix("+")


def _missing(value: Fraction | str | Decimal | None) -> bool:
    # A template hands over "" for what it does not find.
    return value is None or value == ""
