"""The digits of all figures as one fingerprint, to hold engines and machines against each other."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date

from contracts.rules.period import Period
from metrics.queries.figures import figures
from metrics.queries.question import Question


def questions(today: date) -> Iterator[Question]:
    """Yield last year by vendor, and the year up to today by contract."""
    last_year = Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    yield Question(last_year, today, "vendor")
    yield Question(Period(date(today.year, 1, 1), today), today, "contract")


def fingerprint(today: date) -> str:
    """Return the SHA-256 of every figure of both questions as the figures file writes them."""
    digest = hashlib.sha256()
    for question in questions(today):
        text = json.dumps(figures(question), sort_keys=True, ensure_ascii=False)
        digest.update(text.encode())
    return digest.hexdigest()
