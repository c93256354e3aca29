"""Permanent addresses of the pages of figures."""

from urllib.parse import urlencode

from django.urls import reverse

from metrics.queries.question import Question
from metrics.queries.rows_addresses import of_cell

# What a key is made of stays readable.
PLAIN = "|:"


def rows_address(question: Question, figure: str, key: str) -> str:
    """Return the address of the rows behind a cell, such as ("accrual_month", "2024-01|USD")."""
    return f"{reverse('metrics:rows')}?{urlencode(of_cell(question, figure, key), safe=PLAIN)}"
