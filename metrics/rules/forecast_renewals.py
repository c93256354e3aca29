"""Futures of a portfolio, drawn from the renewals it has seen.

Each future first draws its own past: some of the last quarters, with replacement, and a share of
losses beyond those seen, because a loss becomes known later than a renewal. So how little is known
widens the band. A renewal then draws one of the renewals of that past: of the same vendor with
weight n / (n + `PRIOR`), n being how many there are, else of the same category with that weight,
else of the whole portfolio; always of contracts that renew in the same way. What is drawn is a
loss, or the value after over the value before: uplift and volume together, as they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contracts.rules.period import label
from metrics.rules.forecast_draws import Dice
from metrics.rules.forecast_facts import (
    LOST,
    RATIO,
    ContractFacts,
    Months,
    Seen,
    answered,
    cost_by_month,
    known_contracts,
    renewals_ahead,
    with_ends,
)

PRIOR = 8
# A future remembers so many of the last quarters, and draws so many of them.
REMEMBERED, RECALLED = 8, 2
# It loses up to so many renewals more than were lost, for each hundred seen.
SURPLUS = 20
# The largest contracts are drawn one by one, the others in bundles that renew in the same month.
SINGLE = 400
# A bundle is the mean of at most so many draws.
DRAWS = 12
Costs = list[int]
Pools = Mapping[tuple[str, int, bool], Sequence[int]]


class Past(NamedTuple):
    """What one future takes for its past: the ratios by whose they are, and its surplus of losses."""

    pools: Pools
    surplus: int


@dataclass(slots=True)
class Agreement:
    """A contract, or a bundle of them, with what each renewal costs by month at the last price."""

    vendor: int
    category: int
    auto: bool
    steps: list[Costs]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of the months after a day: certain costs, and renewals that may come.

    By currency; amounts in units of 1 / `DAY`.
    """

    months: Months
    certain: Mapping[str, Costs]
    agreements: Mapping[str, list[Agreement]]
    seen: tuple[Seen, ...]

    def flat(self, currency: str) -> Costs:
        """Return the costs if all that renews by itself does so at the same price.

        Source: R14.
        """
        total = list(self.certain[currency])
        for each in self.agreements.get(currency, []):
            if each.auto:
                for step in each.steps:
                    _add(total, step, RATIO)
        return total


class Habits(NamedTuple):
    """What the renewals seen so far were like: how many, how many were lost, and the middle ratio."""

    seen: int
    lost: int
    middle: int


def outlook(contracts: Iterable[ContractFacts], months: Months) -> Outlook:
    """Return what is known at the end of the day before the window of `months`.

    Source: C1, C2, C3, C6.
    """
    on = months.window.start
    on = on.fromordinal(on.toordinal() - 1)
    certain: dict[str, Costs] = defaultdict(lambda: [0] * len(months.days))
    ahead: dict[str, list[Agreement]] = defaultdict(list)
    seen: list[Seen] = []
    for contract in known_contracts(contracts, on):
        seen += answered(contract, on)
        closed = with_ends(contract, on)
        _add(certain[contract.currency], cost_by_month(closed, months), RATIO)
        if steps := renewals_ahead(closed, months):
            each = Agreement(contract.vendor, contract.category, contract.auto, steps)
            ahead[contract.currency].append(each)
    return Outlook(
        months, dict(certain), {c: bundled(rows) for c, rows in ahead.items()}, tuple(seen)
    )


def futures(known: Outlook, seed: int, count: int) -> dict[str, list[Costs]]:
    """Return `count` drawn futures per currency: what each month costs, in units of 1 / `DAY`.

    The same facts, seed and count give the same futures on every machine.

    Source: hierarchical bootstrap; see the module.
    """
    quarters = _by_quarter(known.seen)
    found: dict[str, list[Costs]] = {currency: [] for currency in known.certain}
    for number in range(count):
        dice = Dice(seed, number)
        past = _past(quarters, dice)
        for currency, certain in sorted(known.certain.items()):
            total = list(certain)
            for agreement in known.agreements.get(currency, []):
                _walk(total, agreement, past, dice)
            found[currency].append(total)
    return found


def habits(seen: Sequence[Seen]) -> Habits:
    """Return how many renewals were seen, how many were lost, and the middle ratio of the others.

    Source: C6.
    """
    kept = sorted(each.ratio for each in seen if each.ratio != LOST)
    return Habits(len(seen), len(seen) - len(kept), kept[len(kept) // 2] if kept else RATIO)


def bundled(agreements: list[Agreement]) -> list[Agreement]:
    """Return the largest agreements as they are and the others in bundles.

    A bundle holds what is of one category, renews in the same way and first costs in the same month.

    Source: C3.
    """
    ranked = sorted(agreements, key=lambda each: -sum(map(sum, each.steps)))
    bundles: dict[tuple[int, bool, int], Agreement] = {}
    for each in ranked[SINGLE:]:
        first = next((place for place, cost in enumerate(each.steps[0]) if cost), 0)
        key = (each.category, each.auto, first)
        if key in bundles:
            _join(bundles[key], each)
        else:
            bundles[key] = Agreement(0, each.category, each.auto, [list(s) for s in each.steps])
    return [*ranked[:SINGLE], *bundles.values()]


def _join(bundle: Agreement, other: Agreement) -> None:
    for place, step in enumerate(other.steps):
        if place == len(bundle.steps):
            bundle.steps.append(list(step))
        else:
            _add(bundle.steps[place], step, RATIO)
    bundle.count += 1


def _walk(total: Costs, agreement: Agreement, past: Past, dice: Dice) -> None:
    """Add one future of an agreement: renewal after renewal, until it is lost."""
    ratio = RATIO
    for step in agreement.steps:
        draws = min(agreement.count, DRAWS)
        drawn = sum(_drawn(agreement, past, dice) for _ in range(draws)) // draws
        if drawn == LOST:
            return
        ratio = ratio * drawn // RATIO
        _add(total, step, ratio)


def _drawn(agreement: Agreement, past: Past, dice: Dice) -> int:
    """Return a renewal of the vendor, the category or the portfolio; without any, an unchanged one."""
    auto, pools = agreement.auto, past.pools
    if dice.below(100 + past.surplus) < past.surplus:
        return LOST
    own = (("vendor", agreement.vendor, auto), ("category", agreement.category, auto))
    for key in own:
        pool = pools.get(key, ())
        if pool and dice.below(len(pool) + PRIOR) < len(pool):
            return pool[dice.below(len(pool))]
    pool = pools.get(("all", 0, auto)) or pools.get(("all", 0, not auto), ())
    return pool[dice.below(len(pool))] if pool else RATIO


def _by_quarter(seen: Iterable[Seen]) -> list[list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for each in seen:
        found[label(each.ended, "quarter")].append(each)
    return [found[name] for name in sorted(found)]


def _past(quarters: Sequence[Sequence[Seen]], dice: Dice) -> Past:
    """Draw a past from the last quarters."""
    pools: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
    last = quarters[-REMEMBERED:]
    for _ in range(RECALLED if last else 0):
        for vendor, category, auto, _ended, ratio in last[dice.below(len(last))]:
            pools["vendor", vendor, auto].append(ratio)
            pools["category", category, auto].append(ratio)
            pools["all", 0, auto].append(ratio)
    return Past(pools, dice.below(SURPLUS))


def _add(into: Costs, costs: Costs, ratio: int) -> None:
    for place, cost in enumerate(costs):
        if cost:
            into[place] += cost * ratio // RATIO
