"""Contracts, what people decide about them, and their links."""

from typing import Any, ClassVar

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.api.contract_filters import ContractFilters
from contracts.api.fields import DayField
from contracts.api.filters import ChoiceFilter, IdFilter, filterset
from contracts.api.rows import Row, reader_of
from contracts.api.serializers import RecordSerializer, StrictSerializer
from contracts.api.terms import TermSerializer, editable_contracts, proof_steps
from contracts.api.viewsets import AppendOnly, Editable, RemoveRow
from contracts.models import Contract, ContractLink, Term, choices
from contracts.queries import rights
from contracts.queries.portfolio import with_state
from contracts.services import proposals, renewals

NO_DEPARTMENT = _("Name a department that you work for.")


class CurrentTermSerializer(RecordSerializer):
    """The term in force today, else the last one."""

    class Meta:
        model = Term
        fields = (
            "id", "seq", "start_date", "end_date", "annual_value", "quantity", "unit_price",
            "list_price", "is_assumed", "notice_deadline", "window_opens", "send_by", "decide_by",
            "is_open", "proof",
        )  # fmt: skip
        read_only_fields = fields

    proof = TermSerializer._declared_fields["proof"]


class ContractSerializer(RecordSerializer):
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
    current_term = CurrentTermSerializer(
        read_only=True, allow_null=True, help_text=_("The term in force today, else the last one.")
    )

    class Meta:
        model = Contract
        fields = (
            "id", "public_id", "external_reference", "title", "vendor", "vendor_name", "category",
            "category_name", "department", "department_name", "owner", "owner_email", "currency",
            "is_draft", "renewal_kind", "initial_months", "renewal_months", "notice_value",
            "notice_unit", "notice_rule", "window_opens_value", "window_opens_unit",
            "notice_method", "delivery_lead_days", "announcement_days", "billing_frequency",
            "payment_terms_days", "cap_kind", "cap_pct", "signed_on", "notice_given_on",
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
    last_day = DayField(help_text=_("The last day in force."))
    reason = serializers.CharField(max_length=250, allow_blank=True, default="")


class NoticeSerializer(StrictSerializer):
    given_on = DayField(help_text=_("The day on which notice was sent."))


class ContractViewSet(Editable):
    """What was agreed with vendors. Periods and prices are the terms of a contract."""

    model = Contract
    serializer_class = ContractSerializer
    filterset_class = ContractFilters
    search_fields = (
        "title", "external_reference", "vendor__name", "vendor__legal_name",
        "vendor__aliases__name",
    )  # fmt: skip
    ordering_fields = (
        "id", "title", "external_reference", ("vendor_name", "vendor__name"), "currency",
        "signed_on", "cancelled_on", "created_at", "updated_at",
    )  # fmt: skip

    def completed(self, rows: list[Row]) -> list[Row]:
        standings = self.standings([row["id"] for row in rows])
        reader = reader_of(CurrentTermSerializer)
        wanted = [term for _state, term in standings.values() if term is not None]
        terms = {term["id"]: term for term in reader.read(Term.objects.filter(pk__in=wanted))}
        for term in terms.values():
            term["proof"] = proof_steps(term["proof"])
        for row in rows:
            row["state"], term_id = standings[row["id"]]
            row["current_term"] = terms.get(term_id)
        return rows

    def standings(self, ids: list[int]) -> dict[int, tuple[str, int | None]]:
        """Return the state and the id of the current term of each contract."""
        standing = Term.objects.filter(contract=OuterRef("pk"), is_void=False).order_by("-seq")
        found = (
            with_state(Contract.objects.filter(pk__in=ids).order_by(), timezone.localdate())
            .annotate(term_id=Coalesce(F("current_id"), Subquery(standing.values("pk")[:1])))
            .values_list("pk", "state", "term_id")
        )
        return {pk: (state, term) for pk, state, term in found}

    @extend_schema(request=NextTermSerializer, responses={201: TermSerializer})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        """Add the next term. Name its first day; the rest is proposed: days by the renewal length, same price."""
        contract = self.get_editable()
        asked = NextTermSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        proposal = proposals.next_term(contract, named=asked.validated_data)
        term = renewals.renew(contract, proposal=proposal, by=request.user)
        row = reader_of(TermSerializer).read(Term.objects.filter(pk=term.pk))[0]
        return self.answer(row | {"proof": proof_steps(row["proof"])}, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=NextTermSerializer)
    @renew.mapping.get
    def proposal(self, request: Request, pk: str) -> Response:
        """Return the next term as it would be proposed: days by the renewal length, same price."""
        proposal = renewals.propose(self.get_editable())
        return Response(NextTermSerializer(proposal).data)

    @extend_schema(request=CancellationSerializer, responses=ContractSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """End a contract on its last day in force; terms that would start later become void."""
        contract = self.get_editable()
        asked = CancellationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        renewals.cancel(contract, by=request.user, **asked.validated_data)
        return self.answer(self.row(pk))

    @extend_schema(request=NoticeSerializer, responses=ContractSerializer)
    @action(detail=True, methods=["post"], url_path="give-notice", url_name="give-notice")
    def give_notice(self, request: Request, pk: str) -> Response:
        """Record that notice was sent."""
        contract = self.get_editable()
        asked = NoticeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        renewals.give_notice(contract, by=request.user, **asked.validated_data)
        return self.answer(self.row(pk))


class ContractLinkSerializer(RecordSerializer):
    class Meta:
        model = ContractLink
        fields = ("id", "from_contract", "to_contract", "kind", "created_at", "updated_at")
        extra_kwargs: ClassVar = {"from_contract": {"within": editable_contracts}}
        example: ClassVar = {"from_contract": 1, "to_contract": 2, "kind": "replacement"}


class ContractLinkViewSet(AppendOnly, RemoveRow):
    """One contract continues another: consolidation, currency move or replacement."""

    model = ContractLink
    serializer_class = ContractLinkSerializer
    filterset_class = filterset(
        "ContractLinkFilters",
        from_contract=IdFilter("from_contract_id"),
        to_contract=IdFilter("to_contract_id"),
        kind=ChoiceFilter(choices=choices.LINK_KINDS),
    )
    ordering_fields = ("id", "from_contract", "to_contract")
