"""One factory for each table: the smallest valid row, with fixed days and no chance in it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory

from contracts import models
from contracts.rules import vocabulary as words
from tests.people_factories import (
    PASSWORD,
    AdministratorFactory,
    ApiTokenFactory,
    DepartmentFactory,
    Factory,
    MembershipFactory,
    UserFactory,
)

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# What tests know by this name, although it is made next door.
__all__ = [
    "PASSWORD",
    "AdministratorFactory",
    "ApiTokenFactory",
    "DepartmentFactory",
    "Factory",
    "MembershipFactory",
    "UserFactory",
]


class CategoryFactory(Factory[models.Category]):
    class Meta:
        model = models.Category

    name = Sequence(lambda n: f"Category {n}")


class VendorFactory(Factory[models.Vendor]):
    class Meta:
        model = models.Vendor

    name = Sequence(lambda n: f"Vendor {n}")
    normal_name = LazyAttribute(lambda vendor: vendor.name.lower())


class VendorAliasFactory(Factory[models.VendorAlias]):
    class Meta:
        model = models.VendorAlias

    vendor = SubFactory(VendorFactory)
    name = Sequence(lambda n: f"Spelling {n}")
    normal_name = LazyAttribute(lambda alias: alias.name.lower())


class ProductFactory(Factory[models.Product]):
    class Meta:
        model = models.Product

    vendor = SubFactory(VendorFactory)
    name = Sequence(lambda n: f"Product {n}")


class ContractFactory(Factory[models.Contract]):
    """An automatically renewing contract with 90 days of notice."""

    class Meta:
        model = models.Contract

    title = Sequence(lambda n: f"Contract {n}")
    vendor = SubFactory(VendorFactory)
    department = SubFactory(DepartmentFactory)
    currency = "EUR"
    initial_months = 12
    renewal_months = 12
    notice_value = 90


class ContractLinkFactory(Factory[models.ContractLink]):
    class Meta:
        model = models.ContractLink

    from_contract = SubFactory(ContractFactory)
    to_contract = SubFactory(ContractFactory)
    kind = words.LinkKind.REPLACEMENT.value


class TermFactory(Factory[models.Term]):
    """The year 2026 at 12,000; what follows from it is written by `services.ledger` alone."""

    class Meta:
        model = models.Term

    contract = SubFactory(ContractFactory)
    seq = 1
    start_date = date(2026, 1, 1)
    end_date = date(2026, 12, 31)
    annual_value = Decimal("12000")


class LicenceLineFactory(Factory[models.LicenceLine]):
    class Meta:
        model = models.LicenceLine

    term = SubFactory(TermFactory)
    sku = Sequence(lambda n: f"SKU-{n}")
    quantity = Decimal("10")
    unit_price = Decimal("1200")


class LedgerEntryFactory(Factory[models.LedgerEntry]):
    class Meta:
        model = models.LedgerEntry

    term = SubFactory(TermFactory)
    contract = SelfAttribute("term.contract")
    first_day = LazyAttribute(lambda entry: entry.term.start_date.toordinal())
    last_day = LazyAttribute(lambda entry: entry.first_day + 364)
    year_days = 365
    annual_value = SelfAttribute("term.annual_value")
    currency = SelfAttribute("contract.currency")
    vendor = SelfAttribute("contract.vendor")
    category = SelfAttribute("contract.category")
    department = SelfAttribute("contract.department")
    is_bound = LazyAttribute(lambda entry: entry.term.end_date is not None)
    is_draft = SelfAttribute("contract.is_draft")


class TermOutcomeFactory(Factory[models.TermOutcome]):
    class Meta:
        model = models.TermOutcome

    term = SubFactory(TermFactory)
    contract = SelfAttribute("term.contract")
    currency = SelfAttribute("contract.currency")
    value = SelfAttribute("term.annual_value")
    is_followed = False


class SpendStepFactory(Factory[models.SpendStep]):
    class Meta:
        model = models.SpendStep

    is_month = False
    day = Sequence(lambda n: date(2026, 1, 1).toordinal() + n)
    currency = "EUR"
    year_days = 365
    is_bound = True
    high = 0
    low = 12_000


class PriceChangeFactory(Factory[models.PriceChange]):
    class Meta:
        model = models.PriceChange

    before = SubFactory(TermFactory)
    contract = SelfAttribute("before.contract")
    after = SubFactory(
        TermFactory,
        contract=SelfAttribute("..before.contract"),
        seq=2,
        start_date=date(2027, 1, 1),
        end_date=date(2027, 12, 31),
        annual_value=Decimal("13200"),
    )
    value_before = SelfAttribute("before.annual_value")
    value_after = SelfAttribute("after.annual_value")


class PriceFlagFactory(Factory[models.PriceFlag]):
    class Meta:
        model = models.PriceFlag

    term = SubFactory(TermFactory)
    kind = words.FlagKind.INCREASE.value
    measured_pct = Decimal("10")


class ChargeFactory(Factory[models.Charge]):
    class Meta:
        model = models.Charge

    source = "ledger"
    external_id = Sequence(lambda n: f"row-{n}")
    contract = SubFactory(ContractFactory)
    vendor = SelfAttribute("contract.vendor")
    charged_on = DAY
    currency = "EUR"
    gross = Decimal("1000")


class FxRateFactory(Factory[models.FxRate]):
    class Meta:
        model = models.FxRate

    fixed_on = Sequence(lambda n: DAY - timedelta(days=n))
    quote = "USD"
    rate = Decimal("1.08")
    source = "manual"


class IndexValueFactory(Factory[models.IndexValue]):
    class Meta:
        model = models.IndexValue

    name = "Consumer prices"
    month = Sequence(lambda n: date(2020 + n // 12 % 100, n % 12 + 1, 1))
    value = Decimal("121.4")


class BudgetFactory(Factory[models.Budget]):
    class Meta:
        model = models.Budget

    fiscal_year = 2026
    dimension = "vendor"
    key = Sequence(lambda n: f"Vendor {n}")
    currency = "EUR"
    amount = Decimal("50000")


class AlertPolicyFactory(Factory[models.AlertPolicy]):
    class Meta:
        model = models.AlertPolicy

    name = Sequence(lambda n: f"Policy {n}")


class DocumentFactory(Factory[models.Document]):
    class Meta:
        model = models.Document

    contract = SubFactory(ContractFactory)
    title = Sequence(lambda n: f"Document {n}")


class KeyDateFactory(Factory[models.KeyDate]):
    class Meta:
        model = models.KeyDate

    term = SubFactory(TermFactory)
    kind = words.AlertKind.DOCUMENT_EXPIRY.value
    date = date(2026, 10, 1)


class AlertFactory(Factory[models.Alert]):
    class Meta:
        model = models.Alert

    term = SubFactory(TermFactory)
    kind = words.AlertKind.NOTICE_DEADLINE.value
    offset_days = 120
    anchor_date = date(2026, 10, 1)
    due_on = date(2026, 6, 3)


class AlertReadingFactory(Factory[models.AlertReading]):
    class Meta:
        model = models.AlertReading

    alert = SubFactory(AlertFactory)
    user = SubFactory(UserFactory)
    read_at = NOON


class DestinationFactory(Factory[models.Destination]):
    class Meta:
        model = models.Destination

    address = Sequence(lambda n: f"mailbox{n}@tracker.example")


class NotificationPreferenceFactory(Factory[models.NotificationPreference]):
    class Meta:
        model = models.NotificationPreference
        django_get_or_create = ("user",)

    user = SubFactory(UserFactory)


class HoldFactory(Factory[models.Hold]):
    """One that was let go: only one is open at a time."""

    class Meta:
        model = models.Hold

    reason = words.HoldReason.MASS.value
    since = NOON
    today = DAY
    released_at = NOON


class DeliveryFactory(Factory[models.Delivery]):
    class Meta:
        model = models.Delivery

    alert = SubFactory(AlertFactory)
    destination = SubFactory(DestinationFactory)
    dedup_key = Sequence(lambda n: uuid.UUID(int=n + 1))
    next_at = NOON


class DeliveryAttemptFactory(Factory[models.DeliveryAttempt]):
    class Meta:
        model = models.DeliveryAttempt

    delivery = SubFactory(DeliveryFactory)
    number = 1
    lease = Sequence(lambda n: uuid.UUID(int=n + 1))
    started_at = NOON
    outcome = words.AttemptOutcome.OK.value


class DeliveryActionFactory(Factory[models.DeliveryAction]):
    class Meta:
        model = models.DeliveryAction

    delivery = SubFactory(DeliveryFactory)
    action = words.DeliveryAct.RESEND.value
    at = NOON
    state_before = words.DeliveryState.FAILED.value


class HeartbeatFactory(Factory[models.Heartbeat]):
    class Meta:
        model = models.Heartbeat

    job = Sequence(lambda n: f"job-{n}")
    started_at = NOON
    finished_at = NOON
    today = DAY


class ImportMappingFactory(Factory[models.ImportMapping]):
    class Meta:
        model = models.ImportMapping

    name = Sequence(lambda n: f"Mapping {n}")


class ImportRunFactory(Factory[models.ImportRun]):
    class Meta:
        model = models.ImportRun

    owner = SubFactory(UserFactory)
    file_name = "contracts.csv"
    file = LazyFunction(lambda: ContentFile(b"vendor,title\n", name="contracts.csv"))


class CalendarFeedFactory(Factory[models.CalendarFeed]):
    class Meta:
        model = models.CalendarFeed

    owner = SubFactory(UserFactory)
    name = "decisions"
    prefix = Sequence(lambda n: f"cf_{n:06}")
    secret_hash = Sequence(lambda n: f"{n:064x}")
