"""From the days on which units bought to how often and how regularly they buy."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from metrics.rules.presentation import quotient
from metrics.rules.purchases import LOYAL_MORE_THAN, mean_gap


@dataclass(frozen=True, slots=True)
class Buying:
    """Units by how often they bought, and the days between purchases, both ways of averaging.

    `mean_of_means` is the mean over repeat units of their own mean gap, `pooled` all gaps of all
    units together; None where nobody bought twice.

    Source: C7.
    """

    units: int
    repeating: int
    loyal: int
    mean_of_means: Fraction | None
    pooled: Fraction | None


def buying(
    purchases: Iterable[tuple[Hashable, date]], *, loyal_more_than: int = LOYAL_MORE_THAN
) -> Buying:
    """Count purchase days per unit; several purchases of a unit on one day are one.

    Source: metrics "repeat purchase ratio", "time between purchases", "loyal rate".
    """
    days: defaultdict[Hashable, set[date]] = defaultdict(set)
    for unit, day in purchases:
        days[unit].add(day)
    repeating = [each for each in days.values() if len(each) > 1]
    spans = [(max(each) - min(each)).days for each in repeating]
    gaps = [len(each) - 1 for each in repeating]
    means = [mean_gap(span, count + 1) for span, count in zip(spans, gaps, strict=True)]
    return Buying(
        units=len(days),
        repeating=len(repeating),
        loyal=sum(len(each) > loyal_more_than for each in days.values()),
        mean_of_means=quotient(
            sum((mean or Fraction(0) for mean in means), Fraction(0)), len(means)
        ),
        pooled=quotient(sum(spans), sum(gaps)),
    )


def mean_of_gaps(gaps: Iterable[int | Fraction]) -> Fraction | None:
    """Return the mean of the days between consecutive purchases: 7 and 14 is 10.5; None for none.

    Source: metric "time between purchases", C7.
    """
    listed = [Fraction(gap) for gap in gaps]
    return quotient(sum(listed, Fraction(0)), len(listed))


def mean_interval(days: int | Fraction, purchases: int) -> Fraction | None:
    """Return days / purchases: 20 purchases in 365 days is one every 18.25 days.

    Variant: the period average; it counts the days before the first and after the last purchase.
    Source: C7.
    """
    return quotient(days, purchases)
