"""What the repository promises to whoever clones it."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_there_is_one_lock_to_run_and_one_to_develop() -> None:
    assert [lock.name for lock in LOCKS] == ["dev.txt", "run.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_by_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text()
    packages = re.findall(r"^([a-z0-9][\w.\[\],-]*)==", text, re.MULTILINE)
    entries = [entry for entry in text.split("\n") if re.match(r"^[a-z0-9]", entry)]
    assert len(packages) == len(entries) > 40
    assert text.count("--hash=sha256:") >= len(packages)
    assert not re.search(r"//|index-url|find-links", text)


def test_the_development_lock_holds_the_same_versions_as_the_one_that_runs() -> None:
    pins = [
        dict(re.findall(r"^([\w.\[\],-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE))
        for lock in LOCKS
    ]
    development, run = pins
    assert {name: pin for name, pin in run.items() if development.get(name) != pin} == {}


def test_every_direct_dependency_is_locked() -> None:
    run = (ROOT / "requirements" / "run.txt").read_text()
    for requirement in PROJECT["project"]["dependencies"]:
        name = re.split(r"[\[=<>~!]", requirement)[0]
        assert re.search(rf"^{name}(\[[\w,]+\])?==", run, re.MULTILINE), name


def test_the_readme_shows_the_two_commands_before_anything_else() -> None:
    code = re.findall(r"```[a-z]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = [line.split("#")[0].strip() for line in code[0].splitlines()]
    assert commands[:2] == ["make run", "make test"]


def test_continuous_integration_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec make test")


def test_the_links_of_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(documents) > 8
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text())
        if not target.startswith("http") and not (document.parent / target).exists()
    ]
    assert broken == []
