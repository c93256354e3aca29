"""The fingerprint of all figures of the portfolio: both engines must print the same one."""

from bench import OPTIONS, portfolio
from tests.metrics.digits import fingerprint


def main() -> None:
    """Load the portfolio and print how many contracts gave which digits."""
    portfolio.load()
    print(f"{OPTIONS.contracts} contracts, {OPTIONS.engine}: {fingerprint(portfolio.TODAY)}")


if __name__ == "__main__":
    main()
