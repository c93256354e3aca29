"""The pages on which a person decides about a contract: renew, give notice, cancel, acknowledge."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contracts.admin.widgets import AmountField, DayField, TextField
from contracts.models import Alert, Contract
from contracts.queries.timeline import standing
from contracts.services import alerts, renewals


class NextTermForm(forms.Form):
    """The next term, prefilled with what follows if nothing changes."""

    start_date = DayField(label=_("First day"))
    end_date = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: no end (evergreen).")
    )
    annual_value = AmountField(label=_("Annual value"))
    quantity = AmountField(label=_("Quantity"), required=False)
    unit_price = AmountField(label=_("Unit price per year"), required=False)
    list_price = AmountField(label=_("List price per year"), required=False)
    signed_on = DayField(label=_("Signed on"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("start_date"), values.get("end_date")
        if start and end and end < start:
            self.add_error("end_date", _("A term does not end before it starts."))
        return values


class NoticeForm(forms.Form):
    """The day on which notice was sent."""

    given_on = DayField(label=_("Notice given on"))


class CancelForm(forms.Form):
    """The end of a contract."""

    last_day = DayField(label=_("Last day in force"))
    reason = TextField(label=_("Reason"), max_length=250)


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of decision: its page and the one service call behind it."""

    name: str
    title: Any
    hint: Any
    done: Any
    form: type[forms.Form]
    initial: Callable[[Contract, date], dict[str, Any]]
    run: Callable[[Contract, dict[str, Any], Any], Any]
    is_grave: bool = False


def _proposed(contract: Contract, today: date) -> dict[str, Any]:
    return asdict(renewals.propose(contract))


def _last_end(contract: Contract, today: date) -> dict[str, Any]:
    ends = contract.terms.filter(is_void=False).order_by("-seq").values_list("end_date", flat=True)
    return {"last_day": ends.first() or today}


MOVES = (
    Move(
        name="renew",
        title=_("Renew"),
        hint=_("The next term is filled in at the same price. Change what was agreed, then save."),
        done=_("The contract was renewed: the next term was added."),
        form=NextTermForm,
        initial=_proposed,
        run=lambda contract, values, user: renewals.renew(
            contract, proposal=renewals.NextTerm(**values), by=user
        ),
    ),
    Move(
        name="notice",
        title=_("Give notice"),
        hint=_("Record the day on which notice was sent to the vendor. It ends the alerts."),
        done=_("The notice was recorded."),
        form=NoticeForm,
        initial=lambda contract, today: {"given_on": today},
        run=lambda contract, values, user: renewals.give_notice(contract, **values, by=user),
    ),
    Move(
        name="cancel",
        title=_("Cancel"),
        hint=_("The contract ends with its last day in force. Later terms become void."),
        done=_("The contract was cancelled."),
        form=CancelForm,
        initial=_last_end,
        run=lambda contract, values, user: renewals.cancel(contract, **values, by=user),
        is_grave=True,
    ),
)


class DecisionPages:
    """Adds the decision pages to the admin of contracts."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<int:object_id>/{move.name}/",
                self.admin_site.admin_view(self._page(move)),
                name=f"contracts_contract_{move.name}",
            )
            for move in MOVES
        ]
        acknowledge = path(
            "<int:object_id>/acknowledge/",
            self.admin_site.admin_view(self.acknowledge_view),
            name="contracts_contract_acknowledge",
        )
        return [acknowledge, *pages, *super().get_urls()]  # type: ignore[misc]  # the theme ships no types

    def _page(self, move: Move) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: int) -> HttpResponse:
            return self.decision_view(request, object_id, move)

        return page

    def decision_view(self, request: HttpRequest, object_id: int, move: Move) -> HttpResponse:
        """Show the form of a decision, or take the decision and go back to the contract."""
        contract = self._editable(request, object_id)
        form = self._form(request, contract, move)
        if form is None:
            return _way_back(request, contract)
        if request.method == "POST" and form.is_valid() and _taken(request, contract, form, move):
            return _way_back(request, contract)
        return self._shown(request, contract, form, move)

    def acknowledge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Note that this person has seen the contract's open alerts."""
        contract = self._editable(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        open_alerts = Alert.objects.filter(term__contract=contract).values_list("pk", flat=True)
        seen = alerts.acknowledge(open_alerts, by=request.user, now=timezone.now())
        messages.success(
            request, ngettext("%d alert acknowledged.", "%d alerts acknowledged.", seen) % seen
        )
        return _to_page(contract)

    def _editable(self, request: HttpRequest, object_id: int) -> Contract:
        """Return the contract; 404 for one this person does not see, 403 for one they only read."""
        admin: Any = self
        contract = admin.get_object(request, str(object_id))
        if contract is None:
            raise Http404
        if not admin.has_change_permission(request, contract):
            raise PermissionDenied
        return contract  # type: ignore[no-any-return]  # the theme ships no types

    def _form(self, request: HttpRequest, contract: Contract, move: Move) -> forms.Form | None:
        """Return the form, None (and a message) where the decision is not open at all."""
        if request.method == "POST":
            return move.form(request.POST)
        try:
            return move.form(initial=move.initial(contract, timezone.localdate()))
        except ValidationError as refusal:
            for text in refusal.messages:
                messages.warning(request, text)
            return None

    def _shown(
        self, request: Any, contract: Contract, form: forms.Form, move: Move
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{move.title}: {contract}",
            "contract": contract,
            "standing": standing(contract, today=timezone.localdate()),
            "form": form,
            "move": move,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "contracts/decision.html", context)


def _to_page(contract: Contract) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:contracts_contract_change", args=[contract.pk]))


def _way_back(request: HttpRequest, contract: Contract) -> HttpResponseRedirect:
    """Return to the inbox if the decision was opened there, else to the contract."""
    if request.GET.get("back") == "inbox":
        return HttpResponseRedirect(reverse("contracts:inbox"))
    return _to_page(contract)


def _taken(request: HttpRequest, contract: Contract, form: forms.Form, move: Move) -> bool:
    try:
        move.run(contract, form.cleaned_data, request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, move.done)
    return True
