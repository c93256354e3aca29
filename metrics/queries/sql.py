"""One way to put a statement to either engine, with exact sums and with the rights of the asker.

A statement is a constant of its module. `$name` is replaced by a fragment of this package, never by
anything a person typed; values travel as parameters. Days are integers in the ledger, so the same
text runs on SQLite and on PostgreSQL; `DIALECT` holds what cannot be said in one way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from string import Template
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection
from django.db.models import QuerySet

from contracts.models.fields import HALF
from metrics.queries.question import Scope

# Money columns are integers of 10^-4.
SCALE = 10_000

# A sum is one column where the engine's own is exact, and two halves where that left 64 bits. The
# form that is not meant is a comment.
NARROW = {"wide": "/*", "narrow": "*/", "end": ""}
WIDE = {"wide": "", "narrow": "/*", "end": "*/"}

DIALECT = {
    "sqlite": {
        "day_number": "CAST(julianday(ch.charged_on) - 1721424.5 AS integer)",
        "end_plus": "date(t.end_date, '+' || %(after_end)s || ' days')",
    },
    "postgresql": {
        "day_number": "(ch.charged_on - DATE '0001-01-01' + 1)",
        "end_plus": "(t.end_date + %(after_end)s)",
    },
}


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a statement with its parameters."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


def fetch(
    statement: str, params: Mapping[str, Any] | None = None, **parts: str | Fragment
) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    whole_text = composed(statement, params, **parts)
    try:
        return _run(whole_text, NARROW)
    except OperationalError as error:
        # SQLite refuses a sum beyond 64 bits; PostgreSQL adds big integers without a limit.
        if str(error) != "integer overflow":
            raise
        return _run(whole_text, WIDE)


def _run(whole_text: Fragment, form: Mapping[str, str]) -> list[tuple[Any, ...]]:
    # Parts may hold words of the dialect, so those come last.
    text = Template(whole_text.text).substitute(DIALECT[connection.vendor], **form)
    with connection.cursor() as cursor:
        cursor.execute(text, whole_text.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def composed(
    statement: str, params: Mapping[str, Any] | None = None, **parts: str | Fragment
) -> Fragment:
    """Put the parts of a statement in their places, with all of their parameters."""
    values = dict(params or {})
    texts = {}
    for name, part in parts.items():
        texts[name] = part if isinstance(part, str) else part.text
        values |= {} if isinstance(part, str) else part.params
    return Fragment(Template(statement).safe_substitute(texts), values)


def contracts_of(scope: Scope, name: str = "c") -> Fragment:
    """Return the condition on contracts `c`: no drafts, and only what the asker may read."""
    if scope.contracts is None:
        return Fragment(f"NOT {name}.is_draft")
    visible = _subquery(scope.contracts, "contract")
    return Fragment(f"NOT {name}.is_draft AND {name}.id IN ({visible.text})", visible.params)


def entries_of(scope: Scope, name: str = "l") -> Fragment:
    """Return the condition on ledger entries `l`: no drafts, and only what the asker may read."""
    visible = outcomes_of(scope, name)
    return Fragment(f"NOT {name}.is_draft AND {visible.text}", visible.params)


def outcomes_of(scope: Scope, name: str = "o") -> Fragment:
    """Return the condition on term outcomes `o`, which drafts do not have."""
    if scope.contracts is None:
        return Fragment("TRUE")
    visible = _subquery(scope.contracts, "contract")
    return Fragment(f"{name}.contract_id IN ({visible.text})", visible.params)


def charges_of(scope: Scope) -> Fragment:
    """Return the condition on charges `ch`."""
    if scope.charges is None:
        return Fragment("TRUE")
    visible = _subquery(scope.charges, "charge")
    return Fragment(f"ch.id IN ({visible.text})", visible.params)


def listed(rows: Sequence[Sequence[Any]], name: str = "v") -> Fragment:
    """Return a VALUES list of `rows`."""
    params: dict[str, Any] = {}
    lines = []
    for number, row in enumerate(rows):
        names = [f"{name}{number}_{place}" for place in range(len(row))]
        params |= dict(zip(names, row, strict=True))
        lines.append(", ".join(f"%({each})s" for each in names))
    return Fragment("VALUES " + ", ".join(f"({line})" for line in lines), params)


def exact_sum(value: str, times: str = "1") -> str:
    """Return two columns whose `whole` is the sum of integer `value` x `times`.

    Neither half leaves 64 bits, whatever the engine does when a sum or a product overflows.
    """
    if times == "1":
        halves = f"SUM(({value}) / {HALF}), SUM(({value}) %% {HALF})"
        return f"${{wide}}{halves}${{narrow}} 0, SUM({value}) ${{end}}"
    return f"SUM({value} / {HALF} * ({times})), SUM({value} %% {HALF} * ({times}))"


def carried_sum(value: str) -> str:
    """Return two bigint columns whose `whole` is the sum of integer `value`.

    The lower stays below `HALF`, so that it can be multiplied by days and added up again.
    """
    high, low = (f"CAST(SUM({value} {half}) AS bigint)" for half in (f"/ {HALF}", f"%% {HALF}"))
    return f"{high} + {low} / {HALF}, {low} %% {HALF}"


def whole(high: Any, low: Any) -> int:
    """Join the two columns of an `exact_sum`; no rows are 0."""
    return int(high or 0) * HALF + int(low or 0)


def split(value: int) -> tuple[int, int]:
    """Return a sum as the two columns that `whole` joins."""
    return divmod(value, HALF)


def sums(columns: Iterable[Any]) -> list[int]:
    """Join the columns of several `exact_sum`s."""
    pairs = iter(columns)
    return [whole(high, low) for high, low in zip(pairs, pairs, strict=True)]


def amount(scaled: int) -> Fraction:
    """Return the exact amount of a sum of money columns."""
    return Fraction(scaled, SCALE)


def _subquery(rows: QuerySet[Any], name: str) -> Fragment:
    try:
        text, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Fragment("NULL")
    names = [f"{name}_{place}" for place in range(len(values))]
    marks = tuple(f"%({each})s" for each in names)
    # A literal percent sign stays doubled for the second round.
    return Fragment(text.replace("%%", "%%%%") % marks, dict(zip(names, values, strict=True)))
