"""What a person expected against the right figure: right, cut off, a mistake, or neither."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from contracts.rules.money import round_half_up
from contracts.rules.parsing import ParseError, parse_date
from metrics.rules.calculators.inputs import InputError, as_text, number
from metrics.rules.calculators.vocabulary import Figure, Unit
from metrics.rules.presentation import quotient

WORD_PLACES = 2
FINE_PLACES = 4
SMALL_PART = Fraction(1, 200)

TEMPLATES: dict[str, str] = {
    "right": "%(claimed)s is right.",
    "truncated": "%(claimed)s is cut off, not rounded: the figure is %(figure)s.",
    "mistake": "%(claimed)s comes from a known mistake: %(mistake)s. The figure is %(figure)s.",
    "imprecise": "%(claimed)s is off by one in its last digit, as if a step in between had been"
    " rounded or cut off: the figure is %(figure)s.",
    "unexplained": "%(claimed)s does not follow from these inputs, nor from a known mistake:"
    " the figure is %(figure)s.",
    "undefined": "Nothing can be claimed: the figure is undefined, it divides by zero.",
}
REVERSED = "the sign is reversed"
INVERTED = "the division is upside down"


class Verdict(StrEnum):
    """What a claim turned out to be."""

    RIGHT = "right"
    TRUNCATED = "truncated"
    MISTAKE = "mistake"
    IMPRECISE = "imprecise"
    UNEXPLAINED = "unexplained"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class MistakenFigure:
    """A known mistake and the figure it gives from these inputs; None where it divides by zero."""

    text: str
    value: Figure

    def words(self, unit: Unit) -> str:
        """The figure as a sentence writes it."""
        return in_words(self.value, unit)


@dataclass(frozen=True, slots=True)
class Claim:
    """The verdict on a claimed figure: a template, its values, the mistake that explains it."""

    verdict: Verdict
    template: str
    params: dict[str, str]
    mistake: str = ""

    @property
    def text(self) -> str:
        """The English sentence; `template % params` serves a translation."""
        return self.template % self.params


def in_words(value: Figure, unit: Unit) -> str:
    """Write a figure as a sentence does: 1,666.67, 16.67 %, 10.5, 2026-01-14; a dash for None.

    Source: C7, C10.
    """
    if value is None:
        return "—"
    if isinstance(value, date):
        return value.isoformat()
    if unit == Unit.MONEY:
        return f"{round_half_up(value, WORD_PLACES):,.2f}"
    if unit == Unit.RATIO:
        return f"{_trimmed(round_half_up(value * 100, WORD_PLACES))} %"
    return _trimmed(round_half_up(value, FINE_PLACES))


def judge(
    claimed: object, figure: Figure, unit: Unit, mistakes: tuple[MistakenFigure, ...]
) -> Claim:
    """Say what a claimed figure is, to as many digits as it was given with.

    Where a mistake gives the claim exactly and the figure only when rounded, it is the mistake. A
    ratio without a percent sign is also tried as a percentage (51 for 51 %). Raises InputError if
    the claim cannot be read.

    Source: C10.
    """
    text = as_text(claimed)
    words = {"claimed": text, "figure": in_words(figure, unit)}
    readings = _readings(text, unit)
    if figure is None:
        return Claim(Verdict.UNDEFINED, TEMPLATES["undefined"], words)
    exact = _exact(figure, readings, mistakes)
    if exact is not None:
        return _mistaken(exact, words)
    if any(_rounds_to(figure, *reading) for reading in readings):
        return Claim(Verdict.RIGHT, TEMPLATES["right"], words)
    if any(_truncates_to(figure, *reading) for reading in readings):
        return Claim(Verdict.TRUNCATED, TEMPLATES["truncated"], words)
    for mistake in (*mistakes, *_general(figure)):
        if any(_gives(mistake.value, *reading) for reading in readings):
            return _mistaken(mistake, words)
    if any(_nearly(figure, *reading) for reading in readings):
        return Claim(Verdict.IMPRECISE, TEMPLATES["imprecise"], words)
    return Claim(Verdict.UNEXPLAINED, TEMPLATES["unexplained"], words)


Reading = tuple[Fraction | date, int]


def _readings(text: str, unit: Unit) -> list[Reading]:
    if unit == Unit.DATE:
        try:
            return [(parse_date(text), 0)]
        except ParseError as wrong:
            raise InputError("malformed", text=text, reason=str(wrong)) from None
    value, places, is_percentage = number(text)
    found: list[Reading] = [(value, places)]
    if unit == Unit.RATIO and not is_percentage:
        found.append((value / 100, places + 2))
    return found


def _mistaken(mistake: MistakenFigure, words: dict[str, str]) -> Claim:
    params = words | {"mistake": mistake.text}
    return Claim(Verdict.MISTAKE, TEMPLATES["mistake"], params, mistake.text)


def _exact(
    figure: Fraction | date, readings: list[Reading], mistakes: tuple[MistakenFigure, ...]
) -> MistakenFigure | None:
    """Return the mistake that gives a claim exactly where the figure does not."""
    claimed = {value for value, _places in readings}
    if figure in claimed:
        return None
    return next((each for each in mistakes if each.value in claimed), None)


def _general(figure: Fraction | date) -> Iterator[MistakenFigure]:
    """Yield the mistakes that can be made with every formula."""
    if isinstance(figure, Fraction):
        yield MistakenFigure(REVERSED, -figure)
        yield MistakenFigure(INVERTED, quotient(1, figure))


def _rounds_to(figure: Fraction | date, claimed: Fraction | date, places: int) -> bool:
    if isinstance(figure, date) or isinstance(claimed, date):
        return figure == claimed
    return Fraction(round_half_up(figure, places)) == claimed


def _truncates_to(figure: Fraction | date, claimed: Fraction | date, places: int) -> bool:
    if isinstance(figure, date) or isinstance(claimed, date):
        return False
    return Fraction(int(figure * 10**places), 10**places) == claimed


def _nearly(figure: Fraction | date, claimed: Fraction | date, places: int) -> bool:
    """Say whether a claim is one off in its last digit, and that digit is a small part of it."""
    if isinstance(figure, date) or isinstance(claimed, date):
        return False
    step = Fraction(1, 10**places)
    off = abs(Fraction(round_half_up(figure, places)) - claimed)
    return off == step and step <= abs(figure) * SMALL_PART


def _gives(mistaken: Figure, claimed: Fraction | date, places: int) -> bool:
    """Say whether a mistake gives the claimed figure, rounded or cut off."""
    if mistaken is None:
        return False
    return _rounds_to(mistaken, claimed, places) or _truncates_to(mistaken, claimed, places)


def _trimmed(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
