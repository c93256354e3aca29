"""Keeps what follows from the terms beside them: the only writer of derived columns and rows."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction

from contracts.models import (
    Contract,
    ContractLink,
    Document,
    KeyDate,
    LedgerEntry,
    PriceChange,
    PriceFlag,
    Term,
    TermOutcome,
)
from contracts.models.terms import DERIVED_FIELDS
from contracts.services import alerts, spend_steps
from contracts.services.derivation import Derivation, derive

CHUNK = 500
# Terms named in one statement; SQLite takes some 32,000 values in it.
NAMED = 10_000
M = TypeVar("M", bound=models.Model)

# In the order of DERIVED_FIELDS, then the stamp that calendars and programs tell a change by.
# One statement for many rows: bulk_update would build a CASE for each.
SET_DATES = """
UPDATE contracts_term SET
    notice_deadline = %s, window_opens = %s, send_by = %s, decide_by = %s, proof = %s,
    anchor_kind = %s, anchor_date = %s, is_void = %s, is_open = %s,
    whole_years = %s, part_days = %s, part_year_days = %s, updated_at = %s
WHERE id = %s
"""

ENTRY_FIELDS = tuple(f.attname for f in LedgerEntry._meta.concrete_fields if not f.primary_key)
OUTCOME_FIELDS = tuple(field.attname for field in TermOutcome._meta.concrete_fields)
CHANGE_FIELDS = (
    "before_id",
    "after_id",
    "value_before",
    "value_after",
    "unit_price_before",
    "unit_price_after",
    "quantity_before",
    "quantity_after",
    "unit_pct",
    "price_effect",
    "volume_effect",
)
FLAG_KEY = ("term_id", "kind")
FLAG_VALUES = ("severity", "measured_pct", "allowed_pct", "amount")


@transaction.atomic
def refresh(contract_ids: Iterable[int]) -> None:
    """Bring dates, key dates, ledger, price changes and price flags of these contracts up to date.

    Every writer of contracts, terms, documents or vendor calendars calls this inside its own transaction.
    Only rows that differ are written; a second call changes nothing. A flag keeps the state that
    people gave it while it stands. Alerts of a term that was decided, or whose day or key date moved,
    are set aside at once: nobody is told of what is settled.
    """
    moved = False
    for found in _chunks(contract_ids):
        undecided, now = _write_dates(found)
        moved |= _replace(LedgerEntry, _stored_entries(found), _derived(found, "entries"), _entry)
        _replace(PriceChange, _stored_changes(found), _derived(found, "changes"), _change)
        _replace(TermOutcome, _stored_outcomes(found), _derived(found, "outcomes"), _outcome)
        _write_flags(found)
        undecided |= _write_key_dates(found)
        if undecided:
            alerts.settle(contract_ids=undecided, now=now)
    if moved:
        spend_steps.fold()


def is_behind() -> bool:
    """Say whether the ledger was emptied, by an upgrade that keeps more in it than before."""
    return Term.objects.filter(is_void=False).exists() and not LedgerEntry.objects.exists()


@transaction.atomic
def rebuild() -> None:
    """Work everything out again that follows from the terms of all contracts, sums included."""
    refresh(Contract.objects.order_by("pk").values_list("pk", flat=True).iterator(CHUNK))
    spend_steps.rebuild()


def check(contract_ids: Iterable[int] | None = None) -> list[str]:
    """Return one line for each stored value that differs from what the terms say; nothing is written.

    Without ids every contract is looked at.
    """
    ids = Contract.objects.order_by("pk").values_list("pk", flat=True)
    differences: list[str] = []
    for found in _chunks(ids.iterator(chunk_size=CHUNK) if contract_ids is None else contract_ids):
        differences += _wrong_dates(found)
        differences += _wrong_rows("entries", _stored_entries(found), found, _entry)
        differences += _wrong_rows("changes", _stored_changes(found), found, _change)
        differences += _wrong_rows("outcomes", _stored_outcomes(found), found, _outcome)
        differences += _wrong_rows("flags", _stored_flags(found), found, _flag)
        differences += _wrong_rows("key_dates", _stored_days(found), found, _key_date)
    return differences + (spend_steps.check() if contract_ids is None else [])


class _Found(list[tuple[Contract, list[Term], Derivation]]):
    """A chunk of contracts with their terms and what follows from them."""

    @property
    def ids(self) -> list[int]:
        return [contract.pk for contract, _, _ in self]

    @property
    def term_ids(self) -> list[int]:
        return [term.pk for _, terms, _ in self for term in terms]


def _chunks(contract_ids: Iterable[int]) -> Iterator[_Found]:
    ids = iter(contract_ids)
    while chunk := list(islice(ids, CHUNK)):
        terms_of: dict[int, list[Term]] = defaultdict(list)
        for term in Term.objects.filter(contract_id__in=chunk).order_by("contract_id", "seq"):
            terms_of[term.contract_id].append(term)
        links = ContractLink.objects.filter(from_contract__in=chunk).order_by()
        continued = set(links.values_list("from_contract_id", flat=True))
        contracts = Contract.objects.filter(pk__in=chunk).select_related("vendor").order_by("pk")
        expiries: dict[int, list[date]] = defaultdict(list)
        papers = Document.objects.filter(contract__in=chunk, expires_on__isnull=False).order_by()
        for contract, day in papers.values_list("contract", "expires_on"):
            expiries[contract] += [day] if day else []
        yield _Found(
            (
                c,
                terms_of[c.pk],
                derive(c, terms_of[c.pk], continued=c.pk in continued, expiries=expiries[c.pk]),
            )
            for c in contracts
        )


def _derived(found: _Found, name: str) -> list[Any]:
    return [row for _, _, derivation in found for row in getattr(derivation, name)]


def _stale_terms(found: _Found) -> Iterator[tuple[Term, dict[str, Any]]]:
    for _, terms, derivation in found:
        for term in terms:
            dates = derivation.dates[term.seq]
            if any(getattr(term, name) != dates[name] for name in DERIVED_FIELDS):
                yield term, dates


def _wrong_dates(found: _Found) -> list[str]:
    return [
        f"term {term.pk} {name}: stored {getattr(term, name)}, derived {dates[name]}"
        for term, dates in _stale_terms(found)
        for name in DERIVED_FIELDS
        if getattr(term, name) != dates[name]
    ]


def _wrong_rows(
    name: str, stored: Iterable[M], found: _Found, key: Callable[[M], Hashable]
) -> list[str]:
    derived = {key(row) for row in _derived(found, name)}
    differing = {key(row) for row in stored} ^ derived
    return [
        f"{name} {row}: {'missing' if row in derived else 'should not be there'}"
        for row in sorted(differing, key=repr)
    ]


def _write_dates(found: _Found) -> tuple[set[int], datetime]:
    """Write what differs; return the contracts whose open term it was, and the instant of writing."""
    columns = {field.name: field for field in Term._meta.concrete_fields}
    fields = [columns[name] for name in (*DERIVED_FIELDS, "updated_at")]
    rows: list[list[Any]] = []
    undecided: set[int] = set()
    now: datetime = columns["updated_at"].pre_save(Term(), add=False)
    for term, dates in _stale_terms(found):
        if term.is_open:
            undecided.add(term.contract_id)
        values = dates | {"updated_at": now}
        stored = [field.get_db_prep_save(values[field.name], connection) for field in fields]
        rows.append([*stored, term.pk])
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(SET_DATES, rows)
    return undecided, now


def _replace(
    model: type[M],
    stored: Iterable[M],
    derived: Sequence[M],
    key: Callable[[M], Hashable],
) -> bool:
    """Delete the stored rows that no longer follow and add those that are missing; say if any."""
    known = {key(row): row.pk for row in stored}
    wanted = {key(row) for row in derived}
    gone = [pk for row, pk in known.items() if row not in wanted]
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    missing = [row for row in derived if key(row) not in known]
    model._default_manager.bulk_create(missing)
    return bool(gone or missing)


def _write_key_dates(found: _Found) -> set[int]:
    """Write what differs; return the contracts that lost a key date."""
    stored, derived = list(_stored_days(found)), _derived(found, "key_dates")
    _replace(KeyDate, stored, derived, _key_date)
    wanted = {_key_date(row) for row in derived}
    lost = {row.term_id for row in stored if _key_date(row) not in wanted}
    return {contract.pk for contract, terms, _ in found if any(t.pk in lost for t in terms)}


def _write_flags(found: _Found) -> None:
    known = {(flag.term_id, flag.kind): flag for flag in _stored_flags(found)}
    derived = {(flag.term_id, flag.kind): flag for flag in _derived(found, "flags")}
    gone = [flag.pk for key, flag in known.items() if key not in derived]
    if gone:
        PriceFlag.objects.filter(pk__in=gone).delete()
    PriceFlag.objects.bulk_create(flag for key, flag in derived.items() if key not in known)
    changed = []
    for key, flag in known.items():
        if key in derived and _flag(flag) != _flag(derived[key]):
            for name in FLAG_VALUES:
                setattr(flag, name, getattr(derived[key], name))
            changed.append(flag)
    PriceFlag.objects.bulk_update(changed, FLAG_VALUES)


# One table each and no order: while a large load is under way PostgreSQL may take a table for empty, and
# would read it whole for each row of another.
def _stored_entries(found: _Found) -> models.QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(contract_id__in=found.ids).order_by()


def _stored_changes(found: _Found) -> models.QuerySet[PriceChange]:
    return PriceChange.objects.filter(contract_id__in=found.ids).order_by()


def _stored_outcomes(found: _Found) -> models.QuerySet[TermOutcome]:
    return TermOutcome.objects.filter(contract_id__in=found.ids).order_by()


def _stored_flags(found: _Found) -> Iterator[PriceFlag]:
    return _of_terms(PriceFlag, found)


def _stored_days(found: _Found) -> Iterator[KeyDate]:
    return _of_terms(KeyDate, found)


def _of_terms(model: type[M], found: _Found) -> Iterator[M]:
    ids = found.term_ids
    for first in range(0, len(ids), NAMED):
        yield from model._default_manager.filter(term_id__in=ids[first : first + NAMED]).order_by()


def _key_date(row: KeyDate) -> Hashable:
    return (row.term_id, row.kind, row.date)


def _entry(row: LedgerEntry) -> Hashable:
    return tuple(getattr(row, name) for name in ENTRY_FIELDS)


def _outcome(row: TermOutcome) -> Hashable:
    return tuple(getattr(row, name) for name in OUTCOME_FIELDS)


def _change(row: PriceChange) -> Hashable:
    return (*(getattr(row, name) for name in CHANGE_FIELDS), tuple(row.signs))


def _flag(row: PriceFlag) -> Hashable:
    return tuple(getattr(row, name) for name in (*FLAG_KEY, *FLAG_VALUES))
