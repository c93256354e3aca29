"""Which policy applies: one, the most specific, and the auditor finds the same (R9)."""

from decimal import Decimal
from random import Random

import pytest

from contracts.rules.audit_alerts import AuditedPlace, AuditedPolicy, above, policy_for
from contracts.rules.policies import Policy, Subject, applying, offsets_of, ordered
from contracts.rules.vocabulary import AlertKind

NOTICE = AlertKind.NOTICE_DEADLINE
SUBJECT = Subject(vendor=1, department=3, category=7, currency="EUR", annual_value=Decimal(5000))
# 1 above 2 above 3, and 4 beside them; the same for categories from 5 on.
TREE = {1: None, 2: 1, 3: 2, 4: None, 5: None, 6: 5, 7: 6, 8: None}
USD = Decimal("0.9")


def below(pk: int | None) -> frozenset[int] | None:
    return None if pk is None else frozenset(each for each in TREE if pk in above(each, TREE))


def worth(amount: Decimal, currency: str, base: str) -> Decimal | None:
    rates = {"EUR": Decimal(1), "USD": USD}
    if currency == base:
        return amount
    if currency not in rates or base not in rates:
        return None
    return amount * rates[currency] / rates[base]


def opened(each: AuditedPolicy) -> Policy:
    """Return a policy with its scope opened up, as the main path reads it."""
    least = None
    rank = Decimal(0)
    if each.minimum_value is not None:
        codes = {"EUR", "USD", each.minimum_currency}
        values = {code: worth(each.minimum_value, each.minimum_currency, code) for code in codes}
        least = {code: value for code, value in values.items() if value is not None}
        rank = least.get("EUR", each.minimum_value)
    return Policy(
        name=each.name,
        offsets=tuple(each.offsets),
        kinds=frozenset(AlertKind(kind) for kind in each.kinds),
        vendor=each.vendor,
        departments=below(each.department),
        department_depth=len(above(each.department, TREE)),
        categories=below(each.category),
        category_depth=len(above(each.category, TREE)),
        minimum=least,
        minimum_rank=rank,
    )


def policy(name: str, **values: object) -> AuditedPolicy:
    empty = {"kinds": (), "vendor": None, "department": None, "category": None}
    scope = empty | {"minimum_value": None, "minimum_currency": ""} | values
    return AuditedPolicy(name=name, offsets=(30,), **scope)  # type: ignore[arg-type]  # values by name


GENERAL = policy("general")
ORDER = [
    policy("vendor", vendor=1),
    policy("own department", department=3),
    policy("department above", department=1),
    policy("own category", category=7),
    policy("category above", category=5),
    policy("above 5000", minimum_value=Decimal(5000), minimum_currency="EUR"),
    policy("above 1000", minimum_value=Decimal(1000), minimum_currency="EUR"),
    policy("a general one"),
    GENERAL,
]


def test_the_most_specific_policy_comes_first() -> None:
    shuffled = [opened(each) for each in ORDER]
    Random(3).shuffle(shuffled)
    assert [each.name for each in ordered(shuffled)] == [each.name for each in ORDER]


@pytest.mark.parametrize("left_out", range(len(ORDER)))
def test_without_the_first_ones_the_next_one_applies(left_out: int) -> None:
    found = applying(ordered(map(opened, ORDER[left_out:])), NOTICE, SUBJECT)
    assert found is not None
    assert found.name == ORDER[left_out].name


@pytest.mark.parametrize(
    "scope",
    [
        {"vendor": 2},
        {"department": 4},
        {"category": 8},
        {"minimum_value": Decimal("5000.01"), "minimum_currency": "EUR"},
        {"minimum_value": Decimal(1), "minimum_currency": "XXX"},
        {"kinds": ("term_end",)},
        {"vendor": 1, "department": 4},
    ],
)
def test_a_policy_applies_only_to_what_meets_all_of_it(scope: dict[str, object]) -> None:
    assert applying([opened(policy("narrow", **scope))], NOTICE, SUBJECT) is None


def test_a_least_value_counts_in_another_currency_at_its_rate() -> None:
    narrow = policy("narrow", minimum_value=Decimal(1000), minimum_currency="USD")
    values = [Decimal("899.99"), Decimal(900)]
    subjects = [Subject(1, None, None, "EUR", value) for value in values]
    found = [applying([opened(narrow)], NOTICE, each) is not None for each in subjects]
    assert found == [False, True]


def test_without_a_policy_each_kind_has_its_own_days() -> None:
    assert offsets_of(None, NOTICE, [45]) == (45,)
    assert offsets_of(None, AlertKind.DOCUMENT_EXPIRY, [45]) == (60, 30, 7)
    assert offsets_of(opened(GENERAL), AlertKind.DOCUMENT_EXPIRY, [45]) == (30,)


def test_both_computations_choose_the_same_policy() -> None:
    chance = Random(41)
    chosen = set()
    for _ in range(3000):
        policies = [any_policy(chance, f"{number}") for number in range(chance.randrange(1, 7))]
        subject = Subject(
            chance.choice([1, 2]),
            chance.choice([None, 1, 2, 3, 4]),
            chance.choice([None, 5, 6, 7, 8]),
            chance.choice(["EUR", "USD", "JPY"]),
            Decimal(chance.choice([0, 900, 1000, 5000])),
        )
        place = AuditedPlace(
            subject.vendor,
            above(subject.department, TREE),
            above(subject.category, TREE),
            subject.currency,
            subject.annual_value,
        )
        kind = chance.choice(list(AlertKind))
        own = applying(ordered(map(opened, policies)), kind, subject)
        audited = policy_for(policies, kind.value, place, worth, "EUR")
        assert (own and own.name) == (audited and audited.name), (policies, subject)
        chosen.add(own and own.name)
    assert chosen == {None, "0", "1", "2", "3", "4", "5"}


def any_policy(chance: Random, name: str) -> AuditedPolicy:
    has_least = chance.random() < 0.4
    return policy(
        name,
        kinds=chance.choice([(), ("notice_deadline", "true_up_report")]),
        vendor=chance.choice([None, None, None, 1]),
        department=chance.choice([None, None, 1, 2, 3, 4]),
        category=chance.choice([None, None, 5, 6, 7]),
        minimum_value=Decimal(chance.choice([500, 1000])) if has_least else None,
        minimum_currency=chance.choice(["EUR", "USD"]) if has_least else "",
    )
