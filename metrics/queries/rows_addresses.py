"""A question and one of its cells as the parameters of an address: the same address, the same answer."""

from metrics.queries.question import Question

FIGURE, KEY = "figure", "key"


def of_question(question: Question) -> dict[str, str]:
    """Return a question as parameters, everything named: nothing depends on the day of the click."""
    believed_on = question.believed_on
    return {
        "from": question.window.start.isoformat(),
        "to": question.window.end.isoformat(),
        "as_of": question.as_of.isoformat(),
        "by": question.by,
        "grace": str(question.grace),
        **({"believed_on": believed_on.isoformat()} if believed_on else {}),
    }


def of_cell(question: Question, figure: str, key: str) -> dict[str, str]:
    """Return a cell as parameters: the family, the key inside it, and the question."""
    return {FIGURE: figure, KEY: key} | of_question(question)
