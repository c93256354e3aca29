"""The fixing behind converted figures."""

from django.utils.translation import gettext_lazy as _

from metrics.queries.question import Question
from metrics.queries.rates import fixing
from metrics.queries.rows_opened import CURRENCY, Column, Measure, Opened, Row, UnknownKeyError
from metrics.rules.conversion import PIVOT

COLUMNS = (
    Column("base", _("Base")),
    CURRENCY,
    Column("fixed_on", _("Fixed on"), "day"),
    Column("source", _("Source")),
    Column("rate", _("Rate"), "rate", is_added=True),
)


def rate(question: Question, key: str) -> Opened:
    """Open "USD": the last fixing of that currency on or before the day before the window."""
    at = fixing(question.opening_day)
    if key not in at.rates:
        raise UnknownKeyError(key)
    row = Row((PIVOT, key, at.fixed_on[key], ", ".join(sorted(at.sources)), at.rates[key]))
    return Opened(COLUMNS, (row,), Measure(("rate",)), fixing=at)
