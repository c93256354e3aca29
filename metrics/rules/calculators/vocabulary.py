"""What a calculator is, and the words of its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from metrics.rules.calculators.inputs import Input, Kind, Values

Figure = Fraction | date | None
Compute = Callable[[Values], Figure]


class Unit(StrEnum):
    """What a figure is: money in the currency of the inputs, a ratio, days, points, a day ..."""

    MONEY = "money"
    RATIO = "ratio"
    DAYS = "days"
    PERIODS = "periods"
    POINTS = "points"
    DATE = "date"


class Subject(StrEnum):
    """The groups in which calculators are offered."""

    VALUE = "Contract value"
    RETENTION = "Retention"
    CHURN = "Churn"
    RENEWALS = "Renewals"
    PRICES = "Prices and savings"
    PURCHASES = "Purchases and customers"
    LIFETIME = "Lifetime value"
    CAPITAL = "Payment days"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A well-known mistake: what people do, and the figure it gives from the same inputs.

    `needs` names the optional inputs without which it cannot be worked out.
    """

    text: str
    figure: Compute
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What holds between inputs; otherwise `template` is the error of the input `name`."""

    name: str
    template: str
    holds: Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Note:
    """A warning that depends on the inputs and the figure."""

    code: str
    text: str
    applies: Callable[[Values, Figure], bool]


@dataclass(frozen=True, slots=True)
class Calculator:
    """One figure of the field: its formula, the choice of its variant, its inputs, its mistakes."""

    name: str
    title: str
    subject: Subject
    formula: str
    variant: str
    unit: Unit
    inputs: tuple[Input, ...]
    compute: Compute
    example: Mapping[str, str]
    mistakes: tuple[Mistake, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = field(default=())


def amount(name: str, label: str, *, default: str = "") -> Input:
    """Return an amount of money, not below zero."""
    return Input(name, label, Kind.AMOUNT, default=default)


def aside(name: str, label: str, kind: Kind = Kind.AMOUNT) -> Input:
    """Return an input that is no part of the formula; with it one more mistake is recognised."""
    return Input(name, label, kind, optional=True)


def number(name: str, label: str, *, default: str = "", high: int = 10_000) -> Input:
    """Return a number that may have decimals, not below zero."""
    return Input(name, label, Kind.NUMBER, default=default, high=Fraction(high))


def count(name: str, label: str, *, default: str = "", low: int = 0, high: int = 10**12) -> Input:
    """Return a whole number."""
    return Input(name, label, Kind.COUNT, default=default, low=Fraction(low), high=Fraction(high))


def share(name: str, label: str, *, default: str = "") -> Input:
    """Return a rate from 0 to 100 %."""
    return Input(name, label, Kind.RATE, default=default, high=Fraction(1))


def rate(name: str, label: str, *, low: int = 0, high: int = 100) -> Input:
    """Return a rate that may pass 100 %."""
    return Input(name, label, Kind.RATE, low=Fraction(low), high=Fraction(high))


def same_length(name: str, other: str, template: str) -> Check:
    """Return the check that two lists have a value for each other's."""
    return Check(name, template, lambda v: len(v.many(name)) == len(v.many(other)))


def at_most(name: str, other: str, template: str) -> Check:
    """Return the check that one number does not pass another."""
    return Check(name, template, lambda v: v[name] <= v[other])
