"""Which policy of alerts applies to a contract: of all that match, the most specific one alone (R9)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.rules.occasions import OCCASIONS
from contracts.rules.vocabulary import AlertKind


@dataclass(frozen=True, slots=True)
class Subject:
    """What policies look at: a contract, and the annual value of the term that is asked about."""

    vendor: int
    department: int | None
    category: int | None
    currency: str
    annual_value: Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its scope opened up.

    `departments` and `categories` hold everything below the named one as well, None without such a
    scope; the depths say how far from the top that one is. `minimum` is the least annual value in
    each currency that it is known in, None without such a scope; `minimum_rank` orders minima.
    """

    name: str
    offsets: tuple[int, ...]
    kinds: frozenset[AlertKind] = frozenset()
    vendor: int | None = None
    departments: frozenset[int] | None = None
    department_depth: int = 0
    categories: frozenset[int] | None = None
    category_depth: int = 0
    minimum: Mapping[str, Decimal] | None = None
    minimum_rank: Decimal = Decimal(0)
    escalation_days: int | None = None

    def about(self, kind: AlertKind) -> bool:
        """Say whether it speaks of alerts of this kind."""
        return not self.kinds or kind in self.kinds

    def matches(self, subject: Subject) -> bool:
        """Say whether the subject lies within every scope that the policy names.

        An amount in a currency without a known rate never reaches a least value.

        Source: R9, R26.
        """
        return (
            (self.vendor is None or self.vendor == subject.vendor)
            and (self.departments is None or subject.department in self.departments)
            and (self.categories is None or subject.category in self.categories)
            and (self.minimum is None or self._reached_by(subject))
        )

    def _reached_by(self, subject: Subject) -> bool:
        least = (self.minimum or {}).get(subject.currency)
        return least is not None and subject.annual_value >= least


def ordered(policies: Iterable[Policy]) -> list[Policy]:
    """Return policies the most specific first: the first one that matches applies alone.

    One of a vendor comes first, then one of a department (the nearest), then one of a category (the
    nearest), then one from a least value (the highest), then the general ones; what two have in
    common is decided by the next, in the end by the name.

    Source: R9.
    """
    return sorted(policies, key=_rank)


def applying(policies: Sequence[Policy], kind: AlertKind, subject: Subject) -> Policy | None:
    """Return the one policy of an ordered list that applies, None where none does.

    Source: R9.
    """
    return next((p for p in policies if p.about(kind) and p.matches(subject)), None)


def offsets_of(policy: Policy | None, kind: AlertKind, decisions: Sequence[int]) -> tuple[int, ...]:
    """Return the days before the anchor under a policy; without one those of the kind.

    `decisions` are the organisation's days for the decision deadlines.

    Source: R9.
    """
    if policy is not None:
        return policy.offsets
    if kind in (AlertKind.NOTICE_DEADLINE, AlertKind.TERM_END):
        return tuple(decisions)
    return OCCASIONS[kind].offsets


def _rank(policy: Policy) -> tuple[bool, int, int, bool, Decimal, str]:
    return (
        policy.vendor is None,
        -policy.department_depth,
        -policy.category_depth,
        policy.minimum is None,
        -policy.minimum_rank,
        policy.name,
    )
