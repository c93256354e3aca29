"""The compose file is valid, complete and cautious, as far as can be said without an engine."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text()
# What only a container image sets, or only Compose itself reads.
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def example_names() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))


def names_read_by_the_project() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "saas_tracker").rglob("*.py"):
        for call in re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", path.read_text()):
            names.add(call)
    return names


def test_the_file_follows_the_specification() -> None:
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "docker-compose.yml"]
    command += ["--builtin-schema", "vendor.compose-spec"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_variable_of_the_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used - example_names() == set()


def test_every_variable_that_must_be_set_has_a_line_to_fill_in() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert {f"{n}" for n in required if not re.search(rf"^{n}=", EXAMPLE, re.MULTILINE)} == set()


def test_the_search_for_settings_finds_them() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "DEMO", "ALERT_OFFSETS"} <= names_read_by_the_project()


@pytest.mark.parametrize("name", sorted(names_read_by_the_project()))
def test_a_setting_is_in_the_example_and_in_the_guide_for_operators(name: str) -> None:
    assert name in example_names()
    assert f"`{name}`" in (ROOT / "docs" / "operators.md").read_text()


def test_the_example_names_nothing_that_nobody_reads() -> None:
    assert example_names() - names_read_by_the_project() - COMPOSE_ONLY == set()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_waits_only_for_what_can_tell_that_it_is_ready(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if wait["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert wait["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_floats_on_the_latest_image(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]).split(":")[0] not in {"0", "root"}
    assert ":" in service["image"]
    assert not service["image"].endswith(":latest")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_named_volume_of_a_service_is_declared(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]


def test_only_the_web_service_opens_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_the_image_ends_as_an_unprivileged_user_and_copies_what_exists() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001:10001"]
    copied = [line.split()[1] for line in lines if re.match(r"COPY [^-]", line)]
    assert copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert [path for path in copied if f"!{path}" not in allowed] == []
