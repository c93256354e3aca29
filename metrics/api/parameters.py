"""What a request may ask of the figures."""

from datetime import date, timedelta
from typing import Any, NamedTuple, get_args

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.models import Category, Department, Vendor
from contracts.rules.period import Period
from metrics.queries.narrowing import Narrowing
from metrics.queries.question import Question, Unit
from metrics.rules.renewals import DEFAULT_GRACE

UNKNOWN_PARAMETER = _("There is no such parameter. Known: %(known)s.")
LONGEST_WINDOW = timedelta(days=20 * 366)
NARROWED = ("department", "category", "vendor", "currency")
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)


class DayParameter(serializers.DateField):
    """A day within a lifetime of contracts."""

    default_error_messages = {"range": _("Write a day of the years 1950 to 2150.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("range")
        return day


class KnownParameters(serializers.Serializer[Any]):
    """Parameters by name; one that is not known is refused, never passed over."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            message = UNKNOWN_PARAMETER % {"known": ", ".join(self.fields)}
            raise serializers.ValidationError(
                {name: [message] for name in unknown}, code="unknown_parameter"
            )
        return super().to_internal_value(data)


class _Window(KnownParameters):
    """The parts of a question, and what holds between them."""

    default_error_messages = {
        "order": _("The last day of the window is not before its first."),
        "length": _("A window has at most 20 years."),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        usual = attrs.get("believed_on", self.context["today"])
        asked = {**attrs, "as_of": attrs.get("as_of", usual)}
        last = asked.setdefault("to", asked["as_of"])
        first = asked.setdefault("from", _year_before(last))
        if last < first:
            raise serializers.ValidationError({"to": [self.error_messages["order"]]}, code="order")
        if last - first > LONGEST_WINDOW:
            raise serializers.ValidationError(
                {"to": [self.error_messages["length"]]}, code="length"
            )
        return asked


def _year_before(last: date) -> date:
    return (last - timedelta(days=365)) + timedelta(days=1)


# Made by a call: `from` is no name for an attribute.
QuestionParameters: type[_Window] = type(
    "QuestionParameters",
    (_Window,),
    {
        "from": DayParameter(
            required=False, help_text=_("First day of the window; a year before `to` if left out.")
        ),
        "to": DayParameter(
            required=False, help_text=_("Last day of the window; `as_of` if left out.")
        ),
        "as_of": DayParameter(
            required=False, help_text=_("What was known on this day; today if left out.")
        ),
        "believed_on": DayParameter(
            required=False,
            help_text=_("What had been recorded by the end of this day; now if left out."),
        ),
        "by": serializers.ChoiceField(
            choices=get_args(Unit), default="vendor", help_text=_("The unit that is counted.")
        ),
        "grace": serializers.IntegerField(
            min_value=0,
            max_value=365,
            default=DEFAULT_GRACE,
            help_text=_("Days after the end in which a renewal still counts."),
        ),
        "department": serializers.PrimaryKeyRelatedField(
            queryset=Department.objects.all(),
            required=False,
            help_text=_("Only this department and those below it."),
        ),
        "category": serializers.PrimaryKeyRelatedField(
            queryset=Category.objects.all(), required=False, help_text=_("Only this category.")
        ),
        "vendor": serializers.PrimaryKeyRelatedField(
            queryset=Vendor.objects.all(), required=False, help_text=_("Only this vendor.")
        ),
        "currency": serializers.RegexField(
            "^[A-Z]{3}$",
            required=False,
            help_text=_("Only contracts and charges in this currency."),
        ),
    },
)

RowsParameters: type[_Window] = type(
    "RowsParameters",
    (QuestionParameters,),
    {
        "figure": serializers.CharField(
            max_length=100, help_text=_("A family of figures: accrual_month, retention_vendor_EUR.")
        ),
        "key": serializers.CharField(
            max_length=500,
            allow_blank=True,
            default="",
            trim_whitespace=False,
            help_text=_("The key of the figure in its family, parts joined by a bar: 2024-01|USD."),
        ),
    },
)


class Asked(NamedTuple):
    """A question with the part of the portfolio that it is narrowed to."""

    question: Question
    narrowing: Narrowing


def question_of(asked: dict[str, Any], user: Any) -> Asked:
    """Return the question of valid parameters, within what `user` may read."""
    narrowing = Narrowing(*(asked.get(name) for name in NARROWED))
    question = Question(
        window=Period(asked["from"], asked["to"]),
        as_of=asked["as_of"],
        by=asked["by"],
        grace=asked["grace"],
        scope=narrowing.scope(user),
        believed_on=asked.get("believed_on"),
    )
    return Asked(question, narrowing)
