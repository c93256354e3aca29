"""The statements that spend is read with, and the words they are made of."""

DAYS_INSIDE = (
    "CASE WHEN l.last_day < p.last_day THEN l.last_day ELSE p.last_day END"
    " - CASE WHEN l.first_day > p.first_day THEN l.first_day ELSE p.first_day END + 1"
)
SIGNED_LATER = "l.signed_day > %(day)s"
SIGNED_BY_THEN = "(l.signed_day IS NULL OR l.signed_day <= %(day)s)"

# The names of a dimension, by the key that a ledger entry has of it.
KEYS: dict[str | None, str] = {
    None: "0",
    "vendor": "l.vendor_id",
    "category": "l.category_id",
    "department": "l.department_id",
}
NAMES: dict[str | None, tuple[str, str]] = {
    None: ("", "''"),
    "vendor": ("LEFT JOIN contracts_vendor d ON d.id = found.key", "COALESCE(d.name, '')"),
    "category": ("LEFT JOIN contracts_category d ON d.id = found.key", "COALESCE(d.name, '')"),
    "department": ("LEFT JOIN contracts_department d ON d.id = found.key", "COALESCE(d.name, '')"),
}
NAMED = """
SELECT found.label, $name, found.currency, found.year_days, SUM(found.high), SUM(found.low)
FROM found
$names
GROUP BY 1, 2, 3, 4
"""
# No entry is longer than an anniversary year, so what is in force on a day ends within one.
LONGEST = 366
ACCRUED_FOUND = """
WITH p(label, first_day, last_day) AS ($periods),
found(label, key, currency, year_days, high, low) AS (
    SELECT p.label, $key, l.currency, l.year_days, $cost
    FROM p
    JOIN contracts_ledgerentry l
        ON l.first_day <= p.last_day AND l.last_day >= p.first_day
        AND l.last_day <= p.last_day + %(longest)s
    WHERE $visible
    GROUP BY 1, 2, 3, 4
)
"""
ACCRUED = ACCRUED_FOUND + NAMED
ANNUALISED_FOUND = """
WITH p(label, day) AS ($days),
found(label, key, currency, year_days, high, low) AS (
    SELECT p.label, $key, l.currency, 0, $value
    FROM p
    JOIN contracts_ledgerentry l
        ON l.first_day <= p.day AND l.last_day >= p.day AND l.last_day <= p.day + %(longest)s
    WHERE $visible
    GROUP BY 1, 2, 3
)
"""
ANNUALISED = ANNUALISED_FOUND + NAMED
# By several names at once: the entries are looked at once.
LIVE = """
WITH live($names, currency, high, low) AS (
    SELECT $keys, l.currency, $value
    FROM contracts_ledgerentry l
    WHERE l.last_day BETWEEN %(day)s AND %(day)s + %(longest)s AND l.first_day <= %(day)s
        AND $visible
    GROUP BY $keys, l.currency
)
"""
LIVE_BY = """
SELECT '$dimension', COALESCE(d.name, ''), live.currency, SUM(live.high), SUM(live.low)
FROM live
LEFT JOIN contracts_$dimension d ON d.id = live.${dimension}_id
GROUP BY 2, 3
"""
# A series looks at each entry twice, at its first and after its last day, whatever its length.
EVENTS = """
event(name, currency, year_days, day, high, low) AS (
    SELECT $name, l.currency, l.year_days,
        CASE WHEN l.first_day > %(first)s THEN l.first_day ELSE %(first)s END, $came
    FROM contracts_ledgerentry l
    WHERE $visible AND $condition AND l.first_day <= %(last)s AND l.last_day >= %(first)s
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT $name, l.currency, l.year_days, l.last_day + 1, $went
    FROM contracts_ledgerentry l
    WHERE $visible AND $condition AND l.last_day < %(last)s AND l.last_day >= %(first)s
    GROUP BY 1, 2, 3, 4
)
"""
ACCRUED_SERIES = """
WITH p(label, first_day, last_day) AS ($periods), $events
SELECT p.label, event.name, event.currency, event.year_days,
    SUM(event.high * ($days)), SUM(event.low * ($days))
FROM p
JOIN event ON event.day <= p.last_day
GROUP BY 1, 2, 3, 4
"""
DAYS_SINCE = (
    "p.last_day - CASE WHEN event.day > p.first_day THEN event.day ELSE p.first_day END + 1"
)
ANNUALISED_SERIES = """
WITH p(label, day) AS ($days), $events
SELECT p.label, event.name, event.currency, SUM(event.high), SUM(event.low)
FROM p
JOIN event ON event.day <= p.day
GROUP BY 1, 2, 3
"""
COMMITTED_FOUND = """
WITH found(label, key, currency, year_days, high, low) AS (
    SELECT '', $key, l.currency, l.year_days, $cost
    FROM contracts_ledgerentry l
    WHERE $visible AND l.last_day > %(day)s AND l.is_bound AND $signed
    GROUP BY 1, 2, 3, 4
)
"""
COMMITTED = COMMITTED_FOUND + NAMED
DAYS_AFTER = "l.last_day - CASE WHEN l.first_day > %(day)s THEN l.first_day - 1 ELSE %(day)s END"
WHOLE_VALUE = """
SELECT c.currency, t.part_year_days, $years, $part
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
WHERE $visible AND t.end_date IS NOT NULL
GROUP BY 1, 2
"""
CURRENCIES = """
SELECT DISTINCT c.currency FROM contracts_contract c WHERE $visible ORDER BY 1
"""
