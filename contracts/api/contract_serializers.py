"""What a contract looks like, and what a decision about it must say."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.api.fields import DayField
from contracts.api.serializers import RecordSerializer, StrictSerializer
from contracts.api.terms import ProofField, editable_contracts
from contracts.models import Contract, ContractLink, Term, choices
from contracts.queries import rights

NO_DEPARTMENT = _("Name a department that you work for.")


class TermRowSerializer(RecordSerializer):
    """The term in force today, else the last one; its proof is read with the contract."""

    class Meta:
        model = Term
        fields: tuple[str, ...] = (
            "id", "seq", "start_date", "end_date", "annual_value", "quantity", "unit_price",
            "list_price", "is_assumed", "notice_deadline", "window_opens", "send_by", "decide_by",
            "is_open",
        )  # fmt: skip
        read_only_fields = fields


class CurrentTermSerializer(TermRowSerializer):
    """The term in force today, else the last one, with the proof of its deadline."""

    proof = ProofField(read_only=True)

    class Meta(TermRowSerializer.Meta):
        fields = (*TermRowSerializer.Meta.fields, "proof")


class ContractRowSerializer(RecordSerializer):
    """What was agreed with a vendor, in a list."""

    vendor_name = serializers.CharField(source="vendor.name", read_only=True)
    category_name = serializers.CharField(source="category.name", read_only=True, allow_null=True)
    department_name = serializers.CharField(
        source="department.name", read_only=True, allow_null=True
    )
    owner_email = serializers.CharField(source="owner.email", read_only=True, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=50), max_length=50, required=False
    )
    state = serializers.ChoiceField(
        choices=choices.CONTRACT_STATES, read_only=True, help_text=_("Where it stands today.")
    )
    current_term = TermRowSerializer(
        read_only=True, allow_null=True, help_text=_("The term in force today, else the last one.")
    )

    class Meta:
        model = Contract
        fields = (
            "id", "public_id", "external_reference", "title", "vendor", "vendor_name", "category",
            "category_name", "department", "department_name", "owner", "owner_email", "currency",
            "is_draft", "renewal_kind", "initial_months", "renewal_months", "notice_value",
            "notice_unit", "notice_rule", "window_opens_value", "window_opens_unit",
            "notice_method", "delivery_lead_days", "announcement_days", "true_up_months",
            "true_up_report_days", "billing_frequency", "payment_terms_days", "cap_kind", "cap_pct",
            "signed_on", "notice_given_on",
            "cancelled_on", "leaving_reason", "tags", "note", "version", "created_at",
            "updated_at", "state", "current_term",
        )  # fmt: skip
        computed = ("state", "current_term")
        extra_kwargs: ClassVar = {"department": {"within": rights.departments_of_editor}}
        example: ClassVar = {
            "title": "Jira and Confluence",
            "external_reference": "C-2026-017",
            "vendor": 1,
            "department": 1,
            "currency": "EUR",
            "renewal_kind": "auto",
            "initial_months": 36,
            "renewal_months": 12,
            "notice_value": 90,
            "notice_unit": "days",
            "cap_kind": "fixed",
            "cap_pct": "5",
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = self.instance is not None and "department" not in attrs
        user = self.context["request"].user
        if not named and not attrs.get("department") and not rights.edits_everywhere(user):
            raise serializers.ValidationError({"department": [NO_DEPARTMENT]}, code="required")
        return attrs


class ContractSerializer(ContractRowSerializer):
    """What was agreed with a vendor."""

    current_term = CurrentTermSerializer(
        read_only=True, allow_null=True, help_text=_("The term in force today, else the last one.")
    )


class NextTermSerializer(RecordSerializer):
    """What is left out is taken from the proposal."""

    class Meta:
        model = Term
        fields = (
            "start_date", "end_date", "annual_value", "quantity", "unit_price", "list_price",
            "signed_on",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"annual_value": {"required": False}}
        example: ClassVar = {"start_date": "2027-01-01", "annual_value": "12600.00"}


class CancellationSerializer(StrictSerializer):
    """When and why a contract ends."""

    last_day = DayField(help_text=_("The last day in force."))
    reason = serializers.CharField(max_length=250, allow_blank=True, default="")


class NoticeSerializer(StrictSerializer):
    """When notice was sent."""

    given_on = DayField(help_text=_("The day on which notice was sent."))


class ContractLinkSerializer(RecordSerializer):
    """`from_contract` is continued by `to_contract`."""

    class Meta:
        model = ContractLink
        fields = ("id", "from_contract", "to_contract", "kind", "created_at", "updated_at")
        extra_kwargs: ClassVar = {"from_contract": {"within": editable_contracts}}
        example: ClassVar = {"from_contract": 1, "to_contract": 2, "kind": "replacement"}
