"""XLSX workbooks: typed cells, formulas as text, and bombs refused before they are unpacked."""

import io
import resource
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from contracts.importers import workbooks
from contracts.importers.problems import FileRefused
from contracts.importers.sources import open_table
from contracts.importers.tables import headings_of, numbered

TYPES = "[Content_Types].xml"


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def read(path: Path) -> list[dict[str, object]]:
    records = open_table(path).records()
    return [dict(row.cells) for row in numbered(records, headings_of(records))]


def test_cells_keep_their_types(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "typed.xlsx",
        ("vendor", "start", "amount", "count", "auto", "empty", "hour"),
        ("Müller", datetime(2025, 2, 1), 1.234, 3, True, None, time(9, 30)),
    )
    assert read(path) == [
        {
            "vendor": "Müller",
            "start": date(2025, 2, 1),
            "amount": Decimal("1.234"),
            "count": Decimal(3),
            "auto": True,
            "empty": "",
            "hour": "09:30:00",
        }
    ]


def test_a_number_is_what_the_sheet_shows_not_its_binary_neighbour(tmp_path: Path) -> None:
    path = workbook(tmp_path / "float.xlsx", ("amount",), (0.1 + 0.2,), (0,))
    assert [row["amount"] for row in read(path)] == [Decimal("0.3"), Decimal(0)]


def test_a_formula_is_its_text_and_is_never_computed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "formula.xlsx", ("vendor", "amount"), ("=1+1", "=A1*2"))
    assert read(path) == [{"vendor": "=1+1", "amount": "=A1*2"}]


def test_rows_are_counted_as_the_sheet_counts_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "gap.xlsx", ("a",), (None,), ("x",))
    records = open_table(path).records()
    assert [row.number for row in numbered(records, headings_of(records))] == [3]
    assert workbooks.open_workbook(path).estimated_rows() == 2


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def nested_entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    return f'<?xml version="1.0"?><!DOCTYPE w [{laughs}]><w>&l9;</w>'.encode()


def sheet_of(xml: bytes, tmp_path: Path) -> Path:
    """Return a real workbook whose sheet is replaced."""
    real = workbook(tmp_path / "real.xlsx", ("a",), ("x",))
    with zipfile.ZipFile(real) as source:
        members = {name: source.read(name) for name in source.namelist()}
    members["xl/worksheets/sheet1.xml"] = xml
    return archive(tmp_path / "fake.xlsx", members)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({TYPES: b"x", "big.xml": bytes(60 << 20)}, "archive_size"),
        ({TYPES: b"x", "dense.xml": bytes(40 << 20)}, "archive_ratio"),
        ({TYPES: b"x"} | {f"{n}.xml": b"x" for n in range(1001)}, "archive_entries"),
        ({"readme.txt": b"hello"}, "not_a_table"),
        ({TYPES: b"x", "xl/workbook.xml": b"<broken"}, "broken_workbook"),
    ],
)
def test_an_archive_that_is_no_honest_workbook_is_refused(
    tmp_path: Path, members: dict[str, bytes], code: str
) -> None:
    path = archive(tmp_path / "bomb.xlsx", members)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert refused.value.code == code
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_entities_inside_entities_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read(sheet_of(nested_entities(), tmp_path))
    assert refused.value.code == "broken_workbook"


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", ("a",), ("x",)).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert refused.value.code == "broken_workbook"


def test_a_sheet_without_end_stops_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contracts.importers.tables.MAX_ROWS", 5)
    path = workbook(tmp_path / "long.xlsx", ("a",), *((n,) for n in range(9)))
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert refused.value.code == "too_many_rows"


def test_a_size_that_the_sheet_only_claims_does_no_harm(tmp_path: Path) -> None:
    xml = io.BytesIO()
    xml.write(
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>7</v></c></row></sheetData></worksheet>'
    )
    assert read(sheet_of(xml.getvalue(), tmp_path)) == [{"a": Decimal(7)}]
