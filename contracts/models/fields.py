"""Exact decimals on both engines: SQLite keeps decimals as floats, so they are stored as scaled integers.

Decision: docs/decisions/0002-money-as-scaled-integers.md
"""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from contracts.rules.names import normal_form

# One half of a split sum stays far inside 64 bits for 10^9 rows.
HALF = 1_000_000_000


if TYPE_CHECKING:
    DecimalField = models.DecimalField[Any, Any]
    CharField = models.CharField[str, str]
    DateField = models.DateField[Any, Any]
    PositiveSmallIntegerField = models.PositiveSmallIntegerField[Any, Any]
else:
    DecimalField = models.DecimalField
    CharField = models.CharField
    DateField = models.DateField
    PositiveSmallIntegerField = models.PositiveSmallIntegerField


class ScaledDecimalField(DecimalField):
    """A `Decimal` in Python, an integer of `10^-decimal_places` units in the database.

    Holds at most 18 digits (a 64-bit integer). Every lookup, ordering and `ExactSum` is exact.
    """

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def get_prep_value(self, value: Any) -> Any:
        return value if hasattr(value, "resolve_expression") else self.to_python(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None or hasattr(value, "as_sql"):
            return value
        return self.scaled(self.to_python(value))

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: Any, *_args: object) -> Decimal | None:
        return None if value is None else self.unscaled(joined(value))

    def scaled(self, value: Decimal) -> int:
        """Return the stored integer of an amount; digits beyond the scale are an error of the caller."""
        shifted = value.scaleb(self.decimal_places)
        if shifted != (whole := shifted.to_integral_value()):
            raise ValueError(f"{value} has more than {self.decimal_places} decimal places")
        return int(whole)

    def unscaled(self, value: int) -> Decimal:
        """Return the amount of a stored integer."""
        return Decimal(value).scaleb(-self.decimal_places)


class MoneyField(ScaledDecimalField):
    """An amount with four decimal places (unit prices need them); its currency stands beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 18, "decimal_places": 4, **kwargs})


class QuantityField(ScaledDecimalField):
    """A number of units with four decimal places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 18, "decimal_places": 4, **kwargs})


class PercentField(ScaledDecimalField):
    """A percentage with six decimal places: 5 means 5 %."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 15, "decimal_places": 6, **kwargs})


class RateField(ScaledDecimalField):
    """An exchange rate with eight decimal places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 18, "decimal_places": 8, **kwargs})


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
LONGEST = 3660


class DayField(DateField):
    """A day somebody writes: of the years 1900 to 2199, so that no rule leaves the calendar."""

    default_validators = [
        MinValueValidator(FIRST_DAY, _("Write a day of the years 1900 to 2199.")),
        MaxValueValidator(LAST_DAY, _("Write a day of the years 1900 to 2199.")),
    ]


class LengthField(PositiveSmallIntegerField):
    """A number of days or months somebody writes: more than ten years of days is a slip."""

    default_validators = [MaxValueValidator(LONGEST)]


class DerivedNameField(CharField):
    """Text that follows from the column `source`: set on every way into the database, bulk writes included."""

    def __init__(self, *args: Any, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"max_length": 400, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def derive(self, text: str) -> str:
        """Return the derived text."""
        raise NotImplementedError


class FoldedNameField(DerivedNameField):
    """A name without the difference of case, in any alphabet: SQLite's LOWER knows ASCII alone."""

    def derive(self, text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold().strip()


class NormalNameField(DerivedNameField):
    """The normal form by which spellings of a name find each other."""

    def derive(self, text: str) -> str:
        return normal_form(text)


class ExactSum(models.Aggregate):
    """The sum of a scaled field, exact beyond 64 bits on both engines; None over no rows.

    SQLite refuses integer sums beyond 64 bits, so there the two halves are summed apart and joined here.
    """

    function = "SUM"
    allow_distinct = False

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql: list[str] = []
        params: list[Any] = []
        for half in (f"/ {HALF}", f"%%%% {HALF}"):
            part = self.copy()
            part.template = f"SUM(%(expressions)s {half})"
            part_sql, part_params = part.as_sql(compiler, connection, **context)
            sql.append(part_sql)
            params.extend(part_params)
        return " || ':' || ".join(sql), tuple(params)

    @property
    def convert_value(self) -> Any:
        """Leave the value to the field: an integer conversion would refuse the halves."""
        return lambda value, expression, connection: value


def joined(value: int | str | Decimal) -> int:
    """Return the integer of a sum in either engine's form ("high:low" halves on SQLite)."""
    if isinstance(value, str) and ":" in value:
        high, low = value.split(":")
        return int(high) * HALF + int(low)
    return int(value)
