"""Published price indices: one value per month, imported from a statistics office or by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.models import IndexValue
from contracts.services import records
from tests.contracts.importing import check, codes, mapped, preset, take, totals
from tests.contracts.pages import page, superuser
from tests.factories import IndexValueFactory

pytestmark = pytest.mark.django_db
HEADINGS = "series,year,period,value,title\n"
MARCH = 'X1,2025,M03,121.5,"All items, city average"\n'
APRIL = 'X1,2025,M04,121.75,"All items, city average"\n'


def written(path: Path, *rows: str) -> Path:
    path.write_text(HEADINGS + "".join(rows))
    return path


def test_a_file_of_the_statistics_office_is_read_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "cpi.csv", MARCH, APRIL)
    assert totals(take(path, preset("bls-index"))) == (2, 0, 0, 0)
    found = IndexValue.objects.order_by("month").values_list("name", "month", "value", "source")
    assert list(found) == [
        ("All items, city average", date(2025, 3, 1), Decimal("121.5"), "BLS"),
        ("All items, city average", date(2025, 4, 1), Decimal("121.75"), "BLS"),
    ]
    assert totals(check(path, preset("bls-index"))) == (0, 0, 2, 0)


def test_a_revised_value_is_written_over_the_old_one_with_its_history(tmp_path: Path) -> None:
    take(written(tmp_path / "a.csv", MARCH), preset("bls-index"))
    revised = MARCH.replace("121.5", "121.6")
    assert totals(take(written(tmp_path / "b.csv", revised), preset("bls-index"))) == (0, 1, 0, 0)
    row = IndexValue.objects.get()
    assert (row.value, row.version) == (Decimal("121.6"), 2)
    assert row.history.count() == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (MARCH.replace("M03", "M13"), "no_month"),
        (MARCH.replace("M03", "S01"), "no_month"),
        (MARCH.replace(",2025,", ",,"), "missing"),
        (MARCH.replace("121.5", "0"), "not_positive"),
    ],
)
def test_what_is_no_month_or_no_level_is_refused(tmp_path: Path, row: str, code: str) -> None:
    assert codes(check(written(tmp_path / "cpi.csv", row), preset("bls-index"))) == [code]


def test_a_month_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "cpi.csv", MARCH, MARCH)
    assert codes(check(path, preset("bls-index"))) == ["twice_in_file"]


def test_any_day_names_its_month_in_a_file_with_columns_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,month,value\nRent,2025-03-31,99\n")
    parts = mapped("indices", "name", "month", "value", date_order="ISO", decimal=".")
    assert totals(take(path, parts)) == (1, 0, 0, 0)
    assert IndexValue.objects.get().month == date(2025, 3, 1)


def test_a_month_is_named_by_its_first_day() -> None:
    row = IndexValueFactory.build(month=date(2025, 3, 2))
    with pytest.raises(Exception, match="first day"):
        records.store(row)


def test_the_list_shows_months_and_values() -> None:
    IndexValueFactory(month=date(2025, 3, 1), value=Decimal("121.50"))
    text = superuser().get(page("contracts_indexvalue_changelist")).content.decode()
    assert "2025-03" in text
    assert "121.5" in text
