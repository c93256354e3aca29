"""No update is lost: a change names the version it was made from."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse
from rest_framework.test import APIClient

from contracts.models import Vendor
from contracts.models.base import VersionedRecord
from saas_tracker.accounts.models import User
from tests import factories
from tests.api.bodies import CHANGE
from tests.api.conftest import World

VERSIONED = sorted(set(CHANGE) - {"memberships"})


def path_of(world: World, resource: str) -> str:
    return reverse(f"api:{resource}-detail", args=[world.rows[resource].pk])


@pytest.mark.parametrize("resource", VERSIONED)
def test_a_change_counts_the_version_up(
    world: World, administrator: APIClient, resource: str
) -> None:
    assert isinstance(world.rows[resource], VersionedRecord)
    path = path_of(world, resource)
    before = administrator.get(path)
    assert before.headers["ETag"] == f'"{before.json()["version"]}"'
    after = administrator.patch(
        path, CHANGE[resource], format="json", headers={"If-Match": before.headers["ETag"]}
    )
    assert after.json()["version"] == before.json()["version"] + 1
    assert after.headers["ETag"] == f'"{after.json()["version"]}"'
    assert administrator.get(path).json() == after.json()


@pytest.mark.parametrize("header", [None, "", "*", "1", '"x"', '"1", "2"'])
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_without_a_version_is_refused(
    world: World, administrator: APIClient, method: str, header: str | None
) -> None:
    headers = {} if header is None else {"If-Match": header}
    path = path_of(world, "vendors")
    answer = getattr(administrator, method)(path, {"note": "x"}, format="json", headers=headers)
    assert answer.status_code == 428
    assert answer.json()["code"] == "version_missing"
    assert administrator.get(path).json()["note"] == ""


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_the_second_editor_sees_what_the_row_is_now(
    world: World, administrator: APIClient, editor: APIClient, method: str
) -> None:
    path, headers = path_of(world, "vendors"), {"If-Match": '"1"'}
    first = administrator.patch(path, {"note": "first"}, format="json", headers=headers)
    second = getattr(editor, method)(path, {"note": "second"}, format="json", headers=headers)
    assert second.status_code == 412
    body = second.json()
    assert (body["code"], body["version"], body["etag"]) == ("stale", 2, '"2"')
    assert body["current"] == first.json() == editor.get(path).json()


def test_of_many_editors_at_once_exactly_one_wins(transactional_db: None) -> None:
    user = User.objects.create_superuser("root@tracker.example")
    vendor = factories.VendorFactory.create()
    path = reverse("api:vendors-detail", args=[vendor.pk])

    def edit(number: int) -> int:
        client = APIClient()
        client.force_authenticate(user)
        headers = {"If-Match": '"1"'}
        try:
            body = {"note": f"editor {number}"}
            return client.patch(path, body, format="json", headers=headers).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(edit, range(24)))
    assert codes == [200, *[412] * 23]
    vendor.refresh_from_db()
    assert vendor.version == 2
    assert Vendor.history.filter(id=vendor.pk, note__startswith="editor").count() == 1
