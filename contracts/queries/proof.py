"""The proof of a deadline in the reader's language, one sentence per step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from django.utils.translation import get_language, gettext, to_locale

from contracts.rules.proof import PROOF_TEMPLATES, ProofStep, from_json, template_key

DAYS = ("end", "from", "start", "day", "back", "opens", "deadline")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step of a proof as people read it; `result` is the day it led to."""

    rule: str
    text: str
    result: date | None
    warns: bool


def sentences(proof: Iterable[Mapping[str, Any]]) -> list[Sentence]:
    """Say the stored proof of a term in the active language, its days as that language writes them.

    Source: R3, R4, R8.
    """
    locale = Locale.parse(to_locale(get_language() or "en-gb"))
    return [_said(step, locale) for step in from_json(proof)]


def _said(step: ProofStep, locale: Locale) -> Sentence:
    template = gettext(PROOF_TEMPLATES[template_key(step)])
    values = {
        name: _written(value, locale) if name in DAYS else value
        for name, value in step.params.items()
    }
    values["result"] = _written(step.result.isoformat(), locale) if step.result else ""
    return Sentence(
        rule=step.rule,
        text=template % values,
        result=step.result,
        warns=step.text_key in ("no_clause", "before_start", "window_empty", "calendar_unknown"),
    )


def _written(iso: str, locale: Locale) -> str:
    return format_date(date.fromisoformat(iso), "medium", locale=locale)
