"""What a run has seen, as a table at its end."""

from collections.abc import Callable

import pytest

FIGURES = pytest.StashKey[list[tuple[str, str]]]()
Report = Callable[[str, object], None]


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    """Return a function that adds a line to the table of figures."""
    lines = pytestconfig.stash.setdefault(FIGURES, [])

    def add(name: str, figure: object) -> None:
        lines.append((name, str(figure)))

    return add


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, whatever became of the tests."""
    lines = config.stash.get(FIGURES, [])
    if not lines:
        return
    terminalreporter.section("recovery")
    width = max(len(name) for name, _figure in lines)
    for name, figure in lines:
        terminalreporter.write_line(f"{name:<{width}}  {figure}")
