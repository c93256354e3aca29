"""Spend by adding days up."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from tests.metrics.oracle.days import DAY, Days, Figures, birthday, day_cost, days, money
from tests.metrics.stories import ContractStory


class Spending(Days):
    """Accrued, annualised, committed, forecast."""

    def accruals(self) -> Figures:
        """Add day costs under each key."""
        sums: dict[str, dict[str, Fraction]] = {
            f"accrual_{k}": defaultdict(Fraction)
            for k in ("month", "quarter", "year", "vendor", "category", "department")
        }
        for c in self.story.contracts:
            months: dict[date, Fraction] = defaultdict(Fraction)
            for each in days(self.first, self.last):
                months[each.replace(day=1)] += self.cost.get((c.name, each), Fraction(0))
            for day, cost in months.items():
                keys = {
                    "month": f"{day:%Y-%m}",
                    "quarter": f"{day.year}-Q{-(-day.month // 3)}",
                    "year": f"{day.year}",
                    "vendor": f"{day.year}|{c.vendor}",
                    "category": f"{day.year}|{c.category}",
                    "department": f"{day.year}|{c.department}",
                }
                for name, key in keys.items():
                    sums[f"accrual_{name}"][f"{key}|{c.currency}"] += cost
        return {k: {key: money(v) for key, v in rows.items() if v} for k, rows in sums.items()}

    def snapshots(self) -> Figures:
        """Add annual values on two days."""
        closing: dict[str, Fraction] = defaultdict(Fraction)
        opening: dict[str, Fraction] = defaultdict(Fraction)
        category: dict[str, Fraction] = defaultdict(Fraction)
        for c in self.story.contracts:
            value = Fraction(self.worth.get((c.name, self.last), 0))
            closing[c.currency] += value
            category[f"{c.category}|{c.currency}"] += value
            opening[c.currency] += Fraction(self.worth.get((c.name, self.before), 0))
        found = {"annualised": closing, "annualised_open": opening, "annualised_category": category}
        return {k: {key: money(v) for key, v in rows.items() if v} for k, rows in found.items()}

    def commitments(self) -> Figures:
        """Add the days after the as-of day, and all days of all terms."""
        committed: dict[str, Fraction] = defaultdict(Fraction)
        whole: dict[str, Fraction] = defaultdict(Fraction)
        for c in self.story.contracts:
            for t in c.terms:
                whole[c.currency] += sum(
                    (day_cost(t.value, t.start, day) for day in days(t.start, t.end)), Fraction(0)
                )
            if c.signed is None or c.signed <= self.as_of:
                committed[c.currency] += sum(
                    (self.cost[c.name, day] for day, _ in self.lived[c.name] if day > self.as_of),
                    Fraction(0),
                )
        found = {"committed_remaining": committed, "tcv": whole}
        return {k: {key: money(v) for key, v in rows.items() if v} for k, rows in found.items()}

    def forecasts(self) -> Figures:
        """Walk through the year after the as-of day."""
        kinds = ("committed", "flat", "uplift")
        sums: dict[str, dict[str, Fraction]] = {k: defaultdict(Fraction) for k in kinds}
        for c in self.story.contracts:
            if c.signed is not None and c.signed > self.as_of:
                continue
            for day in days(self.as_of + DAY, birthday(self.as_of, 1)):
                key = f"{day:%Y-%m}|{c.currency}"
                cost = self.cost.get((c.name, day))
                for kind in kinds:
                    sums[kind][key] += self.assumed(c, day, kind) if cost is None else cost
        return {
            f"forecast_{k}": {key: money(v) for key, v in rows.items() if v}
            for k, rows in sums.items()
        }

    def assumed(self, c: ContractStory, day: date, kind: str) -> Fraction:
        """Return what a day without a term costs if the contract renews by itself."""
        if kind == "committed" or not c.auto or c.cancelled is not None or not c.terms:
            return Fraction(0)
        last = max(c.terms, key=lambda t: (t.end, t.seq))
        if last.end < self.as_of or day <= last.end:
            return Fraction(0)
        whole = next((n for n in range(1, 9) if birthday(last.start, n) == last.end + DAY), 0)
        number, start = 1, last.end + DAY
        while True:
            after = (
                birthday(last.start, whole * (number + 1))
                if whole
                else start + (last.end - last.start + DAY)
            )
            if day < after:
                break
            number, start = number + 1, after
        grown = Fraction(last.value)
        if kind == "uplift":
            grown *= (1 + Fraction(c.cap or 0) / 100) ** number
        return day_cost(grown, start, day)
