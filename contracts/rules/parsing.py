"""Dates, amounts and yes or no as people write them; the ambiguous is refused, never guessed."""

import re
from datetime import date
from decimal import Decimal
from typing import Literal, NoReturn

DateOrder = Literal["ISO", "DMY", "MDY"]
DecimalMark = Literal[".", ","]

FIRST_YEAR, LAST_YEAR = 1900, 2199

MESSAGES: dict[str, str] = {
    "date_order": "%(text)s can be read as %(first)s or as %(second)s: state the order of days and"
    " months.",
    "date_two_digit_year": "%(text)s has a year of two digits: write all four.",
    "date_not_iso": "%(text)s is not written as YYYY-MM-DD.",
    "date_malformed": "%(text)s is not a date.",
    "date_impossible": "%(text)s is not a day of the calendar.",
    "date_out_of_range": "%(text)s is outside the years %(first)s to %(last)s.",
    "amount_ambiguous": "%(text)s can be read as %(first)s or as %(second)s: state the decimal"
    " mark.",
    "amount_malformed": "%(text)s is not an amount.",
    "boolean_malformed": "%(text)s is neither yes nor no.",
    "empty": "A value is missing.",
}


class ParseError(ValueError):
    """A text that cannot be read: a stable `code`, a message template and its values."""

    def __init__(self, code: str, **params: str) -> None:
        """Build the English message; `template % params` serves a translation."""
        self.code = code
        self.template = MESSAGES[code]
        self.params = params
        super().__init__(self.template % params)


class Ambiguous(ParseError):  # the text is, and that is the answer
    """The text has more than one reading: the answer is a question to the person."""


class Malformed(ParseError):
    """The text has no reading."""


_MONTH_NAMES = (
    "jan january,feb february,mar march,apr april,may,jun june,jul july,aug august,"
    "sep sept september,oct october,nov november,dec december"
)
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(","), start=1)
    for name in names.split()
}
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_LOCAL = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ .-]*([a-z]+)[ .,-]*(\d{4}|\d{2})", re.ASCII | re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    r"([a-z]+)[ .-]*(\d{1,2})(?:st|nd|rd|th)?(?:, *| +)(\d{4}|\d{2})", re.ASCII | re.IGNORECASE
)


def parse_date(text: str, order: DateOrder | None = None) -> date:
    """Read a day: ISO (with or without a time), 31/12/2025, 31.12.2025, 3 Feb 2025, Feb 3, 2025.

    Promise: a text with two readings is refused unless `order` tells them apart; dots mean day
    first; an order that the text contradicts is an error, not a hint. "ISO" takes only ISO and
    named months. Time of day is dropped, never converted. Raises Ambiguous or Malformed.

    Source: importing.
    """
    stripped = " ".join(text.split())
    if not stripped:
        raise Malformed("empty")
    if match := _ISO.fullmatch(stripped):
        return _day(stripped, match[1], match[3], match[4])
    if match := _LOCAL.fullmatch(stripped):
        return _local_date(stripped, match, order)
    if match := _DAY_FIRST.fullmatch(stripped):
        return _named_date(stripped, match[3], match[2], match[1])
    if match := _MONTH_FIRST.fullmatch(stripped):
        return _named_date(stripped, match[3], match[1], match[2])
    raise Malformed("date_malformed", text=stripped)


def _local_date(text: str, match: re.Match[str], order: DateOrder | None) -> date:
    first, separator, second, year = match.groups()
    if order == "ISO":
        raise Malformed("date_not_iso", text=text)
    if len(year) == 2:
        raise Ambiguous("date_two_digit_year", text=text)
    if order == "MDY":
        return _day(text, year, first, second)
    if order == "DMY" or separator == ".":
        return _day(text, year, second, first)
    return _only_reading(text, year, first, second)


def _only_reading(text: str, year: str, first: str, second: str) -> date:
    """Read a date without a stated order: only if just one order gives a day."""
    low, high = sorted((int(first), int(second)))
    if int(first) > 12 or low == high or low == 0:
        return _day(text, year, second, first)
    if high > 12:
        return _day(text, year, first, second)
    readings = sorted(f"{year}-{a:>02}-{b:>02}" for a, b in ((second, first), (first, second)))
    raise Ambiguous("date_order", text=text, first=readings[0], second=readings[1])


def _named_date(text: str, year: str, name: str, day: str) -> date:
    month = _MONTHS.get(name.lower())
    if month is None:
        raise Malformed("date_malformed", text=text)
    if len(year) == 2:
        raise Ambiguous("date_two_digit_year", text=text)
    return _day(text, year, str(month), day)


def _day(text: str, year: str, month: str, day: str) -> date:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        first, last = str(FIRST_YEAR), str(LAST_YEAR)
        raise Malformed("date_out_of_range", text=text, first=first, last=last)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Malformed("date_impossible", text=text) from None


_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\t\r\n", " "))
_QUOTES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2212": "-", "\u2013": "-"})
_SIGN_OF_MONEY = r"(?:[A-Za-z]{0,3}[$€£¥₹₩₪₺₽₫฿₴₦]|[A-Za-z]{3}|[Kk]r\.?|Fr\.?|R|zł|Kč|Ft)"
_AMOUNT = re.compile(
    rf"(?P<open>\()? ?(?P<sign>[-+])? ?{_SIGN_OF_MONEY}? ?(?P<inner>[-+])? ?"
    rf"(?P<body>[.,]?\d(?:[\d.,' ]*\d)?) ?{_SIGN_OF_MONEY}? ?(?P<after>-)? ?(?P<close>\))?",
    re.ASCII,
)
_GROUPED = re.compile(
    r"\d*|\d{1,3}(?P<mark>[., '])\d{3}(?:(?P=mark)\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII
)
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_YES = frozenset({"y", "yes", "true", "t", "1", "on"})
_NO = frozenset({"n", "no", "false", "f", "0", "off"})


def parse_amount(text: str, decimal: DecimalMark | None = None) -> Decimal:
    """Read an amount: 1,234.56, 1.234,56, 1 234,56, 1'234.56, $1,234.00, (123.45), -5, EUR 12.

    Promise: one separator before exactly three digits (1.234, 1,234) is refused unless `decimal`
    names the decimal mark; a text that contradicts it is an error. A sign or code of a currency is
    dropped, parentheses and a minus on either side are negative. Raises Ambiguous or Malformed.

    Source: importing, R24.
    """
    stripped = " ".join(text.translate(_SPACES).translate(_QUOTES).split())
    if not stripped:
        raise Malformed("empty")
    match = _AMOUNT.fullmatch(stripped)
    if match is None:
        _not_an_amount(stripped)
    negative = _is_negative(stripped, match)
    amount = _number(stripped, match["body"], decimal)
    # Not a plain minus: that would round to the precision of the decimal context.
    return amount.copy_negate() if amount and negative else amount


def parse_boolean(text: str) -> bool:
    """Read yes or no: Y, yes, true, 1 and N, no, false, 0, in any case. Raises Malformed.

    Source: importing.
    """
    word = text.strip().casefold()
    if not word:
        raise Malformed("empty")
    if word in _YES or word in _NO:
        return word in _YES
    raise Malformed("boolean_malformed", text=text.strip())


def _is_negative(text: str, match: re.Match[str]) -> bool:
    signs = [match[name] for name in ("open", "sign", "inner", "after") if match[name]]
    if len(signs) > 1 or bool(match["open"]) != bool(match["close"]):
        _not_an_amount(text)
    return signs not in ([], ["+"])


def _number(text: str, body: str, decimal: DecimalMark | None) -> Decimal:
    mark = _decimal_mark(text, body, decimal)
    whole, _, fraction = body.rpartition(mark) if mark else (body, "", "")
    grouped = _GROUPED.fullmatch(whole)
    if grouped is None or (mark and mark in whole):
        _not_an_amount(text)
    digits = re.sub(r"\D", "", whole) or "0"
    return Decimal(f"{digits}.{fraction}") if fraction else Decimal(digits)


def _decimal_mark(text: str, body: str, decimal: DecimalMark | None) -> str | None:
    """Find the decimal mark of an amount, None where it has no decimals."""
    present = sorted((mark for mark in ".," if mark in body), key=body.rfind)
    if not present:
        return None
    if len(present) == 1:
        return _mark_or_group(text, body, present[0], decimal)
    if decimal not in (None, present[-1]):
        _not_an_amount(text)
    return present[-1]


def _mark_or_group(text: str, body: str, mark: str, decimal: DecimalMark | None) -> str | None:
    """Say whether the only kind of separator is the decimal mark; None where it groups digits."""
    if body.count(mark) > 1 or (decimal is not None and mark != decimal):
        return None
    whole, _, rest = body.partition(mark)
    if decimal is None and len(rest) == 3 and _ONE_GROUP.fullmatch(whole):
        readings = {"first": f"{whole}{rest}", "second": f"{whole}.{rest}"}
        raise Ambiguous("amount_ambiguous", text=text, **readings)
    return mark


def _not_an_amount(text: str) -> NoReturn:
    raise Malformed("amount_malformed", text=text)
