"""From a calculator's name and inputs to the figure, its warnings and the verdict on a claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.rules import presentation
from metrics.rules.calculators.catalogue import CALCULATORS
from metrics.rules.calculators.claims import Claim, MistakenFigure, Verdict, in_words, judge
from metrics.rules.calculators.inputs import Input, InputError, Value, Values, read
from metrics.rules.calculators.vocabulary import Calculator, Figure, Unit

CLAIMED = "claimed"
UNDEFINED = "The formula divides by zero: the figure is undefined, neither 0 nor 100 %."


class UnusableInputsError(ValueError):
    """Inputs that cannot be used: `errors` has an InputError for each input by name."""

    def __init__(self, errors: Mapping[str, InputError]) -> None:
        """Name the inputs and the reasons."""
        self.errors = dict(errors)
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors.items()))


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: a stable code, a template and its values."""

    code: str
    template: str
    params: Mapping[str, str]

    @property
    def text(self) -> str:
        """The English sentence; `template % params` serves a translation."""
        return self.template % self.params if self.params else self.template


@dataclass(frozen=True, slots=True)
class Answer:
    """The exact figure (None: undefined), its unit, formula and variant, and what to beware of.

    `mistakes` are what the well-known mistakes give from the same inputs, `claim` what a claimed
    figure turned out to be; a claim that is not right is among the warnings, too.
    """

    value: Figure
    unit: Unit
    formula: str
    variant: str
    warnings: tuple[Warned, ...] = ()
    mistakes: tuple[MistakenFigure, ...] = ()
    claim: Claim | None = None

    @property
    def printed(self) -> str | None:
        """The figure rounded once: money to 2 places, all else to 6, a day as YYYY-MM-DD (C10)."""
        if self.value is None or isinstance(self.value, date):
            return self.value.isoformat() if self.value else None
        if self.unit == Unit.MONEY:
            return presentation.money(self.value)
        return presentation.ratio(self.value)

    @property
    def words(self) -> str:
        """The figure as a sentence writes it; a dash where it is undefined."""
        return in_words(self.value, self.unit)


def calculate(name: str, inputs: Mapping[str, object], claimed: object = "") -> Answer:
    """Return the figure of the calculator `name`, exactly, with its formula, variant and warnings.

    `inputs` are texts, numbers or lists by name; empty texts count as left out. `claimed` is the
    figure that somebody expected. Raises KeyError for an unknown calculator, UnusableInputsError
    naming every input that cannot be used and why.

    Source: C7, C10.
    """
    calculator = CALCULATORS[name]
    values = read_inputs(calculator, inputs)
    figure = calculator.compute(values)
    mistakes = tuple(_mistaken(calculator, values, figure))
    claim = _claim(claimed, figure, calculator.unit, mistakes)
    return Answer(
        value=figure,
        unit=calculator.unit,
        formula=calculator.formula,
        variant=calculator.variant,
        warnings=_warnings(calculator, values, figure, claim),
        mistakes=mistakes,
        claim=claim,
    )


def read_inputs(calculator: Calculator, inputs: Mapping[str, object]) -> Values:
    """Return the inputs of a calculator as read and checked. Raises UnusableInputsError.

    Source: R24.
    """
    known = {wanted.name for wanted in calculator.inputs}
    errors = {
        name: InputError("unknown", known=", ".join(sorted(known)))
        for name in inputs
        if name not in known
    }
    found: dict[str, Value] = {}
    for wanted in calculator.inputs:
        try:
            _read_one(inputs.get(wanted.name), wanted, found)
        except InputError as wrong:
            errors[wanted.name] = wrong
    if not errors:
        errors = _broken_checks(calculator, Values(found))
    if errors:
        raise UnusableInputsError(errors)
    return Values(found)


def _read_one(given: object, wanted: Input, found: dict[str, Value]) -> None:
    is_empty = given is None or (isinstance(given, str) and not given.strip())
    if not is_empty:
        found[wanted.name] = read(given, wanted)
    elif wanted.default:
        found[wanted.name] = read(wanted.default, wanted)
    elif wanted.is_needed:
        raise InputError("required")


def _broken_checks(calculator: Calculator, values: Values) -> dict[str, InputError]:
    return {
        check.name: InputError("inconsistent", template=check.template.replace("%", "%%"))
        for check in calculator.checks
        if not check.holds(values)
    }


def _mistaken(calculator: Calculator, values: Values, figure: Figure) -> list[MistakenFigure]:
    """Return what the mistakes give, without those that make no difference here."""
    found = [
        MistakenFigure(mistake.text, mistake.figure(values))
        for mistake in calculator.mistakes
        if all(values.has(name) for name in mistake.needs)
    ]
    return [each for each in found if each.value is not None and each.value != figure]


def _claim(
    claimed: object, figure: Figure, unit: Unit, mistakes: tuple[MistakenFigure, ...]
) -> Claim | None:
    if claimed is None or (isinstance(claimed, str) and not claimed.strip()):
        return None
    try:
        return judge(claimed, figure, unit, mistakes)
    except InputError as wrong:
        raise UnusableInputsError({CLAIMED: wrong}) from None


def _warnings(
    calculator: Calculator, values: Values, figure: Figure, claim: Claim | None
) -> tuple[Warned, ...]:
    found = [
        Warned(note.code, note.text, {})
        for note in calculator.notes
        if note.applies(values, figure)
    ]
    if figure is None:
        found.insert(0, Warned("undefined", UNDEFINED, {}))
    if claim is not None and claim.verdict not in (Verdict.RIGHT, Verdict.UNDEFINED):
        found.insert(0, Warned(f"claim_{claim.verdict}", claim.template, claim.params))
    return tuple(found)
