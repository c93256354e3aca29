"""Exact decimals on both engines: SQLite keeps decimals as floats, so they are stored as scaled integers.

Decision: docs/decisions/0002-money-as-scaled-integers.md
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

# One half of a split sum stays far inside 64 bits for 10^9 rows.
HALF = 1_000_000_000


if TYPE_CHECKING:
    DecimalField = models.DecimalField[Any, Any]
else:
    DecimalField = models.DecimalField


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


class ExactSum(models.Aggregate):
    """The sum of a scaled field, exact beyond 64 bits on both engines; None over no rows.

    SQLite refuses integer sums beyond 64 bits, so there the two halves are summed apart and joined here.
    """

    function = "SUM"
    allow_distinct = False

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        template = f"SUM(%(expressions)s / {HALF}) || ':' || SUM(%(expressions)s %%%% {HALF})"
        sql, params = self.as_sql(compiler, connection, template=template, **context)
        return sql, (*params, *params)

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
