"""Addresses of what lies behind a figure: its rows, and its table as a file."""

from urllib.parse import urlencode

from metrics.queries.question import Question


def question_parameters(question: Question) -> dict[str, str | int]:
    """Return a question as it stands in an address."""
    return {
        "from": question.window.start.isoformat(),
        "to": question.window.end.isoformat(),
        "as_of": question.as_of.isoformat(),
        "by": question.by,
        "grace": question.grace,
    }


def rows_address(question: Question, figure: str, key: str) -> str:
    """Return the page of the rows that add up to one figure of the figures file."""
    asked = {"figure": figure, "key": key} | question_parameters(question)
    return f"/metrics/rows/?{urlencode(asked)}"


def export_address(question: Question, figure: str, form: str) -> str:
    """Return the address of a family of figures as a file: csv, xlsx or json."""
    asked = {"figure": figure} | question_parameters(question) | {"as": form}
    return f"/metrics/export/?{urlencode(asked)}"
