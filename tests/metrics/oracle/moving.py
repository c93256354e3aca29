"""Retention by comparing days."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.metrics.oracle.days import DAY, Days, Figures, days, money, share
from tests.metrics.stories import ContractStory


class Moving(Days):
    """Movements, retention, flows and cohorts."""

    def value(self, members: list[ContractStory], day: date, base: str | None) -> Fraction:
        """Return the worth of contracts at the end of a day, converted at the opening fixing."""
        total = Fraction(0)
        for c in members:
            worth = Fraction(self.worth.get((c.name, day), 0))
            if base not in (None, c.currency):
                own, other = self.rate(c.currency, self.before), self.rate(str(base), self.before)
                worth = worth / own * other if own and other else Fraction(0)
            total += worth
        return total

    def paid_by(self, members: list[ContractStory], day: date) -> bool:
        """Say whether any of them cost anything on any day up to this one."""
        return any(d <= day and v for c in members for d, v in self.lived[c.name])

    def moves(
        self, unit: str, currency: str | None, first: date, last: date, base: str | None = None
    ) -> dict[str, Any]:
        """Classify each unit between the ends of two days."""
        groups: dict[str, list[ContractStory]] = defaultdict(list)
        for c in self.story.contracts:
            if currency in (None, c.currency):
                groups[self.unit(unit)(c)].append(c)
        sums: dict[str, Any] = defaultdict(Fraction)
        counts: dict[str, int] = defaultdict(int)
        for members in groups.values():
            v0, v1 = (self.value(members, day, base) for day in (first, last))
            sums["opening"] += v0
            sums["closing"] += v1
            counts["S"] += v0 > 0
            counts["E"] += v1 > 0
            counts["kept"] += v0 > 0 and v1 > 0
            if v0 > 0 and v1 == 0:
                sums["churn"] += v0
                counts["churn"] += 1
            elif v0 > 0:
                sums["expansion"] += max(v1 - v0, 0)
                sums["contraction"] += max(v0 - v1, 0)
            elif v1 > 0:
                kind = "reactivation" if self.paid_by(members, first) else "new"
                sums[kind] += v1
                counts[kind] += 1
        return {"sums": sums, "counts": counts}

    def retention(self) -> Figures:
        """Compare the day before the window with its last day."""
        found: Figures = {}
        for unit in ("contract", "vendor", "lineage"):
            for currency in self.currencies:
                moved = self.moves(unit, currency, self.before, self.last)
                found[f"retention_{unit}_{currency}"] = retention_row(moved)
        for base in ("EUR", "USD"):
            moved = self.moves("vendor", None, self.before, self.last, base)
            found[f"retention_vendor_all_const_{base}"] = retention_row(moved)
        return found

    def month_ends(self) -> list[date]:
        """Return the last day of each month of the window."""
        ends = [d for d in days(self.first, self.last) if (d + DAY).day == 1]
        return ends if ends and ends[-1] == self.last else [*ends, self.last]

    def months(self) -> Figures:
        """Compare month ends."""
        found: Figures = {}
        for currency in self.currencies:
            months: Figures = {}
            before = self.before
            for end in self.month_ends():
                moved = self.moves(self.by, currency, before, end)
                counts = moved["counts"]
                months[f"{end:%Y-%m}"] = amounts(moved["sums"]) | {
                    "n_new": counts["new"],
                    "n_reactivation": counts["reactivation"],
                    "n_churn": counts["churn"],
                }
                before = end
            found[f"movements_month_{currency}"] = months
            found[f"retention_flow_{currency}"] = self.flow(currency)
        return found

    def flow(self, currency: str) -> Figures:
        """Follow the units of the opening from month end to month end."""
        groups: dict[str, list[ContractStory]] = defaultdict(list)
        for c in self.story.contracts:
            if c.currency == currency:
                groups[self.unit(self.by)(c)].append(c)
        opening = drops = rises = Fraction(0)
        for members in groups.values():
            at = [self.value(members, d, None) for d in (self.before, *self.month_ends())]
            if at[0] > 0:
                opening += at[0]
                steps = [after - before for before, after in pairwise(at)]
                drops -= sum((step for step in steps if step < 0), Fraction(0))
                rises += sum((step for step in steps if step > 0), Fraction(0))
        return {
            "GRR_flow": share(opening - drops, opening),
            "NRR_flow": share(opening - drops + rises, opening),
        }

    def cohorts(self) -> Figures:
        """Gather units by the year of their first paid day."""
        found: Figures = {}
        last = self.as_of.year - (self.as_of != date(self.as_of.year, 12, 31))
        for currency in self.currencies:
            paid: dict[str, set[date]] = defaultdict(set)
            worth: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
            for c in self.story.contracts:
                unit = self.unit(self.by)(c)
                for day, value in self.lived[c.name]:
                    if c.currency == currency and value:
                        paid[unit].add(day)
                        if (day.month, day.day) == (12, 31):
                            worth[unit][day.year] += Fraction(value)
            cohorts: dict[int, list[str]] = defaultdict(list)
            for unit, on in paid.items():
                if min(on) <= self.as_of:
                    cohorts[min(on).year].append(unit)
            found[f"cohorts_year_{currency}"] = {
                str(year): {
                    "size": len(units),
                    "logos": [
                        share(sum(any(d.year == y for d in paid[u]) for u in units), len(units))
                        for y in range(year, last + 1)
                    ],
                    "value": [
                        share(sum(worth[u][y] for u in units), sum(worth[u][year] for u in units))
                        for y in range(year, last + 1)
                    ],
                }
                for year, units in cohorts.items()
            }
        return found


def amounts(sums: dict[str, Any]) -> Figures:
    """Print the amounts of a waterfall."""
    names = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
    return {name: money(sums[name]) for name in names}


def retention_row(moved: dict[str, Any]) -> Figures:
    """Print retention from the sums and counts of a window."""
    s, n = moved["sums"], moved["counts"]
    opening, lost = s["opening"], s["churn"] + s["contraction"]
    kept = opening - lost + s["expansion"]
    return amounts(s) | {
        "S": n["S"],
        "E": n["E"],
        "kept": n["kept"],
        "N_new": n["new"],
        "N_reactivated": n["reactivation"],
        "GRR": share(opening - lost, opening),
        "NRR": share(kept, opening),
        "DRR": share(kept, opening),
        "logo_retention": share(n["kept"], n["S"]),
        "CRR": share(n["E"] - n["new"] - n["reactivation"], n["S"]),
        "churn_rate": share(n["churn"], n["S"]),
        "revenue_churn_gross": share(lost, opening),
        "revenue_churn_net": share(lost - s["expansion"], opening),
        "revenue_churn_net_incl_reactivation": share(
            lost - s["expansion"] - s["reactivation"], opening
        ),
        "existing_growth": share(kept - opening, opening),
    }
