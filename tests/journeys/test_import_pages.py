"""A person uploads a file, looks at the dry run, confirms, and finds the contracts."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from contracts import tasks
from contracts.models import Contract, ImportMapping, ImportRun, Vendor, VendorAlias
from contracts.rules.names import normal_form
from contracts.services import import_runs
from tests.contracts.importing import HISTORY, REGISTER, ROWS_OF_HISTORY
from tests.factories import AdministratorFactory, DepartmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db
START = "/contracts/import/"
BAD_ROW = "C3,Bad <script>,Health,2025-02-30,2025-12-31,1,New Vendor\n"


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        }
    }


@pytest.fixture
def editor(client: Client) -> Any:
    editor = AdministratorFactory()
    client.force_login(editor)
    return editor


def send(
    client: Client, content: str | bytes, how: str = "act-register", name: str = "register.csv"
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    data = {"file": SimpleUploadedFile(name, raw), "how": how}
    return client.post(START, data, follow=True)


def page_of(name: str) -> str:
    run = ImportRun.objects.get()
    return reverse(f"contracts:{name}", args=[run.public_id])


def shown(answer: Any) -> dict[str, str]:
    """Return the counts that a result page shows, by outcome."""
    text = answer.content.decode()
    pieces = text.split('data-outcome="')[1:]
    return {piece.split('"')[0]: piece.split(">")[1].split("<")[0].strip() for piece in pieces}


@pytest.mark.usefixtures("editor")
def test_the_start_page_offers_every_preset(client: Client) -> None:
    text = client.get(reverse("contracts:import")).content.decode()
    for word in ("history", "act-register", "gcloud-ledger", "ecb-rates", "by-hand"):
        assert f'value="{word}"' in text


@pytest.mark.usefixtures("editor")
def test_a_register_goes_from_upload_to_contracts(client: Client) -> None:
    answer = send(client, REGISTER)
    assert shown(answer) == {"created": "2", "changed": "0", "unchanged": "0", "refused": "0"}
    assert not Contract.objects.exists()
    answer = client.post(page_of("import-confirm"), follow=True)
    assert b"The file is imported." in answer.content
    assert reverse("admin:contracts_contract_changelist") in answer.content.decode()
    assert Contract.objects.count() == 2
    assert Contract.history.latest().history_user is not None


@pytest.mark.usefixtures("editor")
def test_a_second_upload_of_the_same_file_has_nothing_to_import(client: Client) -> None:
    send(client, REGISTER)
    client.post(page_of("import-confirm"))
    ImportRun.objects.all().delete()
    answer = send(client, REGISTER)
    assert shown(answer)["unchanged"] == "2"
    assert b"nothing to import" in answer.content


@pytest.mark.usefixtures("editor")
def test_a_refused_row_is_named_and_keeps_the_file_back(client: Client) -> None:
    answer = send(client, REGISTER + BAD_ROW)
    text = answer.content.decode()
    assert shown(answer)["refused"] == "1"
    assert "2025-02-30 is not a day of the calendar." in text
    assert "execution_date" in text
    client.post(page_of("import-confirm"))
    assert not Contract.objects.exists()
    client.post(page_of("import-confirm"), {"skip_refused": "on"})
    assert Contract.objects.count() == 2


@pytest.mark.usefixtures("editor")
def test_rows_are_paged_and_filtered(client: Client) -> None:
    rows = "".join(f"N{n},T,Health,2025-01-01,2025-12-31,1,V {n} co\n" for n in range(120))
    send(client, REGISTER + rows + BAD_ROW)
    page = page_of("import-run")
    first = client.get(page).content.decode()
    assert "Page 1 of 3" in first
    assert "N119" not in first
    assert "N119" in client.get(f"{page}?page=3").content.decode()
    only = client.get(f"{page}?outcome=refused").content.decode()
    assert "Page" not in only.split("Row by row")[1]
    assert client.get(f"{page}?outcome=nonsense&page=x").status_code == 200


@pytest.mark.usefixtures("editor")
def test_what_a_file_says_is_shown_as_text(client: Client) -> None:
    bad = BAD_ROW.replace("C3", "<b>C3</b>").replace("2025-02-30", "<img src=x>")
    text = send(client, REGISTER + bad).content.decode()
    assert "<img" not in text.split("Row by row")[1]
    assert "&lt;img src=x&gt;" in text


@pytest.mark.usefixtures("editor")
def test_an_offered_vendor_is_accepted_on_the_page(client: Client) -> None:
    vendor = Vendor.objects.create(name="Better Foods", normal_name=normal_form("Better Foods"))
    answer = send(client, REGISTER)
    assert b"Vendors with nearly the same name" in answer.content
    answer = client.post(page_of("import-accept"), {"name": "Better Food"}, follow=True)
    assert b"Vendors with nearly the same name" not in answer.content
    assert VendorAlias.objects.get().vendor == vendor
    client.post(page_of("import-confirm"))
    assert Contract.objects.get(external_reference="C2").vendor == vendor


@pytest.mark.usefixtures("editor")
def test_an_unknown_format_is_mapped_by_hand_and_saved_for_the_next_file(client: Client) -> None:
    text = "Supplier;What;From;Until;Yearly\nMüller GmbH;Hosting;01.02.2025;31.01.2026;1.234,50\n"
    answer = send(client, text.encode("cp1252"), "by-hand", "liste.csv")
    assert "Müller GmbH" in answer.content.decode()
    columns = {"vendor": "Supplier", "title": "What", "start_date": "From", "end_date": "Until"}
    data = {f"column_{name}": heading for name, heading in columns.items()}
    data |= {"column_annual_value": "Yearly", "constant_currency": "EUR", "name": "Liste"}
    page = f"{page_of('import-mapping')}?kind=register"
    answer = client.post(page, data | {"decimal": ","}, follow=True)
    assert shown(answer)["created"] == "1"
    client.post(page_of("import-confirm"))
    assert Contract.objects.get().vendor.name == "Müller GmbH"
    mapping = ImportMapping.objects.get(name="Liste")
    ImportRun.objects.all().delete()
    answer = send(client, text.encode("cp1252"), f"mapping:{mapping.pk}", "liste.csv")
    assert shown(answer)["unchanged"] == "1"


@pytest.mark.usefixtures("editor")
def test_a_mapping_without_a_needed_column_says_which(client: Client) -> None:
    send(client, REGISTER, "by-hand")
    page = f"{page_of('import-mapping')}?kind=register"
    answer = client.post(page, {"column_vendor": "suppliers", "name": "x"})
    assert "No column is chosen for: currency." in answer.content.decode()
    assert not ImportMapping.objects.exists()


@pytest.mark.usefixtures("editor")
def test_ambiguous_dates_are_answered_by_the_mapping(client: Client) -> None:
    text = "vendor,currency,start,annual value\nAcme,EUR,01/02/2025,5\n"
    send(client, text, "by-hand")
    data = {"column_vendor": "vendor", "column_currency": "currency", "column_start_date": "start"}
    data |= {"column_annual_value": "annual value", "name": "Local"}
    page = f"{page_of('import-mapping')}?kind=register"
    answer = client.post(page, data, follow=True)
    assert "can be read as 2025-01-02 or as 2025-02-01" in answer.content.decode()
    assert page_of("import-mapping") in answer.content.decode()
    assert 'value="Local"' in client.get(page_of("import-mapping")).content.decode()
    answer = client.post(page, data | {"date_order": "DMY"}, follow=True)
    assert shown(answer)["created"] == "1"


@pytest.mark.usefixtures("editor")
def test_one_value_for_all_new_rows_is_asked_for_where_it_makes_sense(client: Client) -> None:
    send(client, "supplier,start,annual value\nAcme,2025-01-01,5\n", "by-hand")
    page = f"{page_of('import-mapping')}?kind=register"
    text = client.get(page).content.decode()
    assert "constant_currency" in text
    assert "constant_start_date" not in text
    data = {"column_vendor": "supplier", "column_start_date": "start", "name": "Own"}
    data |= {"column_annual_value": "annual value", "constant_currency": "EURO"}
    answer = client.post(page, data)
    assert "currency: EURO is not a currency code." in answer.content.decode()
    data |= {"constant_currency": "EUR", "constant_department": "IT", "constant_category": "CRM"}
    assert shown(client.post(page, data, follow=True))["created"] == "1"
    client.post(page_of("import-confirm"))
    contract = Contract.objects.get()
    assert (str(contract.department), str(contract.category)) == ("IT", "CRM")


@pytest.mark.usefixtures("editor")
def test_a_workbook_and_a_zip_of_a_history_are_taken_too(client: Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in HISTORY.items():
            archive.writestr(f"export/{name}", text)
    answer = send(client, packed.getvalue(), "history", "history.zip")
    assert shown(answer)["created"] == str(ROWS_OF_HISTORY)
    ImportRun.objects.all().delete()
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in REGISTER.splitlines():
        book.active.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    answer = send(client, content.getvalue(), "act-register", "register.xlsx")
    assert shown(answer)["created"] == "2"


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize(
    ("content", "how", "name", "sentence"),
    [
        ("", "act-register", "empty.csv", "The submitted file is empty."),
        ("a,b\n1,2\n", "act-register", "other.csv", "The file has no column contract_number."),
        ("not a zip", "history", "history.zip", "This preset reads a folder or a zip file"),
        ("<html>", "act-register", "page.html", "Upload a CSV file"),
        ("PK\x03\x04 no", "act-register", "broken.xlsx", "The workbook cannot be read."),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    client: Client, content: str, how: str, name: str, sentence: str
) -> None:
    assert sentence in send(client, content, how, name).content.decode()
    assert not Contract.objects.exists()


def test_a_large_file_is_left_to_the_worker_and_watched(
    client: Client, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(import_runs, "SMALL_BYTES", 10)
    monkeypatch.setattr(tasks.run_imports, "delay", lambda: rung.append("ring"))
    answer = send(client, REGISTER)
    assert b"data-import-progress" in answer.content
    waiting = client.get(page_of("import-progress")).json()
    assert waiting == {"done": 0, "total": 0, "finished": False}
    assert len(rung) == 2
    tasks.run_imports()
    assert client.get(page_of("import-progress")).json()["finished"]
    assert b"data-import-progress" in client.post(page_of("import-confirm"), follow=True).content
    tasks.run_imports()
    assert Contract.objects.count() == 2
    assert shown(client.get(page_of("import-run")))["created"] == "2"


def test_a_viewer_sees_no_import_page(client: Client) -> None:
    client.force_login(MembershipFactory(role="viewer", department=None).user)
    assert client.get(START).status_code == 403
    assert send(client, REGISTER).status_code == 403
    assert not ImportRun.objects.exists()


@pytest.mark.usefixtures("editor")
def test_an_editor_does_not_see_the_files_of_others(client: Client) -> None:
    send(client, REGISTER)
    client.force_login(MembershipFactory(department=DepartmentFactory()).user)
    assert client.get(page_of("import-run")).status_code == 404
    assert client.post(page_of("import-confirm")).status_code == 404
    assert ImportRun.objects.get().stage == ImportRun.Stage.CHECKED


@pytest.mark.usefixtures("editor")
def test_looking_changes_nothing(client: Client) -> None:
    send(client, REGISTER)
    for name in ("import-confirm", "import-accept"):
        assert client.get(page_of(name)).status_code == 405
    for name in ("import-run", "import-progress", "import-mapping"):
        client.get(page_of(name))
    assert ImportRun.objects.get().stage == ImportRun.Stage.CHECKED
    assert not Contract.objects.exists()
