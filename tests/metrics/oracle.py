"""The figures again, the slow way: every day of every contract looked at one by one.

Nothing of `metrics` is used here, and no formula is shared with it: only the definitions.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

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
    number = 0
    while birthday(start, number + 1) <= day:
        number += 1
    return Fraction(value) / (birthday(start, number + 1) - birthday(start, number)).days


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


class Oracle:
    """A story and a question to it."""

    def __init__(
        self, story: Story, first: date, last: date, as_of: date, *, by: str, grace: int
    ) -> None:
        self.story, self.first, self.last = story, first, last
        self.as_of, self.by, self.grace = as_of, by, grace
        self.before = first - DAY
        self.currencies = sorted({c.currency for c in story.contracts})
        self.lineage = self._lineages()
        self.worth: dict[tuple[str, date], Decimal] = {}
        self.cost: dict[tuple[str, date], Fraction] = {}
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

    def figures(self) -> Figures:
        """Return what can be told by looking at each day."""
        return {
            **self.accruals(),
            **self.snapshots(),
            **self.commitments(),
            **self.retention(),
            **self.months(),
            **self.renewals(),
            **self.cohorts(),
            **self.forecasts(),
        }

    def accruals(self) -> Figures:
        """Add day costs under each key."""
        sums: dict[str, dict[str, Fraction]] = {
            f"accrual_{k}": defaultdict(Fraction)
            for k in ("month", "quarter", "year", "vendor", "category", "department")
        }
        for c in self.story.contracts:
            for day in days(self.first, self.last):
                cost = self.cost.get((c.name, day), Fraction(0))
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
        closing, opening, category = (defaultdict(Fraction) for _ in range(3))
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
                    (v for (n, day), v in self.cost.items() if n == c.name and day > self.as_of),
                    Fraction(0),
                )
        found = {"committed_remaining": committed, "tcv": whole}
        return {k: {key: money(v) for key, v in rows.items() if v} for k, rows in found.items()}

    def rate(self, currency: str, on: date) -> Fraction | None:
        """Return units of a currency for one euro by the last fixing."""
        if currency == "EUR":
            return Fraction(1)
        known = [(day, rate) for day, name, rate in self.story.rates if name == currency]
        fixed = [pair for pair in known if pair[0] <= on]
        return Fraction(max(fixed)[1]) if fixed else None

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
        names = {c.name for c in members}
        return any(n in names and d <= day and v for (n, d), v in self.worth.items())

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
                drops += sum((max(a - b, 0) for a, b in zip(at, at[1:], strict=False)), Fraction(0))
                rises += sum((max(b - a, 0) for a, b in zip(at, at[1:], strict=False)), Fraction(0))
        return {
            "GRR_flow": share(opening - drops, opening),
            "NRR_flow": share(opening - drops + rises, opening),
        }

    def renewals(self) -> Figures:
        """Look at each term that ends in the window, without links and with them."""
        found: Figures = {}
        for currency in self.currencies:
            for name, linked in (("renewal_rates", True), ("renewal_rates_nolinks", False)):
                due = renewed = still_open = 0
                expiring = capped = value = Fraction(0)
                for c in self.story.contracts:
                    for t in standing(c) if c.currency == currency else ():
                        if not (self.first <= t.end <= self.last and t.value):
                            continue
                        answer = self.successor(c, t, linked=linked)
                        if answer == "open":
                            still_open += 1
                            continue
                        due += 1
                        expiring += Fraction(t.value)
                        if isinstance(answer, Fraction):
                            renewed += 1
                            value += answer
                            capped += min(answer, Fraction(t.value))
                found[f"{name}_{currency}"] = {
                    "due": due,
                    "renewed": renewed,
                    "open": still_open,
                    "expiring": money(expiring),
                    "renewed_capped": money(capped),
                    "renewed_value": money(value),
                    "GRR": share(capped, expiring),
                    "NRR": share(value, expiring),
                    "logo": share(renewed, due),
                }
        return found

    def successor(self, c: ContractStory, t: TermStory, *, linked: bool) -> Fraction | str:
        """Return the successor's value, "lost" or "open"."""
        limit = t.end + DAY * (1 + self.grace)
        later = [s for s in standing(c) if s.seq > t.seq]
        if later and later[0].start <= limit:
            return Fraction(later[0].value)
        if linked and not later:
            follower = self.linked_value(c, t, limit)
            if follower is not None:
                return follower
        if c.cancelled is not None and c.cancelled <= t.end and c.cancelled <= self.as_of:
            return "lost"
        return "lost" if self.as_of > t.end + DAY * self.grace else "open"

    def linked_value(self, c: ContractStory, t: TermStory, limit: date) -> Fraction | None:
        """Return the part of the linked contracts' first values that continues this one."""
        told = {each.name: each for each in self.story.contracts}
        total = None
        for old, new in self.story.links:
            first = standing(told[new])[:1]
            if old != c.name or not first or not t.start < first[0].start <= limit:
                continue
            euros = {}
            for older, newer in self.story.links:
                last = standing(told[older])[-1:]
                if newer == new and last:
                    rate = self.rate(told[older].currency, t.end)
                    euros[older] = Fraction(last[0].value) / rate if rate else None
            own, its = self.rate(c.currency, t.end), self.rate(told[new].currency, t.end)
            if own is None or its is None or None in euros.values():
                continue
            together = sum((v for v in euros.values() if v is not None), Fraction(0))
            part = Fraction(first[0].value) / its * own * (euros[old] or 0) / together
            total = (total or Fraction(0)) + part
        return total

    def cohorts(self) -> Figures:
        """Gather units by the year of their first paid day."""
        found: Figures = {}
        last = self.as_of.year - (self.as_of != date(self.as_of.year, 12, 31))
        for currency in self.currencies:
            paid: dict[str, set[date]] = defaultdict(set)
            worth: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
            for c in self.story.contracts:
                unit = self.unit(self.by)(c)
                for (name, day), value in self.worth.items():
                    if name == c.name and c.currency == currency and value:
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
