"""Portfolios of random histories, many at a time, and questions to them: the same for the same seed."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from contracts.rules.period import Period
from metrics.queries.question import Question
from tests.metrics.oracle import birthday
from tests.metrics.stories import ContractStory, Story, TermStory

DAY = timedelta(days=1)
FIRST = date(2022, 11, 1)
AWKWARD = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 1, 1)]
AWKWARD += [date(2024, 1, 1), date(2023, 12, 31)]
CURRENCIES = ("EUR", "USD", "GBP")
T = TypeVar("T")


class Chance:
    """Draws stories from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one(self, rows: Sequence[T]) -> T:
        return self.random.choice(rows)

    def day(self) -> date:
        near = FIRST + DAY * self.random.randrange(900)
        return self.one([near, near, self.one(AWKWARD)])

    def value(self) -> Decimal:
        """Return an annual value; one in eight is zero."""
        drawn = Decimal(self.random.randrange(3_000_000)).scaleb(-2)
        return self.one([Decimal(0), *[drawn] * 7])

    def terms(self) -> tuple[TermStory, ...]:
        """Return terms that renew late, early or on time, with gaps in their numbers, in any order."""
        start, chain, seq = self.day(), [], 0
        for _ in range(self.random.randint(1, 4)):
            seq += self.one([1, 1, 1, 2])
            whole = self.one([0, 0, 0, 1, 2, 3])
            days = self.random.randint(1, 500)
            end = birthday(start, whole) if whole else start + DAY * days
            chain.append(TermStory(seq, start, end - DAY, self.value()))
            start = end + DAY * self.one([0, 0, 0, 1, 29, 30, 31, 90, -1, -40])
        self.random.shuffle(chain)
        return tuple(chain)

    def contract(self, name: str, vendors: Sequence[str]) -> ContractStory:
        """Return a contract; a cancellation falls on a first or last day, or beside one."""
        terms = self.terms()
        edges = [day for t in terms for day in (t.start, t.end, t.start - DAY)]
        return ContractStory(
            name,
            terms,
            vendor=self.one(vendors),
            category=self.one(["CRM", "Ops"]),
            department=self.one(["IT", "Sales"]),
            currency=self.one(CURRENCIES),
            auto=self.one([True, False]),
            cap=self.one([None, Decimal(5), Decimal("2.5")]),
            signed=self.one([None, self.day()]),
            cancelled=self.one([None, None, self.one(edges)]),
        )

    def story(self, histories: int) -> Story:
        """Return a portfolio: two contracts to a vendor, one in three linked onward."""
        vendors = [f"V{number:03}" for number in range(max(histories // 2, 1))]
        names = [f"C{number:03}" for number in range(histories)]
        contracts = tuple(self.contract(name, vendors) for name in names)
        links = {
            pair
            for _ in range(histories // 3)
            if (pair := tuple(sorted(self.random.sample(names, 2))))
        }
        rates = {
            (self.day(), self.one(CURRENCIES[1:])): Decimal(self.random.randint(5000, 20000))
            for _ in range(self.random.randint(0, 8))
        }
        fixings = tuple((day, name, rate.scaleb(-4)) for (day, name), rate in rates.items())
        return Story(contracts, tuple(sorted((a, b) for a, b in links)), fixings)

    def question(self, story: Story) -> Question:
        """Return what is asked: days that often fall where something starts or ends."""
        grace = self.one([0, 30, 45])
        terms = self.one(story.contracts).terms
        event = self.one([day for t in terms for day in (t.start, t.end)])
        first = self.one([event - DAY * self.one([0, 1, 30, 200]), self.day()])
        last = first + DAY * self.one([0, 27, 30, 89, 364, 365, 399])
        answered = event + DAY * self.one([-1, 0, 1, grace, grace, grace + 1, grace + 2])
        as_of = self.one([answered, last + DAY * self.random.randint(-200, 200)])
        return Question(
            Period(first, last), as_of, self.one(["vendor", "contract", "lineage"]), grace
        )
