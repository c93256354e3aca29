"""Contracts, what people decide about them, and their links."""

from datetime import date

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.api.contract_filters import ContractFilters
from contracts.api.contract_serializers import (
    CancellationSerializer,
    ContractLinkSerializer,
    ContractRowSerializer,
    ContractSerializer,
    CurrentTermSerializer,
    NextTermSerializer,
    NoticeSerializer,
    TermRowSerializer,
)
from contracts.api.filters import ChoiceFilter, IdFilter, filterset
from contracts.api.rows import Row, reader_of
from contracts.api.terms import TermSerializer, with_proof
from contracts.api.viewsets import AppendOnly, Editable, RemoveRow
from contracts.models import Contract, ContractLink, Term, choices
from contracts.queries.standings import Facts, standings
from contracts.services import proposals, renewals


def facts_of(row: Row) -> Facts:
    """Return what a contract's row says about where it stands."""
    return Facts(
        id=row["id"],
        is_draft=row["is_draft"],
        renewal_kind=row["renewal_kind"],
        notice_given_on=_day(row["notice_given_on"]),
        cancelled_on=_day(row["cancelled_on"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


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

    def get_serializer_class(self) -> type[ContractRowSerializer]:
        """Leave proofs out of lists: they are read one by one, not by the page."""
        return ContractRowSerializer if self.action == "list" else ContractSerializer

    def completed(self, rows: list[Row]) -> list[Row]:
        term = reader_of(TermRowSerializer if self.action == "list" else CurrentTermSerializer)
        found = standings(
            [facts_of(row) for row in rows], columns=term.columns, today=timezone.localdate()
        )
        shown = iter(term.shown(each.term for each in found.values() if each.term))
        for row in rows:
            state, values = found[row["id"]]
            row["state"] = state.value
            row["current_term"] = with_proof(next(shown)) if values else None
        return rows

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
        return self.answer(with_proof(row), status.HTTP_201_CREATED)

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
