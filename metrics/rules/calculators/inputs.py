"""What a calculator asks for, and how a person's or a program's answer is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from contracts.rules.parsing import ParseError, parse_amount, parse_date

Value = Fraction | date | str | tuple[Fraction, ...]

MOST_DIGITS = 15
MOST_PLACES = 15
MOST_ITEMS = 1000
LONGEST_TEXT = 10_000
_SEPARATORS = re.compile(r"[;\s]+|,\s+")

MESSAGES: dict[str, str] = {
    "required": "This input is needed.",
    "unknown": "There is no such input. Known: %(known)s.",
    "malformed": "%(text)s cannot be read: %(reason)s",
    "not_text": "Write a number, a text or, where several are asked for, a list.",
    "too_large": "More than %(digits)s digits before or %(places)s after the decimal point.",
    "too_many": "At most %(most)s values.",
    "below": "Not below %(limit)s.",
    "above": "Not above %(limit)s.",
    "rate_above_one": "%(text)s as a ratio is above 100 %%. Write %(text)s%% or its hundredth.",
    "not_whole": "A whole number.",
    "inconsistent": "The inputs contradict each other.",
    "choice": "One of: %(known)s.",
}


class Kind(StrEnum):
    """How an input is read and written."""

    AMOUNT = "amount"
    NUMBER = "number"
    COUNT = "count"
    RATE = "rate"
    AMOUNTS = "amounts"
    COUNTS = "counts"
    RATES = "rates"
    DAY = "day"
    CHOICE = "choice"


LISTS = {Kind.AMOUNTS: Kind.AMOUNT, Kind.COUNTS: Kind.COUNT, Kind.RATES: Kind.RATE}


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name for programs, its label, how it is read, and what it may be.

    An input with a `default` may be left out. `optional` without a default is not part of the
    formula: it only helps to recognise mistakes. A rate has `high` 1 unless more than 100 % makes
    sense.
    """

    name: str
    label: str
    kind: Kind = Kind.AMOUNT
    default: str = ""
    optional: bool = False
    low: Fraction | None = Fraction(0)
    high: Fraction | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether it cannot be left out."""
        return not self.default and not self.optional


class InputError(ValueError):
    """One input that cannot be used: a stable `code`, a message template and its values."""

    def __init__(self, code: str, *, template: str = "", **params: str) -> None:
        """Build the English message; `template % params` serves a translation."""
        self.code = code
        self.template = template or MESSAGES[code]
        self.params = params
        super().__init__(self.template % params)


class Values:
    """The inputs of a calculation as read, by name and by what they are."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        """Keep the values; what was left out is absent."""
        self._values = dict(values)

    def has(self, name: str) -> bool:
        """Say whether the input was given."""
        return name in self._values

    def __getitem__(self, name: str) -> Fraction:
        """Return a number."""
        value = self._values[name]
        if not isinstance(value, Fraction):
            raise TypeError(f"{name} is not a number")
        return value

    def count(self, name: str) -> int:
        """Return a whole number."""
        return int(self[name])

    def many(self, name: str) -> tuple[Fraction, ...]:
        """Return a list of numbers."""
        value = self._values[name]
        if not isinstance(value, tuple):
            raise TypeError(f"{name} is not a list")
        return value

    def day(self, name: str) -> date:
        """Return a day."""
        value = self._values[name]
        if not isinstance(value, date):
            raise TypeError(f"{name} is not a day")
        return value

    def text(self, name: str) -> str:
        """Return a choice."""
        value = self._values[name]
        if not isinstance(value, str):
            raise TypeError(f"{name} is not a text")
        return value


def read(given: object, wanted: Input) -> Value:
    """Return the value of one input, read by its kind.

    Numbers use a decimal point and may group thousands by commas; a rate is a ratio (0.03) or a
    percentage (3%); the values of a list are separated by spaces, semicolons or line ends. Raises
    InputError with the reason.

    Source: R24.
    """
    if wanted.kind in LISTS:
        return _list(given, wanted)
    text = as_text(given)
    if wanted.kind == Kind.DAY:
        return _day(text)
    if wanted.kind == Kind.CHOICE:
        if text not in wanted.choices:
            raise InputError("choice", known=", ".join(wanted.choices))
        return text
    return _checked(text, wanted, wanted.kind)


def as_text(given: object) -> str:
    """Return what was typed or sent as text; a truth value or anything nested is refused.

    Source: R24.
    """
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise InputError("not_text")
    text = given if isinstance(given, str) else f"{Decimal(str(given)):f}"
    if len(text) > LONGEST_TEXT:
        raise InputError("too_large", digits=str(MOST_DIGITS), places=str(MOST_PLACES))
    return text.strip()


def number(text: str) -> tuple[Fraction, int, bool]:
    """Return a number, its decimal places as a ratio, and whether it was a percentage.

    Example: "45.95%" is 0.4595 with 4 places. Raises InputError.

    Source: R24.
    """
    is_percentage = text.endswith("%")
    try:
        amount = parse_amount(text.removesuffix("%").strip(), decimal=".")
    except ParseError as wrong:
        raise InputError("malformed", text=text, reason=str(wrong)) from None
    exponent = amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if amount.adjusted() >= MOST_DIGITS or places > MOST_PLACES:
        raise InputError("too_large", digits=str(MOST_DIGITS), places=str(MOST_PLACES))
    if is_percentage:
        return Fraction(amount) / 100, places + 2, True
    return Fraction(amount), places, False


def _list(given: object, wanted: Input) -> tuple[Fraction, ...]:
    parts = list(given) if isinstance(given, list | tuple) else _SEPARATORS.split(as_text(given))
    found = [as_text(part) for part in parts]
    found = [part for part in found if part]
    if not found:
        raise InputError("required")
    if len(found) > MOST_ITEMS:
        raise InputError("too_many", most=str(MOST_ITEMS))
    return tuple(_checked(part, wanted, LISTS[wanted.kind]) for part in found)


def _checked(text: str, wanted: Input, kind: Kind) -> Fraction:
    value, _places, is_percentage = number(text)
    if is_percentage and kind != Kind.RATE:
        raise InputError("malformed", text=text, reason="a percentage is not asked for here.")
    if wanted.low is not None and value < wanted.low:
        raise InputError("below", limit=_limit(wanted.low, kind))
    if wanted.high is not None and value > wanted.high:
        _refuse_high(text, wanted.high, kind, is_percentage=is_percentage)
    if kind == Kind.COUNT and value.denominator != 1:
        raise InputError("not_whole")
    return value


def _refuse_high(text: str, high: Fraction, kind: Kind, *, is_percentage: bool) -> None:
    if kind == Kind.RATE and high == 1 and not is_percentage:
        raise InputError("rate_above_one", text=text)
    raise InputError("above", limit=_limit(high, kind))


def _limit(value: Fraction, kind: Kind) -> str:
    return f"{float(value * 100):g} %" if kind == Kind.RATE else f"{float(value):g}"


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ParseError as wrong:
        raise InputError("malformed", text=text, reason=str(wrong)) from None
