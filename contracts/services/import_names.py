"""Finds vendors, departments, categories and owners by the names a file uses."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from django.contrib.auth import get_user_model
from rapidfuzz import fuzz, process

from contracts.models import Category, Department, Vendor, VendorAlias
from contracts.rules.names import normal_form
from contracts.services import import_store
from contracts.services.import_report import Offer, Refused

NEARLY = 90
# Short names are near to everything.
LEAST_LETTERS = 4
N = TypeVar("N", Vendor, Department, Category)


class Names(Generic[N]):
    """Rows of one table by name. A new row is made at once and inserted by `save` if it is kept."""

    def __init__(self, model: type[N], known: Iterable[N]) -> None:
        self._model: type[N] = model
        self._found: dict[str, N] = {row.name.casefold(): row for row in known}
        self._kept: dict[int, N] = {}
        self._waiting: list[N] = []

    def find(self, name: str) -> N:
        """Return the row of this name, a new one if there is none. Raises Refused."""
        folded = name.casefold()
        found = self._found.get(folded)
        if found is None:
            self._found[folded] = found = self._unknown(name)
        return found

    def keep(self, row: N, number: int) -> None:
        """Note that the accepted row of this number needs `row`."""
        if row.pk is None and id(row) not in self._kept:
            self._kept[id(row)] = row
            self._waiting.append(row)
            self._is_new(row, number)

    def save(self, by: Any) -> list[N]:
        """Insert the new rows and return them."""
        made, self._waiting = self._waiting, []
        import_store.create(self._model, made, by)
        return made

    def _unknown(self, name: str) -> N:
        new: N = self._model(name=name)
        return new

    def _is_new(self, row: N, number: int) -> None:
        """Look at a row that will be inserted."""


class VendorNames(Names[Vendor]):
    """The vendors: by name, by alias, by normal form.

    With `matching`, a new name that is nearly that of another vendor makes an offer; it is never
    merged by itself.
    """

    def __init__(self, *, matching: bool) -> None:
        known = list(Vendor.objects.only("id", "name", "normal_name").order_by("id"))
        super().__init__(Vendor, known)
        self.offers: list[Offer] = []
        self._matching = matching
        self._by_normal: dict[str, Vendor | None] = {}
        for vendor in known:
            is_second = vendor.normal_name in self._by_normal
            self._by_normal[vendor.normal_name] = None if is_second else vendor
        for alias in VendorAlias.objects.select_related("vendor"):
            self._by_normal[alias.normal_name] = alias.vendor
        self._nearness = Nearness()
        if matching:
            for normal in self._by_normal:
                self._nearness.add(normal)

    def _unknown(self, name: str) -> Vendor:
        normal = normal_form(name)
        if normal not in self._by_normal:
            self._by_normal[normal] = Vendor(name=name, normal_name=normal)
        vendor = self._by_normal[normal]
        if vendor is None:
            raise Refused("vendor", "vendor_unclear", text=name)
        return vendor

    def _is_new(self, row: Vendor, number: int) -> None:
        if not self._matching:
            return
        near = self._nearness.nearest(row.normal_name)
        vendor = self._by_normal[near[0]] if near else None
        if near and vendor is not None:
            self.offers.append(Offer(row.name, vendor.name, vendor.pk, near[1], number))
        self._nearness.add(row.normal_name)


class Nearness:
    """Normal forms, and which of them is nearly another one.

    Near are two names of which one is the beginning of the other ("Stantec", "Stantec Australia")
    and names that are equal in at least 90 of 100, whatever the order of their words.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._whole: set[str] = set()
        self._by_beginning: dict[str, str] = {}

    def add(self, name: str) -> None:
        """Take a normal form in."""
        self._names.append(name)
        self._whole.add(name)
        for beginning in _beginnings(name):
            self._by_beginning.setdefault(beginning, name)

    def nearest(self, name: str) -> tuple[str, int] | None:
        """Return the nearest other name and its score, None where none is near."""
        if len(name) < LEAST_LETTERS:
            return None
        near = process.extractOne(
            name, self._names, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY
        )
        if near is not None:
            return near[0], round(near[1])
        shorter = [text for text in reversed(_beginnings(name)) if text in self._whole]
        begins = self._by_beginning.get(name) or next(iter(shorter), None)
        return (begins, NEARLY) if begins else None


def _beginnings(name: str) -> list[str]:
    """Return the beginnings of a name in whole words that are long enough to mean something."""
    words = name.split()
    texts = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    return [text for text in texts if len(text) >= LEAST_LETTERS]


class Book:
    """Everything a run finds by name. Loaded once; what accepted rows need is inserted by `save`."""

    def __init__(self, *, matching: bool) -> None:
        self.vendors = VendorNames(matching=matching)
        self.departments = Names(Department, Department.objects.only("id", "name"))
        self.categories = Names(Category, Category.objects.filter(parent=None).only("id", "name"))
        self._owners: dict[str, Any] = {}

    def owner(self, email: str) -> Any:
        """Return the person who signs in with this address. Raises Refused."""
        folded = email.casefold()
        if folded not in self._owners:
            people = get_user_model()._default_manager
            self._owners[folded] = people.filter(email__iexact=email, is_active=True).first()
        if self._owners[folded] is None:
            raise Refused("owner", "unknown_owner", text=email)
        return self._owners[folded]

    def keep(self, named: dict[str, Any], number: int) -> None:
        """Note what the accepted row of this number needs: vendor, department, category."""
        if named.get("vendor") is not None:
            self.vendors.keep(named["vendor"], number)
        if named.get("department") is not None:
            self.departments.keep(named["department"], number)
        if named.get("category") is not None:
            self.categories.keep(named["category"], number)

    def save(self, by: Any) -> None:
        """Insert everything new, each department below itself."""
        self.vendors.save(by)
        self.categories.save(by)
        made = self.departments.save(by)
        through = Department.below.through
        through._default_manager.bulk_create(
            through(from_department_id=new.pk, to_department_id=new.pk) for new in made
        )
