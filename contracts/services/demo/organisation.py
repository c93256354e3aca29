"""Stores what all demo contracts share: people, departments, categories, vendors, products, rates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from contracts.models import (
    Category,
    Department,
    FxRate,
    IndexValue,
    Membership,
    Product,
    Vendor,
    VendorAlias,
)
from contracts.rules.calendar import add_months
from contracts.rules.names import normal_form
from contracts.services import bulk, records
from contracts.services.demo.catalog import VENDORS, VendorFact
from contracts.services.demo.company import CATEGORIES, DEPARTMENTS, MEMBERSHIPS, PEOPLE
from contracts.services.demo.dice import Dice

M = TypeVar("M", bound=models.Model)
SOURCE = "demo"
# Where a euro's rates hover, and how far they stray in a day.
LEVELS = {"USD": 1.09, "GBP": 0.855}
DAILY_CHANGE = 0.0045
PULL_TO_LEVEL = 0.01
YEARS_OF_RATES = 4
INDEX = "Consumer prices (demo)"
INDEX_MONTHS, MONTHLY_RISE = 96, 0.0022


@dataclass(frozen=True, slots=True)
class Organisation:
    """The keys of the shared rows, by name (people by address, products by vendor and name)."""

    people: dict[str, int]
    departments: dict[str, int]
    categories: dict[str, int]
    vendors: dict[str, int]
    products: dict[tuple[str, str], int]


@transaction.atomic
def store_organisation(*, seed: int, today: date) -> Organisation:
    """Store the shared rows that do not exist yet, find those that do, and return their keys.

    A second run adds nothing. Rows of the same name that somebody else made are used as they are.
    """
    people = _people()
    departments = _departments(people)
    _memberships(people, departments)
    categories = _categories()
    vendors = _vendors()
    products = _products(vendors, categories)
    _rates(seed, today)
    _index(seed, today)
    return Organisation(people, departments, categories, vendors, products)


def store_all(rows: Iterable[M], model: type[M]) -> list[M]:
    """Insert rows with their history; the rows come back with their keys."""
    return bulk.insert(rows, model, reason=_("Demo portfolio"))


def _people() -> dict[str, int]:
    users: Any = get_user_model()._default_manager
    found = dict(users.filter(email__in=PEOPLE).values_list("email", "pk"))
    for email, name in PEOPLE.items():
        if email not in found:
            # Without a password nobody can sign in as one of them.
            found[email] = users.create_user(email, None, name=name).pk
    return found


def _known(model: type[models.Model], names: Iterable[str]) -> dict[str, int]:
    """Return the keys of the rows that exist under these names, whatever their case."""
    wanted = {name.lower(): name for name in names}
    rows = model._default_manager.annotate(lower=Lower("name")).filter(lower__in=wanted)
    return {wanted[lower]: pk for lower, pk in rows.values_list("lower", "pk")}


def _departments(people: dict[str, int]) -> dict[str, int]:
    found = _known(Department, (fact.name for fact in DEPARTMENTS))
    for fact in DEPARTMENTS:
        if fact.name not in found:
            row = Department(
                name=fact.name,
                cost_centre=fact.cost_centre,
                parent_id=found[fact.parent] if fact.parent else None,
                manager_id=people[fact.manager],
            )
            found[fact.name] = records.store(row).pk
    return found


def _memberships(people: dict[str, int], departments: dict[str, int]) -> None:
    taken = set(
        Membership.objects.filter(user__in=people.values()).values_list("user_id", "department_id")
    )
    rows = (
        Membership(
            user_id=people[email],
            department_id=departments[department] if department else None,
            role=role.value,
        )
        for email, role, department in MEMBERSHIPS
    )
    store_all((row for row in rows if (row.user_id, row.department_id) not in taken), Membership)


def _categories() -> dict[str, int]:
    parents = sorted({fact.parent for fact in CATEGORIES.values()})
    found = _known(Category, [*CATEGORIES, *parents])
    missing = [Category(name=name) for name in parents if name not in found]
    found |= {row.name: row.pk for row in store_all(missing, Category)}
    children = [
        Category(name=fact.name, parent_id=found[fact.parent])
        for fact in CATEGORIES.values()
        if fact.name not in found
    ]
    return found | {row.name: row.pk for row in store_all(children, Category)}


def _vendors() -> dict[str, int]:
    found = _known(Vendor, (fact.name for fact in VENDORS))
    new = [_vendor(fact) for fact in VENDORS if fact.name not in found]
    found |= {row.name: row.pk for row in store_all(new, Vendor)}
    _aliases([fact for fact in VENDORS if any(row.name == fact.name for row in new)], found)
    return found


def _vendor(fact: VendorFact) -> Vendor:
    return Vendor(
        name=fact.name,
        normal_name=normal_form(fact.name),
        legal_name=fact.legal_name,
        calendar=fact.calendar,
        website=fact.website,
        fiscal_year_end_month=fact.fiscal_year_end_month,
    )


def _aliases(facts: Sequence[VendorFact], vendors: dict[str, int]) -> None:
    taken = set(VendorAlias.objects.values_list("normal_name", flat=True))
    taken |= {normal_form(fact.name) for fact in facts}
    rows: dict[str, VendorAlias] = {}
    for fact in facts:
        for name in (fact.legal_name, *fact.aliases):
            normal = normal_form(name)
            if normal not in taken:
                rows.setdefault(
                    normal,
                    VendorAlias(vendor_id=vendors[fact.name], name=name, normal_name=normal),
                )
    store_all(rows.values(), VendorAlias)


def _products(vendors: dict[str, int], categories: dict[str, int]) -> dict[tuple[str, str], int]:
    found = {
        (vendor, name): pk
        for vendor, name, pk in Product.objects.filter(vendor__in=vendors.values()).values_list(
            "vendor__name", "name", "pk"
        )
    }
    new = {
        (fact.name, product.name): Product(
            vendor_id=vendors[fact.name],
            name=product.name,
            category_id=categories[product.category],
        )
        for fact in VENDORS
        for product in fact.products
        if (fact.name, product.name) not in found
    }
    rows = store_all(new.values(), Product)
    return found | {key: row.pk for key, row in zip(new, rows, strict=True)}


def _rates(seed: int, today: date) -> None:
    """Let the rates of every working day stray from their level by chance."""
    dice = Dice(f"{seed}/rates")
    rates = dict(LEVELS)
    rows = []
    for back in range(366 * YEARS_OF_RATES, -1, -1):
        day = today - timedelta(days=back)
        if day.weekday() < 5:
            for quote, level in LEVELS.items():
                pull = PULL_TO_LEVEL * (level - rates[quote]) / level
                rates[quote] *= 1 + pull + dice.gauss(0, DAILY_CHANGE)
                rate = Decimal(round(rates[quote] * 10_000)).scaleb(-4)
                rows.append(FxRate(fixed_on=day, quote=quote, rate=rate, source=SOURCE))
    FxRate.objects.bulk_create(rows, ignore_conflicts=True)


def _index(seed: int, today: date) -> None:
    """Let consumer prices rise from 100 by a little more or less in each month until today's."""
    dice, level, rows = Dice(f"{seed}/index"), 100.0, []
    for back in range(INDEX_MONTHS, -1, -1):
        month = add_months(today.replace(day=1), -back)
        value = Decimal(round(level * 1_000)).scaleb(-3)
        rows.append(IndexValue(name=INDEX, month=month, value=value, source=SOURCE))
        level *= 1 + dice.gauss(MONTHLY_RISE, MONTHLY_RISE / 2)
    known = set(IndexValue.objects.filter(name=INDEX).values_list("month", flat=True))
    store_all((row for row in rows if row.month not in known), IndexValue)
