"""Terms with the proof of their deadlines, and the lines of their order forms."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contracts.api import filters
from contracts.api.rows import Row
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import Editable
from contracts.models import Contract, LicenceLine, Term, choices
from contracts.models.terms import DERIVED_FIELDS
from contracts.queries.proof import sentences

PROOF_STEP = {
    "type": "object",
    "required": ["rule", "text", "result"],
    "properties": {
        "rule": {"type": "string", "description": "The rule of docs/domain.md.", "example": "R3"},
        "text": {"type": "string", "description": "The step in words."},
        "result": {"type": ["string", "null"], "format": "date"},
    },
}


@extend_schema_field({"type": "array", "items": PROOF_STEP, "readOnly": True})
class ProofField(serializers.JSONField):
    """The steps that led to a deadline."""


def proof_steps(proof: list[dict[str, Any]]) -> list[Row]:
    """Return a stored proof in the reader's language."""
    return [
        {
            "rule": each.rule,
            "text": each.text,
            "result": each.result.isoformat() if each.result else None,
        }
        for each in sentences(proof)
    ]


def with_proof(row: Row) -> Row:
    """Return a term's row with its proof, where it has one, in the reader's language."""
    return row | {"proof": proof_steps(row["proof"])} if "proof" in row else row


def editable_contracts(user: Any) -> QuerySet[Contract]:
    """Return the contracts whose parts the user may change."""
    editable: QuerySet[Contract] = Contract.objects.editable_by(user)
    return editable


def editable_terms(user: Any) -> QuerySet[Term]:
    """Return the terms whose parts the user may change."""
    editable: QuerySet[Term] = Term.objects.editable_by(user)
    return editable


class TermSerializer(RecordSerializer):
    """A period of a contract at one price; deadlines and their proof are computed."""

    contract_title = serializers.CharField(source="contract.title", read_only=True)
    currency = serializers.CharField(source="contract.currency", read_only=True)
    anchor_kind = serializers.ChoiceField(
        choices=choices.ALERT_KINDS, allow_blank=True, read_only=True
    )
    proof = ProofField(read_only=True)

    class Meta:
        model = Term
        fields = (
            "id", "contract", "contract_title", "currency", "seq", "start_date", "end_date",
            "signed_on", "annual_value", "quantity", "unit_price", "list_price", "is_assumed",
            "notice_deadline", "window_opens", "send_by", "decide_by", "anchor_kind", "anchor_date",
            "is_void", "is_open", "proof", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = DERIVED_FIELDS
        extra_kwargs: ClassVar = {
            "contract": {"within": editable_contracts},
            "seq": {"required": False, "min_value": 1, "max_value": 10_000},
        }
        example: ClassVar = {
            "contract": 1,
            "start_date": "2026-01-01",
            "end_date": "2026-12-31",
            "annual_value": "12000.00",
            "quantity": "100",
            "unit_price": "120.00",
        }


class TermViewSet(Editable):
    """Periods of contracts at one price, each with its deadlines and the proof of them.

    A renewal adds a term (`/contracts/{id}/renew/`); a change here is a correction.
    """

    model = Term
    serializer_class = TermSerializer
    filterset_class = filters.filterset(
        "TermFilters",
        contract=filters.IdFilter("contract_id"),
        vendor=filters.IdFilter("contract__vendor_id"),
        department=filters.IdFilter("contract__department_id"),
        open=filters.FlagFilter("is_open"),
        void=filters.FlagFilter("is_void"),
        assumed=filters.FlagFilter("is_assumed"),
        **filters.days("start_date"),
        **filters.days("end_date"),
        **filters.days("notice_deadline"),
        **filters.days("send_by"),
        **filters.days("decide_by"),
        **filters.days("anchor_date"),
    )
    search_fields = ("contract__title", "contract__external_reference", "contract__vendor__name")
    ordering_fields = (
        "id", "contract", "seq", "start_date", "end_date", "annual_value", "notice_deadline",
        "send_by", "decide_by", "anchor_date",
    )  # fmt: skip

    def completed(self, rows: list[Row]) -> list[Row]:
        return [with_proof(row) for row in rows]


class LicenceLineSerializer(RecordSerializer):
    """One line of an order form."""

    product_name = serializers.CharField(source="product.name", read_only=True, allow_null=True)
    currency = serializers.CharField(source="term.contract.currency", read_only=True)

    class Meta:
        model = LicenceLine
        fields = (
            "id", "term", "product", "product_name", "sku", "description", "pricing_model", "unit",
            "quantity", "list_price", "discount_pct", "unit_price", "currency", "start_date",
            "end_date", "version", "created_at", "updated_at",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"term": {"within": editable_terms}}
        example: ClassVar = {
            "term": 1,
            "sku": "JIRA-PREM",
            "quantity": "100",
            "list_price": "150.00",
            "discount_pct": "20",
            "unit_price": "120.00",
        }


class LicenceLineViewSet(Editable):
    """What the terms buy: product, quantity and price."""

    model = LicenceLine
    serializer_class = LicenceLineSerializer
    filterset_class = filters.filterset(
        "LicenceLineFilters",
        term=filters.IdFilter("term_id"),
        contract=filters.IdFilter("term__contract_id"),
        product=filters.IdFilter("product_id"),
        **filters.days("start_date"),
        **filters.days("end_date"),
    )
    search_fields = ("sku", "description", "product__name")
    ordering_fields = ("id", "term", "sku", "quantity", "unit_price")
