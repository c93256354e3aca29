"""The import pages: upload a file, choose its columns, look at the dry run, confirm."""

import contextlib
from threading import Thread
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from contracts.models import ImportRun
from contracts.queries.rights import edits_somewhere
from contracts.services import import_mappings, import_runs, imports
from contracts.tasks import run_imports
from contracts.web.import_forms import MappingForm, UploadForm, initial_of

PAGE = 50
RECENT = 10
RING_SECONDS = 0.1
Stage = ImportRun.Stage


def start(request: HttpRequest) -> HttpResponse:
    """Take a file, and list what this person imported before."""
    _editors_only(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = import_runs.upload(
                file=form.cleaned_data["file"],
                preset=form.preset,
                mapping=form.mapping,
                by=request.user,
            )
        except ValidationError as refused:
            form.add_error("file", refused)
        else:
            return _first_step(run)
    recent = ImportRun.objects.visible_to(request.user).select_related("owner")[:RECENT]
    context = {"title": _("Import a file"), "form": form, "recent": recent}
    return _page(request, "contracts/import.html", context | {"presets": imports.presets()})


def mapping(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose by hand which column is which field, beside the first rows of the file."""
    run = _run(request, public_id)
    if run.preset or run.stage not in import_runs.OPEN_STAGES:
        return redirect("contracts:import-run", run.public_id)
    try:
        preview = import_mappings.preview(run)
    except imports.FileRefused as refused:
        messages.error(request, str(refused))
        return redirect("contracts:import")
    kinds = {kind.name: kind for kind in import_mappings.kinds()}
    tried = run.mapping.options["kind"] if run.mapping else preview.kind.name
    kind = kinds.get(request.GET.get("kind", tried), kinds["register"])
    form = MappingForm(
        request.POST or None,
        kind=kind,
        headings=preview.headings,
        initial=initial_of(run.mapping, run.file_name),
    )
    if request.method == "POST" and form.is_valid() and _map(request, run, form):
        return redirect("contracts:import-run", run.public_id)
    context = {"title": _("Choose the columns"), "form": form, "preview": preview}
    context |= {"run": run, "kinds": kinds.values(), "kind": kind}
    return _page(request, "contracts/import_mapping.html", context)


@require_GET
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show where a file stands: being checked, checked row by row, imported or refused."""
    run = _run(request, public_id)
    if run.stage == Stage.UPLOADED:
        return redirect("contracts:import-mapping", run.public_id)
    if run.stage in (Stage.CHECKING, Stage.IMPORTING):
        context = {"title": run.get_stage_display(), "run": run}
        return _page(request, "contracts/import_progress.html", context)
    return _page(request, "contracts/import_result.html", _result(request, run))


@require_GET
def progress(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Tell the progress page how far the worker is; rings again in case the bell was lost."""
    run = _run(request, public_id)
    is_waiting = run.stage in (Stage.CHECKING, Stage.IMPORTING)
    if is_waiting and run.rows_total == 0:
        _ring()
    return JsonResponse(
        {"done": run.rows_done, "total": run.rows_total, "finished": not is_waiting}
    )


@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Import a checked file; a second click finds it imported."""
    run = _run(request, public_id)
    skip = request.POST.get("skip_refused") == "on"
    if import_runs.queue_import(run, skip_refused=skip, by=request.user):
        _go_on(run)
    return redirect("contracts:import-run", run.public_id)


@require_POST
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a spelling of the file for the vendor that was offered, and check the file again."""
    run = _run(request, public_id)
    try:
        import_runs.accept_near_match(run, name=request.POST.get("name", ""), by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        _go_on(run)
    return redirect("contracts:import-run", run.public_id)


def _map(request: HttpRequest, run: ImportRun, form: MappingForm) -> bool:
    """Save the mapping and check the file by it; False with the form's error if it is incomplete."""
    try:
        saved = import_mappings.save(
            name=form.cleaned_data["name"],
            columns=form.columns,
            options=form.options,
            by=request.user,
        )
    except (imports.FileRefused, ValidationError) as refused:
        form.add_error(None, refused if isinstance(refused, ValidationError) else str(refused))
        return False
    import_runs.queue_check(run, mapping=saved)
    _go_on(run)
    return True


def _first_step(run: ImportRun) -> HttpResponseRedirect:
    if not run.preset and run.mapping is None:
        return redirect("contracts:import-mapping", run.public_id)
    import_runs.queue_check(run)
    _go_on(run)
    return redirect("contracts:import-run", run.public_id)


def _go_on(run: ImportRun) -> None:
    """Work on a small file at once, leave a large one to the worker."""
    if import_runs.is_small(run):
        import_runs.work_on(run)
    else:
        _ring()


def _ring() -> None:
    """Ring, but do not wait for a broker that is gone: the next scheduled ring finds the file."""
    ringing = Thread(target=_ring_once, daemon=True)
    ringing.start()
    ringing.join(RING_SECONDS)


def _ring_once() -> None:
    with contextlib.suppress(OperationalError):
        run_imports.delay()


def _result(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    outcome = request.GET.get("outcome", "")
    if outcome not in {known.value for known in imports.Outcome}:
        outcome = ""
    number = max(int(page), 1) if (page := request.GET.get("page", "1")).isdecimal() else 1
    totals = run.report.get("totals", {})
    rows = totals.get(outcome, 0) if outcome else sum(totals.values())
    return {
        "title": run.get_stage_display(),
        "run": run,
        "report": run.report,
        "totals": [(known.value, totals.get(known.value, 0)) for known in imports.Outcome],
        "writes": totals.get("created", 0) + totals.get("changed", 0),
        "refused": totals.get("refused", 0),
        "may_map": not run.preset and run.stage in import_runs.OPEN_STAGES,
        "outcome": outcome,
        "lines": import_runs.decisions(run, outcome=outcome, page=number, size=PAGE),
        "number": number,
        "last": max(-(-rows // PAGE), 1),
        "checked_at": timezone.localtime(run.updated_at),
    }


def _run(request: HttpRequest, public_id: UUID) -> ImportRun:
    """Return a run that this person uploaded or administers."""
    _editors_only(request)
    run: ImportRun = get_object_or_404(
        ImportRun.objects.visible_to(request.user), public_id=public_id
    )
    return run


def _editors_only(request: HttpRequest) -> None:
    if not edits_somewhere(request.user):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.each_context(request) | context)
