"""Addresses of what lies behind a figure: its rows, and its table as a file."""

from urllib.parse import urlencode

from django.urls import reverse

from metrics.queries.question import Question
from metrics.queries.rows_addresses import FIGURE, of_cell, of_question

# What a key is made of stays readable.
PLAIN = "|:"
FORM = "as"


def rows_address(question: Question, figure: str, key: str) -> str:
    """Return the address of the rows behind a cell, such as ("accrual_month", "2024-01|USD")."""
    return f"{reverse('metrics:rows')}?{urlencode(of_cell(question, figure, key), safe=PLAIN)}"


def export_address(question: Question, figure: str, form: str) -> str:
    """Return the address of figures as a file; `form` is csv, xlsx or json."""
    asked = {FIGURE: figure} | of_question(question) | {FORM: form}
    return f"{reverse('metrics:export')}?{urlencode(asked)}"
