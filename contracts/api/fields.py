"""How values look in JSON: exact amounts as text, days as ISO text, relations as ids within one's rights."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contracts.queries import rights

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def decimal_text(value: Decimal, *, least: int = 0) -> str:
    """Return a decimal without needless zeros but with at least `least` places: 1200.50, 0.0125."""
    whole, _point, places = f"{value:f}".partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}" if places else whole


def money_text(value: Decimal) -> str:
    """Return an amount with at least two places."""
    return decimal_text(value, least=2)


class ExactField(serializers.DecimalField):
    """A decimal as text, read and written. A JSON fraction is refused: it may have lost digits on its way."""

    default_error_messages = {
        "fraction": _('Write it as text, such as "12.50": a JSON number may lose digits.')
    }
    least_places = 0

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, float | bool):
            self.fail("fraction")
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> str:
        return decimal_text(Decimal(value), least=self.least_places)


class MoneyTextField(ExactField):
    """An amount: at least two decimal places, four where it has them."""

    least_places = 2


class DayField(serializers.DateField):
    """A day of the years 1900 to 2199."""

    default_error_messages = {"range": _("Write a day of the years 1900 to 2199.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("range")
        return day


@extend_schema_field({"type": "integer", "minimum": 1})
class ScopedRelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a row that the request's user may name. A foreign id and a missing one have one answer.

    `within` returns the rows a user may name; without it they are those the user sees.
    """

    def __init__(
        self, *, within: Callable[[Any], QuerySet[Any]] | None = None, **kwargs: Any
    ) -> None:
        self.within = within
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        user, named = self.context["request"].user, cast("Any", self).queryset
        if self.within is not None:
            return self.within(user)
        if named.model is get_user_model():
            return rights.people_known_to(user)
        visible: QuerySet[Any] = named.model._default_manager.visible_to(user)
        return visible

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not int:
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)
