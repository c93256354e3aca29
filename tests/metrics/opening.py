"""Open every cell of an answer and hold its rows against it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.rows import Cell, cells, rows_of
from metrics.queries.rows_opened import Opened

# What an answer says about the question and its rates: no amounts, so nothing adds up to them.
NOTES = {"window", "as_of", "by", "grace", "believed_on", "fixing"}


def differences(cell: Cell, opened: Opened) -> Iterator[str]:
    """Yield what does not add up."""
    if opened.printed != cell.value:
        yield f"{cell}: the rows make {opened.printed}"
    for column in opened.columns:
        if not column.is_added:
            continue
        exact = sum(
            (Fraction(opened.exact_at(column.name, n)) for n in range(len(opened.rows))),
            Fraction(0),
        )
        if exact != opened.totals[column.name]:
            yield f"{cell}: the exact {column.name} make {exact}"
        if column.kind == "money":
            place = opened.places[column.name]
            rows = map(opened.printed_row, range(len(opened.rows)))
            printed = sum(Decimal(str(row[place])) for row in rows)
            if printed != Decimal(str(opened.printed_totals[column.name])):
                yield f"{cell}: the printed {column.name} make {printed}"


def opened_all(question: Question) -> tuple[Counter[str], Counter[str], list[str]]:
    """Open every cell; return the numbers of cells and of right ones by family, and what is wrong."""
    found: dict[str, Any] = figures(question)
    total, right = Counter[str](), Counter[str]()
    wrong = []
    for cell in cells(found):
        total[cell.figure] += 1
        problems = list(differences(cell, rows_of(question, cell.figure, cell.key)))
        right[cell.figure] += not problems
        wrong += problems
    without = {name for name, content in found.items() if content} - set(total) - NOTES
    wrong += [f"{name} has no cells" for name in sorted(without)]
    return total, right, wrong
