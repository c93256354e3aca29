"""The benchmarks run from one command and print each time beside its floor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = ("DATABASE_URL", "DATA_DIR", "REDIS_URL")


@pytest.fixture(scope="module")
def printed() -> str:
    command = [sys.executable, "-m", "bench", "--contracts", "60", "--rows", "40", "--runs", "1"]
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "title",
    [
        "API list of 50 of 60 contracts",
        "Figures over 60 contracts",
        " terms: nothing new",
        "Import of 40 rows into 60 contracts",
    ],
)
def test_each_benchmark_names_what_it_measures(printed: str, title: str) -> None:
    assert title in printed


@pytest.mark.slow
def test_each_table_stands_beside_a_floor(printed: str) -> None:
    tables = printed.split("x floor\n")[1:]
    assert len(tables) == 12
    for table in tables:
        lines = table.split("\n\n")[0].splitlines()
        assert any(line.endswith(" 1.00") for line in lines), table


@pytest.mark.slow
def test_the_sizes_of_the_command_line_are_the_sizes_measured(printed: str) -> None:
    assert printed.startswith("60 contracts, ")
