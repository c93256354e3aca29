"""An import is all or nothing, wherever its process is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.models import Charge, Contract, Term, Vendor
from contracts.services import imports, ledger
from tests.contracts.importing import ROWS_OF_HISTORY, history, preset, take, totals


def run(env: dict[str, str], folder: Path, last: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.recovery.importer", str(folder), last]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("last", ["1", "4", "6", "7", "commit"])
def test_a_killed_import_leaves_nothing_and_the_next_one_everything(
    process_env: dict[str, str], tmp_path: Path, last: str
) -> None:
    folder = history(tmp_path / "h")
    process_env |= {"DJANGO_SETTINGS_MODULE": "saas_tracker.settings"}
    assert run(process_env, folder, last).returncode == -signal.SIGKILL
    for model in (Vendor, Contract, Term, Charge):
        assert not model.objects.exists()
    assert totals(take(folder, preset("history"))) == (ROWS_OF_HISTORY, 0, 0, 0)
    assert ledger.check() == []
    assert totals(imports.plan(folder, preset("history")).report) == (0, 0, ROWS_OF_HISTORY, 0)


@pytest.mark.slow
def test_the_points_of_death_lie_inside_the_import(
    process_env: dict[str, str], tmp_path: Path
) -> None:
    folder = history(tmp_path / "h")
    process_env |= {"DJANGO_SETTINGS_MODULE": "saas_tracker.settings"}
    spared = run(process_env, folder, "0")
    assert (spared.returncode, spared.stderr) == (0, "")
    assert int(spared.stdout) >= 7
    assert totals(imports.plan(folder, preset("history")).report) == (0, 0, ROWS_OF_HISTORY, 0)
