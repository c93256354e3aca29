"""Renewals by looking at each term that ends."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.metrics.oracle.days import DAY, Days, Figures, money, share, standing
from tests.metrics.stories import ContractStory, TermStory


class Renewing(Days):
    """Renewal-based rates, with and without links."""

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
            lasts = {
                older: self.exchanged(standing(told[older])[-1].value, told[older], c, t.end)
                for older, newer in self.story.links
                if newer == new and standing(told[older])
            }
            its = self.exchanged(first[0].value, told[new], c, t.end)
            if its is None or None in lasts.values():
                continue
            together = sum((v for v in lasts.values() if v is not None), Fraction(0))
            total = (total or Fraction(0)) + its * (lasts[old] or 0) / together
        return total

    def exchanged(
        self, value: Decimal, held: ContractStory, wanted: ContractStory, on: date
    ) -> Fraction | None:
        """Return an amount of one contract in the currency of another; the same one needs no rate."""
        if held.currency == wanted.currency:
            return Fraction(value)
        own, other = self.rate(held.currency, on), self.rate(wanted.currency, on)
        return None if own is None or other is None else Fraction(value) / own * other
