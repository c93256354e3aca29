"""What each contract was worth and cost on each single day."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import Any

from metrics.queries.question import Question
from tests.metrics.stories import ContractStory, Story, TermStory

DAY = timedelta(days=1)
Unit = Callable[[ContractStory], str]
Figures = dict[str, Any]


def days(first: date, last: date) -> Iterator[date]:
    """Yield each day, both ends included."""
    while first <= last:
        yield first
        first += DAY


def birthday(start: date, number: int) -> date:
    """Return the `number`-th anniversary; 29 February is the 28th in a common year."""
    try:
        return start.replace(year=start.year + number)
    except ValueError:
        return date(start.year + number, 2, 28)


def day_cost(value: Decimal | Fraction, start: date, day: date) -> Fraction:
    """Return what a day of a term from `start` costs."""
    return part(value, year_of(start, day))


@cache
def year_of(start: date, day: date) -> int:
    """Return how many days the year of a term has that holds a day."""
    number = day.year - start.year
    number -= birthday(start, number) > day
    return (birthday(start, number + 1) - birthday(start, number)).days


@cache
def part(value: Decimal | Fraction, count: int) -> Fraction:
    """Divide an amount exactly."""
    return Fraction(value) / count


def standing(contract: ContractStory) -> list[TermStory]:
    """Return the terms that are not void, by number."""
    limit = contract.cancelled or date.max
    return sorted((t for t in contract.terms if t.start <= limit), key=lambda t: t.seq)


def in_force(contract: ContractStory, day: date) -> TermStory | None:
    """Return the term of that day: the highest number of those that cover it."""
    if contract.cancelled is not None and day > contract.cancelled:
        return None
    covering = [t for t in contract.terms if t.start <= day <= t.end]
    return max(covering, key=lambda t: t.seq) if covering else None


def printed(value: Fraction | Decimal | int | None, places: int) -> str | None:
    """Print rounded half up, away from zero."""
    if value is None:
        return None
    exact = Fraction(value)
    with localcontext() as context:
        context.prec = 80
        number = Decimal(exact.numerator) / Decimal(exact.denominator)
        return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0:f}"


def money(value: Fraction | Decimal | int) -> str | None:
    """Print an amount."""
    return printed(value, 2)


def share(part: Fraction | int, whole: Fraction | int) -> str | None:
    """Print a ratio, nothing where the whole is zero."""
    return printed(Fraction(part) / Fraction(whole), 6) if whole else None


class Days:
    """A story and a question to it."""

    def __init__(self, story: Story, question: Question) -> None:
        self.story = story
        self.first, self.last = question.window.start, question.window.end
        self.as_of, self.by, self.grace = question.as_of, question.by, question.grace
        self.before = self.first - DAY
        self.currencies = sorted({c.currency for c in story.contracts})
        self.lineage = self._lineages()
        self.worth: dict[tuple[str, date], Decimal] = {}
        self.cost: dict[tuple[str, date], Fraction] = {}
        self.lived: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for contract in story.contracts:
            self._live(contract)

    def _live(self, contract: ContractStory) -> None:
        if not contract.terms:
            return
        first = min(t.start for t in contract.terms)
        for day in days(first, max(t.end for t in contract.terms)):
            found = in_force(contract, day)
            if found is not None:
                self.worth[contract.name, day] = found.value
                self.lived[contract.name].append((day, found.value))
                self.cost[contract.name, day] = day_cost(found.value, found.start, day)

    def _lineages(self) -> dict[str, str]:
        root = {c.name: c.name for c in self.story.contracts}
        for _ in root:
            for old, new in self.story.links:
                root[old] = root[new] = min(root[old], root[new])
        return root

    def unit(self, name: str) -> Unit:
        """Return how contracts are gathered."""
        return {
            "contract": lambda c: c.name,
            "vendor": lambda c: c.vendor,
            "lineage": lambda c: self.lineage[c.name],
        }[name]

    def rate(self, currency: str, on: date) -> Fraction | None:
        """Return units of a currency for one euro by the last fixing."""
        if currency == "EUR":
            return Fraction(1)
        known = [(day, rate) for day, name, rate in self.story.rates if name == currency]
        fixed = [pair for pair in known if pair[0] <= on]
        return Fraction(max(fixed)[1]) if fixed else None
