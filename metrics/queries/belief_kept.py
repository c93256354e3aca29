"""Which contracts were on the day of a belief what they are now: what follows from them is copied.

Only the others are worked out again; both ways give the same rows.
"""

from collections.abc import Iterable, Iterator

from django.db import connection, models

from contracts.models import Contract, ContractLink, Document, Term, Vendor
from contracts.models.terms import DERIVED_FIELDS

# Whatever the derivation reads, and the contracts that a different row counts for.
OWN = "SELECT d.{column} FROM ({rows}) AS d"
OF_VENDOR = "SELECT c.id FROM contracts_contract c JOIN ({rows}) AS d ON d.id = c.vendor_id"
READ: tuple[tuple[type[models.Model], str], ...] = (
    (Contract, OWN.replace("{column}", "id")),
    (Term, OWN.replace("{column}", "contract_id")),
    (ContractLink, OWN.replace("{column}", "from_contract_id")),
    (Document, OWN.replace("{column}", "contract_id")),
    (Vendor, OF_VENDOR),
)
# A refresh stamps what it writes: nothing follows from these.
STAMPS = {"updated_at", "version"}

TABLE = "CREATE TEMPORARY TABLE believed_changed (id bigint)"
CHANGED = "INSERT INTO believed_changed (id) {contracts}"
DIFFERENT = "SELECT {columns} FROM {one} EXCEPT SELECT {columns} FROM {other}"
SAME = "SELECT id FROM contracts_contract WHERE id NOT IN (SELECT id FROM believed_changed)"
OTHERS = "SELECT id FROM contracts_contract WHERE id IN (SELECT id FROM believed_changed)"
OF_CONTRACT = "contract_id IN ({same})"
OF_TERM = "term_id IN (SELECT id FROM contracts_term WHERE contract_id IN ({same}))"
COPY = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {real} WHERE {kept}"
DATES = """
UPDATE contracts_term SET ({columns}) = (
    SELECT {columns} FROM {real} AS r WHERE r.id = contracts_term.id
)
WHERE contract_id IN ({same})
"""


def keep(schema: str, derived: Iterable[type[models.Model]]) -> list[int]:
    """Copy what follows from unchanged contracts; return the ids of the others.

    `schema` is where the real tables are; the shadows of what is recorded have been filled.
    """
    with connection.cursor() as cursor:
        for statement in _statements(schema, derived):
            cursor.execute(statement)
        cursor.execute(OTHERS)
        return sorted(pk for (pk,) in cursor.fetchall())


def _statements(schema: str, derived: Iterable[type[models.Model]]) -> Iterator[str]:
    yield TABLE
    for model, contracts in READ:
        shadow, real = _names(model, schema)
        for one, other in ((shadow, real), (real, shadow)):
            rows = DIFFERENT.format(columns=_listed(_tracked(model)), one=one, other=other)
            yield CHANGED.format(contracts=contracts.format(rows=rows))
    names = ", ".join(DERIVED_FIELDS)
    yield DATES.format(columns=names, real=_names(Term, schema)[1], same=SAME)
    for model in derived:
        table, real = _names(model, schema)
        columns = [str(each.column) for each in model._meta.concrete_fields]
        kept = (OF_CONTRACT if "contract_id" in columns else OF_TERM).format(same=SAME)
        listed = _listed(each for each in columns if each != "id")
        yield COPY.format(table=table, columns=listed, real=real, kept=kept)


def _tracked(model: type[models.Model]) -> Iterator[str]:
    history = model.history  # type: ignore[attr-defined]  # of every model here
    for field in history.model.tracked_fields:
        if field.column not in STAMPS:
            yield field.column


def _names(model: type[models.Model], schema: str) -> tuple[str, str]:
    table = connection.ops.quote_name(model._meta.db_table)
    return table, f"{connection.ops.quote_name(schema)}.{table}"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))
