"""Amounts of money: currencies, rounding, sharing, annualising, the cost of a day (R24, C3)."""

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import floor

_CURRENT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED
VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHDRAWN = "ANG BGN CYP DEM EEK FRF HRK LTL LVL MTL ROL SIT SKK TRL ZWL"
_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF TRL UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCIES: frozenset[str] = frozenset(_CURRENT.split())
# Old contracts and rate tables keep these: a redenomination rewrites no history (R26).
WITHDRAWN_CURRENCIES: frozenset[str] = frozenset(_WITHDRAWN.split())
_MINOR_UNITS = {code: places for places, codes in _PLACES.items() for code in codes.split()}
_PER_YEAR: dict[str, Fraction] = {
    "daily": Fraction(365),
    "weekly": Fraction(365, 7),
    "monthly": Fraction(12),
    "quarterly": Fraction(4),
    "yearly": Fraction(1),
}
_WIDE = Context(prec=60)


def minor_units(currency: str) -> int:
    """Return the decimal places of a currency by ISO 4217: EUR 2, JPY 0, KWD 3.

    Raises ValueError for a code that is neither current nor withdrawn.

    Source: R24.
    """
    if currency not in CURRENCIES and currency not in WITHDRAWN_CURRENCIES:
        raise ValueError(f"{currency!r} is not a currency code")
    return _MINOR_UNITS.get(currency, 2)


def quantize(amount: Decimal | Fraction, currency: str) -> Decimal:
    """Round an amount half up to the minor unit of its currency: 2.345 EUR is 2.35.

    Half up is away from zero: -2.345 EUR is -2.35.

    Source: R24, C10.
    """
    return round_half_up(amount, minor_units(currency))


def round_half_up(amount: Decimal | Fraction, places: int) -> Decimal:
    """Round half up, away from zero, to a number of decimal places, exactly for fractions too.

    Source: C10.
    """
    exact = Fraction(amount)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-places, _WIDE)


def allocate(
    total: Decimal, weights: Sequence[Decimal | Fraction | int], currency: str
) -> list[Decimal]:
    """Share a total out by weight so that the parts add up to it, to the minor unit.

    Every part is its exact share rounded down; what is left goes, one minor unit each, to the
    largest remainders, the first of equals. Raises ValueError if the total is finer than the minor
    unit, a weight is negative or all are zero. Example: 100.00 EUR by 1, 1, 1 is 33.34, 33.33 and
    33.33.

    Source: R24.
    """
    shares = [Fraction(weight) for weight in weights]
    if not shares or min(shares) < 0 or sum(shares) == 0:
        raise ValueError("weights must not be negative and not all zero")
    places = minor_units(currency)
    units = Fraction(total) * 10**places
    if units.denominator != 1:
        raise ValueError(f"{total} is finer than the minor unit of {currency}")
    parts = _largest_remainder(int(units), shares)
    return [Decimal(part).scaleb(-places, _WIDE) for part in parts]


def _largest_remainder(units: int, shares: Sequence[Fraction]) -> list[int]:
    exact = [units * share / sum(shares) for share in shares]
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return parts


def annualise(amount: Decimal, frequency: str, *, term_months: int | None = None) -> Decimal:
    """Return a periodic amount per year: monthly x 12, quarterly x 4, weekly x 365/7, daily x 365.

    "upfront" pays a whole term of `term_months` months at once. The result is not rounded to the
    currency. Raises ValueError for another frequency, or upfront without a term.

    Source: R24.
    """
    if frequency == "upfront":
        if not term_months or term_months < 1:
            raise ValueError("an amount paid upfront needs the months of its term")
        factor = Fraction(12, term_months)
    elif frequency in _PER_YEAR:
        factor = _PER_YEAR[frequency]
    else:
        raise ValueError(f"{frequency!r} is not a billing frequency")
    with localcontext(_WIDE):
        return amount * factor.numerator / factor.denominator


def day_cost(annual_value: Decimal, days_in_year: int) -> Fraction:
    """Return what one day costs, exactly: the annual value over its 365 or 366 days.

    Source: C3.
    """
    return Fraction(annual_value) / days_in_year
