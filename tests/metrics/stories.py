"""Small portfolios told as data: the same story is written to the tables and read by the oracle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.models import (
    Category,
    Charge,
    Contract,
    ContractLink,
    Department,
    FxRate,
    Term,
    Vendor,
)
from contracts.rules.vocabulary import CapKind, LinkKind, RenewalKind
from contracts.services import ledger


@dataclass(frozen=True)
class TermStory:
    """A term: its number, first and last day, and what it costs a year."""

    seq: int
    start: date
    end: date
    value: Decimal


@dataclass(frozen=True)
class ContractStory:
    """A contract by its name, with its terms."""

    name: str
    terms: tuple[TermStory, ...]
    vendor: str = "Vendor"
    category: str = "Category"
    department: str = "Department"
    currency: str = "EUR"
    auto: bool = True
    notice: int | None = None
    cap: Decimal | None = None
    signed: date | None = None
    cancelled: date | None = None


@dataclass(frozen=True)
class Story:
    """Contracts, the links between them by name, and rates: units of a currency for one euro."""

    contracts: tuple[ContractStory, ...]
    links: tuple[tuple[str, str], ...] = ()
    rates: tuple[tuple[date, str, Decimal], ...] = ()


def term(seq: int, start: date, end: date, value: str | int) -> TermStory:
    """Return a term of a story."""
    return TermStory(seq, start, end, Decimal(value))


def years(first: int, *values: str | int) -> tuple[TermStory, ...]:
    """Return terms of one calendar year each, from the year `first` on."""
    return tuple(
        term(seq, date(first + seq - 1, 1, 1), date(first + seq - 1, 12, 31), value)
        for seq, value in enumerate(values, 1)
    )


def exact(*amounts: str | int) -> tuple[Fraction, ...]:
    """Return amounts as the figures hold them."""
    return tuple(map(Fraction, amounts))


def tell(*contracts: ContractStory, **parts: Sequence[tuple[object, ...]]) -> dict[str, Contract]:
    """Write contracts, and links and rates if there are any; return the rows by name."""
    return write(Story(contracts, **parts))  # type: ignore[arg-type]  # parts by name


def write(story: Story) -> dict[str, Contract]:
    """Write a story to the tables with everything that follows from it."""
    rows = {told.name: _contract(told) for told in story.contracts}
    Term.objects.bulk_create(
        Term(
            contract=rows[told.name],
            seq=each.seq,
            start_date=each.start,
            end_date=each.end,
            annual_value=each.value,
        )
        for told in story.contracts
        for each in told.terms
    )
    ContractLink.objects.bulk_create(
        ContractLink(
            from_contract=rows[old], to_contract=rows[new], kind=LinkKind.REPLACEMENT.value
        )
        for old, new in story.links
    )
    FxRate.objects.bulk_create(
        FxRate(fixed_on=day, quote=currency, rate=rate, source="told")
        for day, currency, rate in story.rates
    )
    ledger.refresh([row.pk for row in rows.values()])
    return rows


def charge(contract: Contract, day: date, gross: str | int, **amounts: Decimal) -> Charge:
    """Charge a contract."""
    return Charge.objects.create(
        source="told",
        external_id=str(Charge.objects.count()),
        contract=contract,
        charged_on=day,
        currency=contract.currency,
        gross=Decimal(gross),
        **amounts,
    )


def _contract(told: ContractStory) -> Contract:
    vendor, _ = Vendor.objects.get_or_create(
        name=told.vendor, defaults={"normal_name": told.vendor.lower()}
    )
    category, _ = Category.objects.get_or_create(name=told.category)
    department, _ = Department.objects.get_or_create(name=told.department)
    return Contract.objects.create(
        external_reference=told.name,
        title=told.name,
        vendor=vendor,
        category=category,
        department=department,
        currency=told.currency,
        renewal_kind=(RenewalKind.AUTO if told.auto else RenewalKind.FIXED).value,
        notice_value=told.notice,
        cap_kind=(CapKind.NONE if told.cap is None else CapKind.FIXED).value,
        cap_pct=told.cap,
        signed_on=told.signed,
        cancelled_on=told.cancelled,
    )
