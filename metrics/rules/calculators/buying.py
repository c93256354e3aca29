"""Calculators of customers: how often they buy, what comes back, whether they recommend."""

from fractions import Fraction

from metrics.rules import purchase_days, purchases, survey
from metrics.rules.calculators.inputs import Input, Kind, Values
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Check,
    Mistake,
    Subject,
    Unit,
    amount,
    at_most,
    count,
    number,
)
from metrics.rules.presentation import quotient

TOP = survey.BEST_SCORE


def scores(v: Values) -> list[int]:
    """Return the answers of a survey as whole numbers.

    Source: metric "NPS".
    """
    return [int(score) for score in v.many("scores")]


CALCULATORS = (
    Calculator(
        name="repeat-purchase-ratio",
        title="Repeat purchase ratio (repurchase rate)",
        subject=Subject.PURCHASES,
        formula="customers with 2 purchase days or more / customers with 1 or more",
        variant="By customer, same window for both",
        unit=Unit.RATIO,
        inputs=(
            count("repeating", "Customers who bought on two days or more"),
            count("buying", "Customers who bought at all"),
        ),
        compute=lambda v: purchases.repeat_purchase_ratio(v.count("repeating"), v.count("buying")),
        example={"repeating": "2500", "buying": "10000"},
        checks=(at_most("repeating", "buying", "More bought again than bought at all."),),
        mistakes=(
            Mistake(
                "divided by those who bought once only",
                lambda v: quotient(v["repeating"], v["buying"] - v["repeating"]),
            ),
            Mistake(
                "the share that bought once only",
                lambda v: quotient(v["buying"] - v["repeating"], v["buying"]),
            ),
        ),
    ),
    Calculator(
        name="loyal-rate",
        title="Loyal customer rate",
        subject=Subject.PURCHASES,
        formula="loyal customers / customers",
        variant="Loyal: MORE than four purchases in a year, unless another threshold is agreed",
        unit=Unit.RATIO,
        inputs=(count("loyal", "Loyal customers"), count("total", "Customers who bought at all")),
        compute=lambda v: purchases.loyal_rate(v.count("loyal"), v.count("total")),
        example={"loyal": "300", "total": "1000"},
        checks=(at_most("loyal", "total", "More are loyal than bought at all."),),
        mistakes=(
            Mistake(
                "divided by those who are not loyal",
                lambda v: quotient(v["loyal"], v["total"] - v["loyal"]),
            ),
        ),
    ),
    Calculator(
        name="return-rate",
        title="Return rate",
        subject=Subject.PURCHASES,
        formula="returned / sold",
        variant="Both by number or both by value, of the same period; never mixed",
        unit=Unit.RATIO,
        inputs=(amount("returned", "Returned"), amount("sold", "Sold")),
        compute=lambda v: purchases.return_rate(v["returned"], v["sold"]),
        example={"returned": "25", "sold": "500"},
        mistakes=(
            Mistake(
                "divided by what was kept",
                lambda v: quotient(v["returned"], v["sold"] - v["returned"]),
            ),
        ),
    ),
    Calculator(
        name="time-between-purchases",
        title="Time between purchases",
        subject=Subject.PURCHASES,
        formula="sum of gaps / number of gaps",
        variant="One customer's gaps, or the own means of customers who bought again",
        unit=Unit.DAYS,
        inputs=(Input("gaps", "Days between one purchase and the next", Kind.AMOUNTS),),
        compute=lambda v: purchase_days.mean_of_gaps(v.many("gaps")),
        example={"gaps": "7 14"},
        mistakes=(
            Mistake(
                "divided by the purchases, one more than the gaps",
                lambda v: sum(v.many("gaps"), Fraction(0)) / (len(v.many("gaps")) + 1),
            ),
            Mistake(
                "gaps over days: upside down",
                lambda v: quotient(len(v.many("gaps")), sum(v.many("gaps"))),
            ),
        ),
    ),
    Calculator(
        name="purchase-interval",
        title="Days per purchase in a period",
        subject=Subject.PURCHASES,
        formula="days / purchases",
        variant="Period average; counts the days before the first and after the last purchase",
        unit=Unit.DAYS,
        inputs=(number("days", "Days in the period", high=36600), count("purchases", "Purchases")),
        compute=lambda v: purchase_days.mean_interval(v["days"], v.count("purchases")),
        example={"days": "365", "purchases": "20"},
        mistakes=(
            Mistake(
                "purchases over days: upside down",
                lambda v: quotient(v["purchases"], v["days"]),
            ),
        ),
    ),
    Calculator(
        name="nps",
        title="Net promoter score (NPS) from numbers of answers",
        subject=Subject.PURCHASES,
        formula="(promoters - detractors) / all answers x 100",
        variant="Promoters 9-10, detractors 0-6, passives 7-8 stay in the base",
        unit=Unit.POINTS,
        inputs=(
            count("promoters", "Answers of 9 or 10"),
            count("passives", "Answers of 7 or 8"),
            count("detractors", "Answers of 0 to 6"),
        ),
        compute=lambda v: survey.net_promoter_score(
            v.count("promoters"), v.count("passives"), v.count("detractors")
        ),
        example={"promoters": "30", "passives": "50", "detractors": "20"},
        mistakes=(
            Mistake(
                "passives left out of the base",
                lambda v: survey.net_promoter_score(v.count("promoters"), 0, v.count("detractors")),
            ),
            Mistake("the share of promoters", lambda v: _percent_of(v, "promoters")),
            Mistake("numbers instead of percentages", lambda v: v["promoters"] - v["detractors"]),
        ),
    ),
    Calculator(
        name="nps-percentages",
        title="Net promoter score (NPS) from percentages",
        subject=Subject.PURCHASES,
        formula="% promoters - % detractors",
        variant="Both in percent of ALL answers, passives included",
        unit=Unit.POINTS,
        inputs=(
            number("promoters", "Promoters in percent, 9-10", high=100),
            number("detractors", "Detractors in percent, 0-6", high=100),
        ),
        compute=lambda v: survey.score_of_percentages(v["promoters"], v["detractors"]),
        example={"promoters": "30", "detractors": "20"},
        checks=(
            Check(
                "detractors",
                "Promoters and detractors are more than 100 %.",
                lambda v: v["promoters"] + v["detractors"] <= 100,
            ),
        ),
        mistakes=(
            Mistake(
                "passives left out of the base",
                lambda v: quotient(
                    100 * (v["promoters"] - v["detractors"]), v["promoters"] + v["detractors"]
                ),
            ),
        ),
    ),
    Calculator(
        name="nps-scores",
        title="Net promoter score (NPS) from single answers",
        subject=Subject.PURCHASES,
        formula="% of answers 9-10 - % of answers 0-6",
        variant="A score of 6 is a detractor; passives stay in the base",
        unit=Unit.POINTS,
        inputs=(Input("scores", "Answers from 0 to 10", Kind.COUNTS, high=Fraction(TOP)),),
        compute=lambda v: survey.score_of_answers(scores(v)),
        example={"scores": "10 9 9 8 7 6 3 10"},
        mistakes=(
            Mistake(
                "detractors taken as lower than 6: a score of 6 falls in no band",
                lambda v: _score(v, detractors_to=survey.DETRACTORS_TO - 1),
            ),
            Mistake(
                "promoters taken as 8 or more",
                lambda v: _score(v, promoters_from=survey.PROMOTERS_FROM - 1),
            ),
            Mistake("the mean of the answers", lambda v: quotient(sum(scores(v)), len(scores(v)))),
        ),
    ),
)


def _percent_of(v: Values, name: str) -> Fraction | None:
    return quotient(100 * v[name], v["promoters"] + v["passives"] + v["detractors"])


def _score(
    v: Values,
    *,
    promoters_from: int = survey.PROMOTERS_FROM,
    detractors_to: int = survey.DETRACTORS_TO,
) -> Fraction | None:
    """Return the NPS with bands of other limits."""
    answers = scores(v)
    promoters = sum(score >= promoters_from for score in answers)
    detractors = sum(score <= detractors_to for score in answers)
    return survey.net_promoter_score(promoters, len(answers) - promoters - detractors, detractors)
