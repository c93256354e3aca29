"""Amounts of several currencies, and all of them in one at a stated fixing (C8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from metrics.rules.conversion import Fixing
from metrics.rules.presentation import rounded

Exact = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts of several currencies, and all of them in one at a stated fixing."""

    by_currency: Mapping[str, Decimal]
    converted: Decimal
    base: str
    unconverted: frozenset[str]


class Valued(Protocol):
    """An amount of one currency under a label and a name."""

    @property
    def label(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def value(self) -> Fraction: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of the figures file: its key, and its amount as agreed."""

    key: str
    label: str
    currency: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its amount in one currency, and the figures that it is made of."""

    name: str
    amounts: Exact
    money: Money
    exact: Fraction
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """The currency that everything is shown in, and the fixing it is converted at."""

    currency: str
    at: Fixing

    def exact(self, amounts: Exact) -> Fraction:
        """Return the converted sum; what has no rate is left out."""
        return sum(
            (value * (self.at.factor(name, self.currency) or 0) for name, value in amounts.items()),
            Fraction(0),
        )

    def money(self, amounts: Exact) -> Money:
        """Return the amounts as agreed and converted, each rounded once (C10)."""
        return Money(
            {currency: rounded(value, currency) for currency, value in sorted(amounts.items())},
            rounded(self.exact(amounts), self.currency),
            self.currency,
            frozenset(name for name in amounts if self.at.factor(name, self.currency) is None),
        )


def line_of(name: str, amounts: Exact, parts: tuple[Part, ...], base: Base) -> Line:
    """Return a row of these exact amounts."""
    return Line(name, amounts, base.money(amounts), base.exact(amounts), parts)


def lines(rows: Iterable[Valued], per: str, keyed_by: tuple[str, ...], base: Base) -> list[Line]:
    """Gather amounts `per` label or name; keys are those of the figures file, currency last."""
    found: dict[str, list[Valued]] = defaultdict(list)
    for row in rows:
        found[getattr(row, per)].append(row)
    return [_line(name, own, keyed_by, base) for name, own in found.items()]


def _line(name: str, rows: list[Valued], keyed_by: tuple[str, ...], base: Base) -> Line:
    amounts: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        amounts[row.currency] += row.value
    parts = tuple(
        Part(
            "|".join([*(getattr(row, part) for part in keyed_by), row.currency]),
            row.label,
            row.currency,
            rounded(row.value, row.currency),
        )
        for row in rows
    )
    return line_of(name, amounts, parts, base)
