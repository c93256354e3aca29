"""Every calculator of the field by name, in the order in which they are offered."""

from itertools import chain

from metrics.rules.calculators import (
    buying,
    churning,
    contract_value,
    lifetime,
    prices,
    renewals,
    retention,
    working_capital,
)
from metrics.rules.calculators.vocabulary import Calculator

MODULES = (
    contract_value,
    retention,
    churning,
    renewals,
    prices,
    buying,
    lifetime,
    working_capital,
)

CALCULATORS: dict[str, Calculator] = {
    calculator.name: calculator
    for calculator in chain.from_iterable(module.CALCULATORS for module in MODULES)
}
