"""Amounts, percentages and days as a reader of the active language writes them."""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from django import template
from django.utils.translation import get_language, to_locale

from contracts.rules.money import quantize, round_half_up

register = template.Library()
NOTHING = "\u2013"


def reader_locale() -> Locale:
    """Return the locale of the active language."""
    return Locale.parse(to_locale(get_language() or "en-gb"))


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount in its currency's minor units: €1,234.50, JP¥1,235."""
    if amount is None:
        return NOTHING
    return format_currency(quantize(amount, currency), currency, locale=reader_locale())


@register.filter
def price(amount: Decimal | None, currency: str) -> str:
    """Write a unit price with every digit it has: €0.0125."""
    if amount is None:
        return NOTHING
    short = quantize(amount, currency)
    exact = short if short == amount else Decimal(f"{amount.normalize():f}")
    return format_currency(exact, currency, locale=reader_locale(), decimal_quantization=False)


@register.filter
def money_short(amount: Decimal | None, currency: str) -> str:
    """Write an amount in three digits or so, for headlines: €1.23M."""
    if amount is None:
        return NOTHING
    return format_compact_currency(amount, currency, locale=reader_locale(), fraction_digits=2)


@register.filter
def percent(value: Decimal | None, places: int = 1) -> str:
    """Write a percentage (5 is 5 %) with a sign where it is a rise."""
    if value is None:
        return NOTHING
    rounded = round_half_up(value, places) / 100
    locale = reader_locale()
    pattern = locale.percent_formats[None].pattern.replace("##0", f"##0.{'0' * places}".rstrip("."))
    text = format_percent(rounded, format=pattern, locale=locale)
    return f"+{text}" if rounded > 0 else text


@register.filter
def number(value: Decimal | int | None) -> str:
    """Write a number with the separators of the reader, without idle zeros."""
    if value is None:
        return NOTHING
    exact = Decimal(f"{Decimal(value).normalize():f}")
    return format_decimal(exact, locale=reader_locale(), decimal_quantization=False)


@register.filter
def day(value: date | str | None) -> str:
    """Write a day so that nobody takes the month for the day: 4 Dec 2026."""
    # A template hands over "" for what it does not find.
    if not isinstance(value, date):
        return NOTHING
    return format_date(value, "medium", locale=reader_locale())


@register.filter
def share(value: Decimal | None) -> str:
    """Write a part of a whole in percent: 12.5%."""
    return percent(value).removeprefix("+")
