"""How CSV files are read: encodings, line ends, delimiters, row numbers, limits."""

import codecs
from pathlib import Path

import pytest

from contracts.importers import tables
from contracts.importers.problems import FileRefused
from contracts.importers.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    NumberedRow,
    headings_of,
    numbered,
    open_csv,
)


def rows_of(path: Path, encoding: str | None = None) -> list[NumberedRow]:
    records = open_csv(path, encoding).records()
    return list(numbered(records, headings_of(records)))


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_survive_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "vendor,note\nMüller GmbH,“Opérations” €\n".encode(encoding))
    assert rows_of(path) == [NumberedRow(2, {"vendor": "Müller GmbH", "note": "“Opérations” €"})]


def test_a_stated_encoding_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, b"vendor\nCommissioner\xd5s Office\n")
    assert rows_of(path)[0].cells["vendor"] == "CommissionerÕs Office"
    assert (
        rows_of(path, "mac_roman")[0].cells["vendor"]
        == "Commissioner\N{RIGHT SINGLE QUOTATION MARK}s Office"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_rows(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, end.join(["a,b", "1,2", "3,4", ""]).encode())
    assert [row.number for row in rows_of(path)] == [2, 3]
    assert [row.cells for row in rows_of(path)] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_line_end_inside_quotes_belongs_to_its_cell_and_counts_no_row(tmp_path: Path) -> None:
    path = written(tmp_path, b'a,b\n"one\nline",2\nx,y\n')
    assert [(row.number, row.cells["a"]) for row in rows_of(path)] == [(2, "one\nline"), (3, "x")]


def test_empty_rows_are_left_out_but_counted(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n\n1,2\n,\n3,4\n")
    assert [row.number for row in rows_of(path)] == [3, 5]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    path = written(tmp_path, f'name{mark}"a,b;c"{mark}amount\nx{mark}y{mark}1,5\n'.encode())
    if mark == ",":
        path = written(tmp_path, b'name,"a;b",amount\nx,y,"1,5"\n')
    assert list(rows_of(path)[0].cells.values()) == ["x", "y", "1,5"]


def test_a_short_row_is_filled_up_and_a_long_one_is_marked(tmp_path: Path) -> None:
    short, long, trailing = rows_of(written(tmp_path, b"a,b\n1\n1,2,3\n1,2,\n"))
    assert (short.cells, short.surplus) == ({"a": "1"}, False)
    assert long.surplus
    assert not trailing.surplus


def test_a_heading_without_a_name_is_no_column(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, b"Date,USD,\n2024-01-02,1.1,\n"))[0].cells == {
        "Date": "2024-01-02",
        "USD": "1.1",
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b",,\n1,2,3\n", "empty_file"),
        (b"a,a\n1,2\n", "heading_twice"),
        (b"a,b\n\x00\x01,2\n", "not_text"),
        (b"a,b\n\x81,2\n", "not_text"),
        (b'a,b\n"never closed,2\n', "broken_csv"),
        (b'a,b\n"closed"too early,2\n', "broken_csv"),
        (b",".join(b"c%d" % n for n in range(MAX_COLUMNS + 1)), "too_many_columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        rows_of(written(tmp_path, content))
    assert refused.value.code == code


def test_more_rows_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_ROWS == 100_000
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert len(rows_of(written(tmp_path, b"a\n1\n2\n3\n"))) == 3
    with pytest.raises(FileRefused) as refused:
        rows_of(written(tmp_path, b"a\n1\n2\n3\n4\n"))
    assert refused.value.code == "too_many_rows"
    assert "3" in str(refused.value)


def test_the_byte_order_mark_is_no_part_of_the_first_heading(tmp_path: Path) -> None:
    path = written(tmp_path, codecs.BOM_UTF8 + b"vendor,x\nAcme,1\n")
    assert rows_of(path)[0].cells["vendor"] == "Acme"
