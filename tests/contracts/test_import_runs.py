"""An uploaded file is checked, confirmed and imported once, whoever rings how often."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from pytest_django import Settings

from contracts.models import Contract, ImportMapping, ImportRun, Vendor, VendorAlias
from contracts.rules.names import normal_form
from contracts.services import import_mappings, import_runs, imports
from tests.contracts.importing import REGISTER
from tests.factories import AdministratorFactory, UserFactory

pytestmark = pytest.mark.django_db
Stage = ImportRun.Stage
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BAD_ROW = "C3,Bad,Health,2025-02-30,2025-12-31,1,New Vendor\n"


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        }
    }


@pytest.fixture
def editor() -> Any:
    return AdministratorFactory()


def uploaded(text: str, editor: Any, name: str = "register.csv") -> ImportRun:
    file = ContentFile(text.encode(), name=name)
    return import_runs.upload(file=file, preset="act-register", by=editor)


def checked(text: str, editor: Any) -> ImportRun:
    run = uploaded(text, editor)
    import_runs.queue_check(run)
    import_runs.work_on(run)
    return run


def clock() -> datetime:
    return NOW


def test_an_upload_is_kept_under_a_name_of_our_own(editor: Any) -> None:
    run = uploaded(REGISTER, editor, "../../etc/passwd.csv")
    assert run.file_name == "passwd.csv"
    assert "passwd" not in str(run.file.name)
    assert str(run.file.name).startswith("imports/")
    assert run.stage == Stage.UPLOADED


@pytest.mark.parametrize("name", ["page.html", "run.exe", "macro.xlsm", "noending"])
def test_other_kinds_of_files_are_refused(name: str, editor: Any) -> None:
    with pytest.raises(ValidationError):
        uploaded(REGISTER, editor, name)


def test_a_file_above_the_limit_is_refused(editor: Any, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(ValidationError):
        uploaded(REGISTER, editor)


def test_only_editors_upload_confirm_and_accept(editor: Any) -> None:
    stranger = UserFactory()
    with pytest.raises(PermissionDenied):
        uploaded(REGISTER, stranger)
    run = checked(REGISTER, editor)
    with pytest.raises(PermissionDenied):
        import_runs.queue_import(run, skip_refused=False, by=stranger)
    with pytest.raises(PermissionDenied):
        import_runs.accept_near_match(run, name="Acme", by=stranger)


def test_a_check_finds_what_would_happen_and_writes_nothing(editor: Any) -> None:
    run = checked(REGISTER + BAD_ROW, editor)
    assert run.stage == Stage.CHECKED
    assert run.report["totals"] == {"created": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert run.report["reasons"] == {"date_impossible": 1}
    assert (run.rows_done, run.rows_total) == (3, 3)
    assert not Contract.objects.exists()


def test_the_rows_of_a_check_are_paged_and_filtered(editor: Any) -> None:
    run = checked(REGISTER + BAD_ROW, editor)
    assert [line["row"] for line in import_runs.decisions(run)] == [2, 3, 4]
    assert [line["row"] for line in import_runs.decisions(run, page=2, size=2)] == [4]
    (refused,) = import_runs.decisions(run, outcome="refused")
    assert refused["errors"][0]["column"] == "execution_date"
    assert import_runs.decisions(run, outcome="changed") == []


def test_a_confirmed_file_is_imported_and_a_second_click_does_nothing(editor: Any) -> None:
    run = checked(REGISTER, editor)
    assert import_runs.queue_import(run, skip_refused=False, by=editor)
    assert not import_runs.queue_import(run, skip_refused=False, by=editor)
    import_runs.work_on(run)
    assert run.stage == Stage.IMPORTED
    assert Contract.objects.count() == 2
    again = ImportRun.objects.get(pk=run.pk)
    again.stage = Stage.IMPORTING
    import_runs.work_on(again)
    assert Contract.objects.count() == 2
    assert ImportRun.objects.get(pk=run.pk).stage == Stage.IMPORTED


def test_refused_rows_keep_a_file_back_unless_they_are_left_out(editor: Any) -> None:
    run = checked(REGISTER + BAD_ROW, editor)
    import_runs.queue_import(run, skip_refused=False, by=editor)
    import_runs.work_on(run)
    assert run.stage == Stage.CHECKED
    assert not Contract.objects.exists()
    import_runs.queue_import(run, skip_refused=True, by=editor)
    import_runs.work_on(run)
    assert run.stage == Stage.IMPORTED
    assert Contract.objects.count() == 2


def test_a_file_that_cannot_be_read_says_so(editor: Any) -> None:
    run = checked("some,other\n1,2\n", editor)
    assert run.stage == Stage.REFUSED
    assert run.report["code"] == "heading_missing"
    assert "contract_number" in run.report["refused"]


def test_a_check_by_somebody_who_lost_their_rights_is_refused(editor: Any) -> None:
    run = uploaded(REGISTER, editor)
    import_runs.queue_check(run)
    ImportRun.objects.filter(pk=run.pk).update(owner=UserFactory())
    run.refresh_from_db()
    import_runs.work_on(run)
    assert (run.stage, run.report["code"]) == (Stage.REFUSED, "permission_denied")


def test_the_worker_takes_what_waits_once(editor: Any) -> None:
    run = uploaded(REGISTER, editor)
    assert import_runs.work_off(clock=clock) == 0
    import_runs.queue_check(run)
    assert import_runs.work_off(clock=clock) == 1
    assert import_runs.work_off(clock=clock) == 0
    run.refresh_from_db()
    import_runs.queue_import(run, skip_refused=False, by=editor)
    assert import_runs.work_off(clock=clock) == 1
    assert Contract.objects.count() == 2


def test_a_file_in_work_is_left_alone_until_its_worker_is_gone(editor: Any) -> None:
    run = uploaded(REGISTER, editor)
    import_runs.queue_check(run)
    in_work = ImportRun.objects.filter(pk=run.pk)
    in_work.update(rows_total=9, rows_done=4, updated_at=NOW)
    assert import_runs.work_off(clock=lambda: NOW + timedelta(minutes=1)) == 0
    assert import_runs.work_off(clock=lambda: NOW + timedelta(minutes=3)) == 1


def test_a_file_that_vanished_is_refused_once_and_the_next_one_goes_on(editor: Any) -> None:
    lost, sound = uploaded(REGISTER, editor), uploaded(REGISTER, editor)
    default_storage.delete(str(lost.file.name))
    for run in (lost, sound):
        import_runs.queue_check(run)
    assert import_runs.work_off(clock=clock) == 2
    assert import_runs.work_off(clock=clock) == 0
    lost.refresh_from_db()
    sound.refresh_from_db()
    assert (lost.stage, lost.report["code"]) == (Stage.REFUSED, "unexpected")
    assert sound.stage == Stage.CHECKED


def test_a_slow_second_check_does_not_undo_the_import(editor: Any) -> None:
    run = uploaded(REGISTER, editor)
    import_runs.queue_check(run)
    slow = ImportRun.objects.get(pk=run.pk)
    import_runs.work_on(run)
    import_runs.queue_import(run, skip_refused=False, by=editor)
    import_runs.work_on(run)
    import_runs.work_on(slow)
    assert ImportRun.objects.get(pk=run.pk).stage == Stage.IMPORTED


def test_an_import_that_fails_after_its_rows_leaves_neither_rows_nor_stage(
    editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = checked(REGISTER, editor)
    import_runs.queue_import(run, skip_refused=False, by=editor)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(import_runs, "_move", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        import_runs.work_on(run)
    assert not Contract.objects.exists()
    assert ImportRun.objects.get(pk=run.pk).stage == Stage.IMPORTING


def test_an_accepted_offer_becomes_an_alias_and_the_file_is_checked_again(editor: Any) -> None:
    vendor = Vendor.objects.create(name="Better Foods", normal_name=normal_form("Better Foods"))
    run = checked(REGISTER, editor)
    assert [offer["name"] for offer in run.report["near_matches"]] == ["Better Food"]
    import_runs.accept_near_match(run, name="Better Food", by=editor)
    assert VendorAlias.objects.get().vendor == vendor
    assert run.stage == Stage.CHECKING
    import_runs.work_on(run)
    assert run.report["near_matches"] == []
    import_runs.queue_import(run, skip_refused=False, by=editor)
    import_runs.work_on(run)
    assert Contract.objects.get(external_reference="C2").vendor == vendor


def test_an_offer_between_two_new_names_makes_the_first_a_vendor(editor: Any) -> None:
    row = "C3,More,Health,2025-01-01,2025-12-31,1,Better Foods\n"
    run = checked(REGISTER + row, editor)
    import_runs.accept_near_match(run, name="Better Foods", by=editor)
    assert VendorAlias.objects.get().vendor.name == "Better Food"


def test_only_what_was_offered_can_be_accepted(editor: Any) -> None:
    with pytest.raises(ValidationError):
        import_runs.accept_near_match(checked(REGISTER, editor), name="Acme", by=editor)
    assert not VendorAlias.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_only_the_newest_list_of_rows_is_kept(editor: Any) -> None:
    run = checked(REGISTER, editor)
    first = run.report["rows_file"]
    import_runs.queue_check(run)
    import_runs.work_on(run)
    assert not default_storage.exists(first)
    assert default_storage.exists(run.report["rows_file"])


def test_a_mapping_is_saved_by_name_and_read_back(editor: Any) -> None:
    options = {"kind": "register", "constants": {"currency": "AUD"}, "decimal": "."}
    columns = {
        "vendor": "suppliers",
        "title": "title",
        "start_date": "execution_date",
        "end_date": "expiry_date",
        "total_value": "amount",
        "note": "",
    }
    mapping = import_mappings.save(name="Ours", columns=columns, options=options, by=editor)
    assert "note" not in mapping.columns
    again = import_mappings.save(name="Ours", columns=columns, options=options, by=editor)
    assert (again.pk, ImportMapping.objects.count()) == (mapping.pk, 1)
    run = import_runs.upload(
        file=ContentFile(REGISTER.encode(), name="r.csv"), mapping=mapping, by=editor
    )
    import_runs.queue_check(run)
    import_runs.work_on(run)
    assert run.report["totals"]["created"] == 2


def test_an_incomplete_mapping_is_not_saved(editor: Any) -> None:
    with pytest.raises(imports.FileRefused):
        import_mappings.save(name="x", columns={}, options={"kind": "register"}, by=editor)
    assert not ImportMapping.objects.exists()


def test_a_preview_shows_the_first_rows_and_guesses_the_kind(editor: Any) -> None:
    preview = import_mappings.preview(uploaded(REGISTER, editor))
    assert preview.headings[:2] == ["contract_number", "title"]
    assert preview.rows[1][0] == "C2"
    assert preview.kind.name == "register"
    assert import_mappings.guesses("register", preview.headings)["total_value"] == "amount"
