"""The digits of a generated portfolio: one fingerprint, whatever engine and machine computed it.

`python -m bench.digits --contracts 10000 [--engine postgres]` prints the same for larger portfolios.
"""

from datetime import date

import pytest

from contracts.services import demo
from tests.metrics.digits import fingerprint

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
KNOWN = "6f8662d3dae418e19cfdabd6cf1c07baa81957ae6d293b47cde118ddca3aecab"


def test_a_portfolio_of_sixty_contracts_has_these_digits_on_each_engine() -> None:
    demo.load(contracts=60, seed=7, today=TODAY)
    assert fingerprint(TODAY) == KNOWN
