"""The guarded lines: what is broken in each, and the tests that must notice."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """One line broken: `old` stands exactly once in `file`, `tests` fail once it reads `new`."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FIRST = "contracts/migrations/0001_first.py"
RULES = "contracts/rules/alerts.py"
QUERYSET = "contracts/querysets/alerts.py"
LEASES = "contracts/services/leases.py"
DELIVERIES = "contracts/services/deliveries.py"
PLAN = "tests/contracts/test_alerts_plan.py"
DELIVERY = "tests/contracts/test_alerts_delivery.py"
HOLDS = "tests/contracts/test_holds.py"
STORMS = "tests/contracts/test_alerts_storms.py"
AUDIT = "tests/contracts/test_audit.py"
KEYS = "tests/contracts/test_alert_keys.py"
OF_MASS = "test_an_import_of_five_thousand_waits_and_becomes_one_digest_for_each_person"
OF_RULES = "tests/rules/test_alerts.py"

MUTATIONS = (
    Mutation(
        "an alert may exist twice",
        FIRST,
        "fields=('term', 'kind', 'offset_days', 'anchor_date'), name='alert_once'",
        "fields=('public_id', 'term'), name='alert_once'",
        (KEYS,),
    ),
    Mutation(
        "an alert may go to one destination twice",
        FIRST,
        "fields=('alert', 'destination'), name='delivery_once'",
        "fields=('alert', 'destination', 'dedup_key'), name='delivery_once'",
        (KEYS,),
    ),
    Mutation(
        "a delivery that is there already is inserted again",
        "contracts/services/alert_sql.py",
        "\nON CONFLICT DO NOTHING\n",
        "\n",
        (KEYS,),
    ),
    Mutation(
        "the id of a message is chance",
        "contracts/services/addressing.py",
        'return uuid.uuid5(NAMESPACE, f"{about}|{destination.public_id}")',
        "return uuid.uuid4()",
        (f"{PLAN}::test_the_id_of_a_message_follows_from_what_it_says",),
    ),
    Mutation(
        "whoever lost the lease finishes all the same",
        LEASES,
        "pk=held.delivery_id, lease=held.lease, state=DeliveryState.LEASED",
        "pk=held.delivery_id, state=DeliveryState.LEASED",
        (KEYS,),
    ),
    Mutation(
        "what another sender holds is claimed",
        QUERYSET,
        "state=DeliveryState.LEASED, lease_until__lt=now)",
        "state=DeliveryState.LEASED)",
        (
            f"{DELIVERY}::test_an_abandoned_claim_is_taken_over_after_its_lease_and_noted_as_uncertain",
        ),
    ),
    Mutation(
        "an alert is due a day late",
        RULES,
        "(day := due_on(anchor, offset, calendar)) <= today",
        "(day := due_on(anchor, offset, calendar)) < today",
        (OF_RULES,),
    ),
    Mutation(
        "an alert is due on its day alone",
        RULES,
        "(day := due_on(anchor, offset, calendar)) <= today",
        "(day := due_on(anchor, offset, calendar)) == today",
        (OF_RULES,),
    ),
    Mutation(
        "an alert rolls forward",
        RULES,
        "return calendar.roll_back(anchor - timedelta(days=offset))",
        "return calendar.business_days_after(anchor - timedelta(days=offset + 1), 1)",
        (OF_RULES,),
    ),
    Mutation(
        "a sender does not look again before it sends",
        DELIVERIES,
        "return _skipped(held, delivery, sender.clock()) or _sent(delivery, sender)",
        "return _sent(delivery, sender)",
        (f"{DELIVERY}::test_an_alert_acknowledged_after_the_claim_is_not_sent",),
    ),
    Mutation(
        "what a digest carries goes out by itself as well",
        QUERYSET,
        "            carried_by=None,\n            hold=None,",
        "            hold=None,",
        (f"{STORMS}::test_one_more_makes_it_one_digest_for_all",),
    ),
    Mutation(
        "the audit does not compare the days",
        "contracts/queries/audit.py",
        "elif audited.stored != audited.expected.days or",
        "elif audited.stored is audited.expected.days or",
        (f"{AUDIT}::test_all_seeded_breaches_are_found_in_one_run_each",),
    ),
    Mutation(
        "the audit is content with an alert that was set aside",
        "contracts/queries/audit.py",
        "return seen_late or (alert.offset <= offset and alert.state in ALIVE)",
        "return seen_late or alert.offset <= offset",
        (f"{AUDIT}::test_all_seeded_breaches_are_found_in_one_run_each",),
    ),
    Mutation(
        "an alert about a moved day stays",
        QUERYSET,
        "Exists(terms.filter(anchor_date__range=days))",
        "Exists(self._terms())",
        (f"{PLAN}::test_a_moved_anchor_sets_the_old_alert_aside_and_raises_the_new_one",),
    ),
    Mutation(
        "what was set aside or acknowledged is sent",
        "contracts/services/alerts.py",
        "pending = Delivery.objects.filter(alert__in=alert_ids, state=DeliveryState.PENDING)",
        "pending = Delivery.objects.filter(alert__in=alert_ids, state=DeliveryState.FAILED)",
        (f"{PLAN}::test_an_acknowledged_alert_is_not_sent_and_says_by_whom",),
    ),
    Mutation(
        "there is a thirteenth attempt",
        RULES,
        "if attempt >= MAX_ATTEMPTS:",
        "if attempt > MAX_ATTEMPTS:",
        (OF_RULES,),
    ),
    Mutation(
        "a retry waits past the day before the deadline",
        RULES,
        "limit = datetime.combine(deadline - ONE_DAY, time.min, tzinfo=now.tzinfo)",
        "limit = datetime.combine(deadline + ONE_DAY, time.min, tzinfo=now.tzinfo)",
        (OF_RULES,),
    ),
    Mutation(
        "a passing refusal counts as final",
        "contracts/channels/email.py",
        "permanent=all(code >= 500 for code in codes)",
        "permanent=all(code >= 400 for code in codes)",
        ("tests/contracts/test_email_channel.py",),
    ),
    Mutation(
        "one public answer of two opens an inner name",
        "contracts/channels/guard.py",
        "if not all(is_open(address, self.allowed) for address in addresses):",
        "if not any(is_open(address, self.allowed) for address in addresses):",
        ("tests/channels/test_guard_addresses.py::test_one_inner_answer_of_two_closes_the_name",),
    ),
    Mutation(
        "a change made from an old version is written",
        "contracts/services/records.py",
        "matching = rows if expected is None else rows.filter(version=expected)",
        "matching = rows",
        (
            "tests/contracts/test_records.py::test_an_edit_of_an_old_version_is_refused_and_names_the_current_one",
        ),
    ),
    Mutation(
        "a person sees every department",
        "contracts/querysets/access.py",
        'within = mine.exclude(department=None).values("department__below")',
        'within = departments._default_manager.order_by().values("pk")',
        ("tests/contracts/test_access.py",),
    ),
    Mutation(
        "a cancelled contract costs to its end",
        "contracts/rules/ledger.py",
        "return min(term.end, cancelled_on)",
        "return max(term.end, cancelled_on)",
        ("tests/rules/test_ledger.py",),
    ),
    Mutation(
        "months of notice are not full",
        "contracts/rules/notice.py",
        'key, result = f"full_{clause.unit}", back - ONE_DAY',
        'key, result = f"full_{clause.unit}", back',
        ("tests/rules/test_notice.py",),
    ),
    Mutation(
        "a stale engine passes for healthy",
        "contracts/queries/health.py",
        "if (age := ages[job]) is None or age > limit)",
        "if (age := ages[job]) is not None and age > 9 * limit)",
        ("tests/contracts/test_health.py",),
    ),
    Mutation(
        "what is held goes out",
        QUERYSET,
        "            hold=None,\n            next_at__lte=now,",
        "            next_at__lte=now,",
        (f"{HOLDS}::test_what_is_held_is_neither_red_nor_overdue", f"{HOLDS}::{OF_MASS}"),
    ),
    Mutation(
        "what was put into a hold when it was released stays there",
        "contracts/services/holds.py",
        'return released + sum(_let_go(pk, now=now, most=1) for pk in over.values_list("pk", flat=True))',
        "return released",
        (f"{HOLDS}::test_what_a_planner_held_too_late_goes_out_all_the_same",),
    ),
    Mutation(
        "no mass is too many",
        "contracts/rules/clock.py",
        "return opened > max(100, terms // 5)",
        "return opened > max(100, terms * 50)",
        (f"{HOLDS}::{OF_MASS}",),
    ),
    Mutation(
        "any day ahead may be an outage",
        "contracts/rules/clock.py",
        "return Jump.OUTAGE if SHORT < moved <= LONGEST_OUTAGE else Jump.IMPLAUSIBLE",
        "return Jump.OUTAGE",
        (f"{HOLDS}::test_on_a_day_that_cannot_be_nothing_is_planned_or_sent_until_it_is_back",),
    ),
    Mutation(
        "who has seen that a day passed is told again",
        "contracts/services/alert_sql.py",
        "OR (b.offset_days < 0 AND n.nearest < 0 AND b.state = 'acknowledged')",
        "OR (b.offset_days < 0 AND n.nearest < 0 AND b.state = 'resolved')",
        (f"{PLAN}::test_who_has_seen_that_a_day_passed_is_not_told_again",),
    ),
    Mutation(
        "a passed day is said every day",
        RULES,
        "return -DAILY_WHEN_LATE - (days_late - DAILY_WHEN_LATE) // WEEK * WEEK",
        "return -days_late",
        (OF_RULES,),
    ),
    Mutation(
        "the audit does not compare the key dates",
        "contracts/queries/audit.py",
        " or audited.stored_key_days != audited.key_days:",
        ":",
        ("tests/contracts/test_key_dates.py::test_the_audit_puts_lost_and_invented_days_right",),
    ),
)
