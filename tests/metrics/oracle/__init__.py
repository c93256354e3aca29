"""The figures again, the slow way: every day of every contract looked at one by one.

Nothing of `metrics` is used here but the question itself, and no formula is shared with it: only the definitions.
"""

from tests.metrics.oracle.days import Figures, birthday
from tests.metrics.oracle.moving import Moving
from tests.metrics.oracle.renewing import Renewing
from tests.metrics.oracle.spending import Spending

__all__ = ["Oracle", "birthday"]


class Oracle(Spending, Moving, Renewing):
    """A story and a question to it."""

    def figures(self) -> Figures:
        """Return what can be told by looking at each day."""
        return {
            **self.accruals(),
            **self.snapshots(),
            **self.commitments(),
            **self.retention(),
            **self.months(),
            **self.renewals(),
            **self.cohorts(),
            **self.forecasts(),
        }
