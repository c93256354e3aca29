"""Figures over HTTP: defined, dated, and never more than one may see."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.models import Contract, Term
from contracts.services import ledger, records
from metrics.queries import figures
from metrics.queries.catalogue import METRICS
from tests import factories
from tests.api.conftest import World

INDEX = "/api/v1/metrics/"
YEAR = {"from": "2026-01-01", "to": "2026-12-31", "as_of": "2026-06-30"}


def ask(client: APIClient, family: str, **parameters: Any) -> Any:
    return client.get(f"{INDEX}{family}/", YEAR | parameters)


def test_the_index_leads_to_every_family(world: World, administrator: APIClient) -> None:
    found = administrator.get(INDEX).json()
    assert found["count"] == len(METRICS) == len(found["results"])
    for each in found["results"]:
        assert each["definition"]
        assert each["variant"]
        assert administrator.get(each["url"], YEAR).status_code == 200


@pytest.mark.parametrize("family", sorted(METRICS))
def test_a_figure_travels_with_its_definition_and_its_question(
    world: World, administrator: APIClient, family: str
) -> None:
    answer = ask(administrator, family, by="contract", grace=45).json()
    assert answer["window"] == ["2026-01-01", "2026-12-31"]
    assert (answer["as_of"], answer["by"], answer["grace"]) == ("2026-06-30", "contract", 45)
    assert answer["definition"] == str(METRICS[family].definition)
    assert answer["figures"]


@pytest.mark.parametrize("family", sorted(set(METRICS) - {"budgets"}))
def test_foreign_rows_change_no_figure(world: World, as_role: Any, family: str) -> None:
    stranger = as_role("foreign")
    before = ask(stranger, family).content
    contract = factories.ContractFactory.create(department=world.home)
    records.store(
        Term(
            contract=contract,
            start_date=date(2026, 2, 1),
            end_date=date(2027, 1, 31),
            annual_value=Decimal("777"),
        )
    )
    factories.ChargeFactory.create(contract=contract, gross="777")
    assert ask(stranger, family).content == before


def test_a_department_reads_its_own_spend(world: World, editor: APIClient) -> None:
    answer = ask(editor, "accrued-spend").json()["figures"]
    assert "12000.00" in str(answer["accrual_year"])


def test_without_parameters_the_last_year_is_asked(
    world: World, administrator: APIClient, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-02")
    answer = administrator.get(f"{INDEX}annualised-spend/").json()
    assert answer["as_of"] == "2026-03-02"
    assert answer["window"] == ["2025-03-03", "2026-03-02"]
    assert (answer["by"], answer["grace"]) == ("vendor", 30)


@pytest.mark.parametrize(
    ("parameters", "pointer", "code"),
    [
        ({"from": "2026-13-01"}, "/from", "invalid"),
        ({"to": "2025-12-31"}, "/to", "order"),
        ({"from": "1990-01-01"}, "/to", "length"),
        ({"as_of": "0001-01-01"}, "/as_of", "range"),
        ({"by": "colour"}, "/by", "invalid_choice"),
        ({"grace": -1}, "/grace", "min_value"),
        ({"grace": 366}, "/grace", "max_value"),
        ({"colour": 1}, "/colour", "unknown_parameter"),
        ({"vendor": 0}, "/vendor", "does_not_exist"),
        ({"currency": "euro"}, "/currency", "invalid"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    administrator: APIClient, parameters: dict[str, Any], pointer: str, code: str
) -> None:
    answer = ask(administrator, "retention", **parameters)
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_an_unknown_family_is_not_found(administrator: APIClient) -> None:
    assert ask(administrator, "happiness").status_code == 404


def test_every_family_of_the_figures_file_is_served() -> None:
    served = {metric.query for metric in METRICS.values()}
    assert set(figures.FAMILIES) - {figures.asked} == served - {figures.silent_renewals}


def test_a_family_can_be_asked_as_it_was_believed(world: World, time_machine: Any) -> None:
    administrator = APIClient()
    administrator.force_authenticate(factories.AdministratorFactory.create())
    ledger.refresh(Contract.objects.values_list("pk", flat=True))
    now = datetime.now(UTC)
    time_machine.move_to(now + timedelta(days=3))
    yesterday = (now + timedelta(days=2)).date().isoformat()
    before = ask(administrator, "accrued-spend").json()["figures"]
    term = Term.objects.order_by("pk").first()
    assert term is not None
    term.annual_value = Decimal("424242")
    records.store(term)
    after = ask(administrator, "accrued-spend")
    believed = ask(administrator, "accrued-spend", believed_on=yesterday).json()
    assert believed["believed_on"] == yesterday
    assert believed["figures"] == before != after.json()["figures"]
    assert "believed_on" not in after.json()


def test_who_asks_for_a_past_belief_is_asked_as_of_that_day(
    world: World, administrator: APIClient
) -> None:
    answer = administrator.get(f"{INDEX}annualised-spend/", {"believed_on": "2026-01-31"}).json()
    assert answer["as_of"] == "2026-01-31"
    assert answer["window"][1] == "2026-01-31"
