"""`manage.py import_contracts`, as an operator uses it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contracts.management.commands.import_contracts import Command
from contracts.models import Contract
from contracts.services import import_mappings
from tests.contracts.importing import ROWS_OF_HISTORY, history, register

pytestmark = pytest.mark.django_db
BAD_ROW = "C3,Bad,Health,2025-02-30,2025-12-31,1,New Vendor"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def command(path: Path, *args: Any, **options: Any) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it said on both channels."""
    out, err = StringIO(), options.pop("stderr", StringIO())
    try:
        call_command("import_contracts", str(path), *args, stdout=out, stderr=err, **options)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_folder_is_imported_and_counted_by_file(tmp_path: Path) -> None:
    code, out, err = command(history(tmp_path / "h"), preset="history")
    assert code == 0
    assert "contracts.csv: 2 created, 0 changed, 0 unchanged, 0 refused" in out
    assert "Imported." in out
    assert f"{ROWS_OF_HISTORY}/{ROWS_OF_HISTORY}" in err
    assert "\r" not in err
    assert (
        "contracts.csv: 0 created, 0 changed, 2 unchanged"
        in command(history(tmp_path / "h"), preset="history")[1]
    )


def test_a_terminal_sees_a_bar_that_moves_in_place(tmp_path: Path) -> None:
    err = Terminal()
    command(history(tmp_path / "h"), preset="history", stderr=err)
    assert err.getvalue().count("\r") >= 2
    assert "[####" in err.getvalue()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    code, out, _err = command(register(tmp_path / "r.csv"), preset="act-register", dry_run=True)
    assert code == 0
    assert "2 created" in out
    assert "nothing was written" in out
    assert not Contract.objects.exists()


def test_refused_rows_are_named_and_end_with_code_one(tmp_path: Path) -> None:
    path = register(tmp_path / "r.csv", BAD_ROW)
    code, out, _err = command(path, preset="act-register")
    assert code == 1
    assert "register row 4, execution_date '2025-02-30'" in out
    assert "[date_impossible]" in out
    assert "date_impossible: 1" in out
    assert not Contract.objects.exists()


def test_refused_rows_are_left_out_on_request(tmp_path: Path) -> None:
    path = register(tmp_path / "r.csv", BAD_ROW)
    assert command(path, preset="act-register", skip_refused=True)[0] == 1
    assert Contract.objects.count() == 2


def test_only_the_first_refusals_are_printed_and_the_report_has_them_all(tmp_path: Path) -> None:
    rows = [BAD_ROW.replace("C3", f"B{n}") for n in range(30)]
    path = register(tmp_path / "r.csv", *rows)
    report = tmp_path / "report.json"
    _code, out, _err = command(path, preset="act-register", report=report)
    assert out.count("[date_impossible]") == 20
    found = json.loads(report.read_text())
    assert found["totals"] == {"created": 2, "changed": 0, "unchanged": 0, "refused": 30}
    assert len(found["refusals"]) == 30


def test_near_vendors_are_offered(tmp_path: Path) -> None:
    path = register(tmp_path / "r.csv", "C3,X,Health,2025-01-01,2025-12-31,1,Better Foods")
    out = command(path, preset="act-register", dry_run=True)[1]
    assert "Nearly the same vendor (96): Better Foods, row 4, and Better Food" in out


def test_a_saved_mapping_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Who,Since,Yearly\nAcme,2025-01-01,5\n")
    columns = {"vendor": "Who", "start_date": "Since", "annual_value": "Yearly"}
    options = {"kind": "register", "constants": {"currency": "EUR"}}
    import_mappings.save(name="Own", columns=columns, options=options, by=None)
    assert command(path, mapping="Own")[0] == 0
    assert Contract.objects.get().currency == "EUR"
    with pytest.raises(CommandError, match="no mapping Other"):
        command(path, mapping="Other")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.csv", None, "does not exist"),
        ("empty.csv", "", "empty"),
        ("other.csv", "a,b\n1,2\n", "no column contract_number"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_a_sentence(
    tmp_path: Path, name: str, content: str | None, sentence: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        command(path, preset="act-register")


def test_the_help_says_what_the_exit_code_means() -> None:
    assert "Exit code 1" in Command.help
