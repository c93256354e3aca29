"""Papers of contracts and the days on which they run out."""

from typing import ClassVar

from contracts.api import filters
from contracts.api.serializers import RecordSerializer
from contracts.api.terms import editable_contracts
from contracts.api.viewsets import Editable
from contracts.models import Document, choices


class DocumentSerializer(RecordSerializer):
    """A paper that belongs to a contract: where it is kept, and when it runs out."""

    class Meta:
        model = Document
        fields = (
            "id", "contract", "title", "kind", "reference", "expires_on", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"contract": {"within": editable_contracts}}
        example: ClassVar = {
            "contract": 1,
            "title": "ISO 27001 certificate",
            "kind": "certificate",
            "reference": "https://files.example.com/iso27001.pdf",
            "expires_on": "2027-05-31",
        }


class DocumentViewSet(Editable):
    """Papers of the contracts. Before one runs out an alert is raised."""

    model = Document
    serializer_class = DocumentSerializer
    filterset_class = filters.filterset(
        "DocumentFilters",
        contract=filters.IdFilter("contract_id"),
        department=filters.IdFilter("contract__department_id"),
        kind=filters.ChoiceFilter(choices=choices.DOCUMENT_KINDS),
        **filters.days("expires_on"),
    )
    search_fields = ("title", "reference", "contract__title")
    ordering_fields = ("id", "contract", "title", "expires_on")
