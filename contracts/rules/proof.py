"""The proof of a computed date: its clause and each step, in words that can be translated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PROOF_TEMPLATES: dict[str, str] = {
    "evergreen": (
        "The contract has no end date: there is no yearly deadline."
        " The earliest exit follows from the day notice is given."
    ),
    "no_clause": (
        "No notice period is recorded: the last day of the term, %(end)s, is taken as the deadline."
        " This is an assumption."
    ),
    "nothing_to_send": (
        "The term ends on %(end)s without notice and no notice period is recorded:"
        " there is nothing to send."
    ),
    # A key that ends in _one says the same of a single day or month.
    "clause_days_one": "The contract asks for notice of %(value)s day.",
    "clause_business_days_one": "The contract asks for notice of %(value)s working day.",
    "clause_months_one": "The contract asks for notice of %(value)s month.",
    "clause_days": "The contract asks for notice of %(value)s days.",
    "clause_business_days": "The contract asks for notice of %(value)s working days.",
    "clause_months": "The contract asks for notice of %(value)s months.",
    "from_renewal": (
        "The last day of service is %(end)s, so the term renews on %(from)s:"
        " the count starts there."
    ),
    "from_month_end": (
        "The contract can be left at the end of a month only. The last one within the term is"
        " %(end)s: the count starts on the day after it, %(from)s."
    ),
    "from_quarter_end": (
        "The contract can be left at the end of a quarter only. The last one within the term is"
        " %(end)s: the count starts on the day after it, %(from)s."
    ),
    "from_year_end": (
        "The contract can be left at the end of a year only. The last one within the term is"
        " %(end)s: the count starts on the day after it, %(from)s."
    ),
    "no_notice_needed": "No notice ahead is asked for: the last day for it is %(result)s.",
    "full_days_one": (
        "%(value)s full day lies between the notice and %(from)s:"
        " the last day for it is %(result)s."
    ),
    "full_months_one": (
        "%(value)s month before %(from)s is %(back)s. A full month lies in between, so the last day"
        " for notice is the day before, %(result)s."
    ),
    "full_days": (
        "%(value)s full days lie between the notice and %(from)s:"
        " the last day for it is %(result)s."
    ),
    "full_months": (
        "%(value)s months before %(from)s is %(back)s. Full months lie in between, so the last day"
        " for notice is the day before, %(result)s."
    ),
    "counted_days_one": (
        "The contract counts to %(from)s itself: %(value)s day before it is %(result)s."
    ),
    "counted_months_one": (
        "The contract counts to %(from)s itself: %(value)s month before it is %(result)s."
    ),
    "counted_business_days_one": (
        "%(value)s working day back from %(from)s, that day not counted: %(result)s."
    ),
    "counted_days": (
        "The contract counts to %(from)s itself: %(value)s days before it is %(result)s."
    ),
    "counted_months": (
        "The contract counts to %(from)s itself: %(value)s months before it is %(result)s."
    ),
    "counted_business_days": (
        "%(value)s working days back from %(from)s, that day not counted: %(result)s."
    ),
    "before_start": (
        "Attention: %(result)s lies before the first day of the term, %(start)s."
        " Notice would have been due before the term began."
    ),
    "calendars": "Working days by the calendars %(codes)s (holiday data %(version)s).",
    "weekends_only": "No holiday calendar is named: only weekends count as days off.",
    "calendar_unknown": (
        "No calendar is known for %(code)s: its holidays are not taken into account."
    ),
    "rolled_weekend": "%(day)s is a weekend day: one day back to %(result)s.",
    "rolled_holiday": "%(day)s is a holiday (%(holiday)s): one day back to %(result)s.",
    "lead_portal_one": (
        "Notice through the vendor's portal takes %(lead)s working day: send by %(result)s."
    ),
    "lead_email_one": "Notice by e-mail takes %(lead)s working day: send by %(result)s.",
    "lead_courier_one": "Notice by courier takes %(lead)s working day: send by %(result)s.",
    "lead_registered_post_one": (
        "Notice by registered post takes %(lead)s working day: send by %(result)s."
    ),
    "lead_recorded_one": (
        "The contract records %(lead)s working day for delivery: send by %(result)s."
    ),
    "review_buffer_one": ("%(buffer)s working day is kept for the decision: decide by %(result)s."),
    "lead_portal": (
        "Notice through the vendor's portal takes %(lead)s working days: send by %(result)s."
    ),
    "lead_email": "Notice by e-mail takes %(lead)s working days: send by %(result)s.",
    "lead_courier": "Notice by courier takes %(lead)s working days: send by %(result)s.",
    "lead_registered_post": (
        "Notice by registered post takes %(lead)s working days: send by %(result)s."
    ),
    "lead_recorded": (
        "The contract records %(lead)s working days for delivery: send by %(result)s."
    ),
    "review_buffer": "%(buffer)s working days are kept for the decision: decide by %(result)s.",
    "window_opens": "Notice is not possible before %(result)s.",
    "window_empty": (
        "Attention: notice is not possible before %(opens)s, yet the last day for it is"
        " %(deadline)s. Please check the clause."
    ),
}


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One step of a proof: the rule, what was done in words, its values and the day it led to.

    `text_key` names a template of PROOF_TEMPLATES; days in `params` are ISO text.

    Source: R3, R4, R8.
    """

    rule: str
    text_key: str
    params: Mapping[str, str] = field(default_factory=dict)
    result: date | None = None


def sentence(step: ProofStep, templates: Mapping[str, str] = PROOF_TEMPLATES) -> str:
    """Say the step in words; `templates` may hold a translation of PROOF_TEMPLATES.

    Raises KeyError for a text key or a value that the template does not know.

    Source: R4.
    """
    result = step.result.isoformat() if step.result else ""
    return templates[template_key(step)] % {**step.params, "result": result}


def template_key(step: ProofStep) -> str:
    """Return the key of the template, the one for a single day or month where it applies."""
    counts = (step.params.get(name) for name in ("value", "lead", "buffer"))
    single = f"{step.text_key}_one"
    return single if "1" in counts and single in PROOF_TEMPLATES else step.text_key


def as_json(proof: Iterable[ProofStep]) -> list[dict[str, Any]]:
    """Return the proof as plain lists, dicts and text, ready for a JSON column.

    Source: R3.
    """
    return [
        {
            "rule": step.rule,
            "text_key": step.text_key,
            "params": dict(step.params),
            "result": step.result.isoformat() if step.result else None,
        }
        for step in proof
    ]


def from_json(data: Iterable[Mapping[str, Any]]) -> tuple[ProofStep, ...]:
    """Return the proof that `as_json` wrote; raises KeyError or ValueError for anything else.

    Source: R3.
    """
    return tuple(
        ProofStep(
            rule=row["rule"],
            text_key=row["text_key"],
            params=dict(row["params"]),
            result=date.fromisoformat(row["result"]) if row["result"] else None,
        )
        for row in data
    )
