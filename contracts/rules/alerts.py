"""When an alert is due (R9, R10, R13)."""

DEFAULT_OFFSETS = (120, 90, 60, 30, 14, 7, 1)
MAX_ATTEMPTS = 12
