"""A view of the figures: its question, its currency and its permanent address."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from contracts.rules.period import Period
from metrics.queries.narrowing import Narrowing
from metrics.queries.question import Question
from metrics.web.addresses import export_address, rows_address

# What ends the value of the currency field where every currency is converted.
CONVERTED = "all"


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at. `base` is the currency of every amount on the page."""

    question: Question
    base: str
    is_converted: bool
    narrowing: Narrowing
    fiscal_year: Period

    @property
    def window(self) -> Period:
        """The days that are looked at."""
        return self.question.window

    @property
    def as_of(self) -> date:
        """The day as of which they are."""
        return self.question.as_of

    @property
    def unit(self) -> str:
        """The unit that is counted."""
        return self.question.by

    @property
    def address(self) -> str:
        """The query string that gives this view for ever: days instead of names for them."""
        asked: dict[str, Any] = {
            "period": "custom",
            "from": self.window.start,
            "to": self.window.end,
            "as_of": self.as_of,
            "by": self.question.by,
            "currency": f"{self.base}-{CONVERTED}" if self.is_converted else self.base,
        }
        if self.question.believed_on:
            asked["believed_on"] = self.question.believed_on
        return urlencode(asked | self._narrowed())

    def over(self, window: Period) -> "View":
        """Return the same view of other days."""
        return replace(self, question=replace(self.question, window=window))

    def with_part(self, **parts: str) -> str:
        """Return this view with something on its page opened."""
        return f"?{self.address}&{urlencode(parts)}"

    def rows(self, figure: str, *key: str | int) -> str:
        """Return the address of the rows behind a figure; the parts of a key are joined with `|`."""
        address = rows_address(self.question, figure, "|".join(str(part) for part in key))
        return self._also(address)

    def export(self, family: str, form: str) -> str:
        """Return the address of a family of figures as a file."""
        return self._also(export_address(self.question, family, form))

    def _also(self, address: str) -> str:
        narrowed = self._narrowed()
        return f"{address}&{urlencode(narrowed)}" if narrowed else address

    def _narrowed(self) -> dict[str, Any]:
        return self.narrowing.parameters()
