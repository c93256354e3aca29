"""The field's words, once. Models store these values; forms, API and messages show their labels."""

from enum import StrEnum


class RenewalKind(StrEnum):
    """What happens at the end of a term when nobody acts (R9, R14, R16)."""

    FIXED = "fixed"
    AUTO = "auto"
    MANUAL = "manual"
    EVERGREEN = "evergreen"


class NoticeUnit(StrEnum):
    """The unit a notice period is written in: 90 days is never 3 months (R3)."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class NoticeRule(StrEnum):
    """The day a notice period is counted back from (R3, R6)."""

    BEFORE_RENEWAL = "before_renewal"
    COUNTED_TO_RENEWAL = "counted_to_renewal"
    MONTH_END = "month_end"
    QUARTER_END = "quarter_end"
    YEAR_END = "year_end"


class NoticeMethod(StrEnum):
    """How notice is delivered; each has a delivery lead in business days (R8)."""

    PORTAL = "portal"
    EMAIL = "email"
    COURIER = "courier"
    REGISTERED_POST = "registered_post"


class ContractState(StrEnum):
    """Where a contract stands on a day (R30). Expired is not terminated."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    IN_NOTICE_WINDOW = "in_notice_window"
    NOTICE_GIVEN = "notice_given"
    LOCKED_IN = "locked_in"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


class CapKind(StrEnum):
    """The kind of a price cap clause (R21)."""

    NONE = "none"
    FIXED = "fixed"


class LinkKind(StrEnum):
    """Why one contract continues another."""

    CONSOLIDATION = "consolidation"
    CURRENCY = "currency"
    REPLACEMENT = "replacement"


class BillingFrequency(StrEnum):
    """How often the vendor bills."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    UPFRONT = "upfront"


class PricingModel(StrEnum):
    """How a licence line is priced."""

    PER_SEAT = "per_seat"
    PLATFORM_FEE = "platform_fee"
    TIERED = "tiered"
    USAGE = "usage"
    FREEMIUM = "freemium"
    ONE_OFF = "one_off"


class ProductStage(StrEnum):
    """The life cycle of a product in the portfolio."""

    EVALUATING = "evaluating"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


class AlertKind(StrEnum):
    """What an alert is about; its anchor day depends on it (R9)."""

    NOTICE_DEADLINE = "notice_deadline"
    TERM_END = "term_end"
    WINDOW_OPENS = "window_opens"
    PRICE_ANNOUNCEMENT = "price_announcement"
    TRUE_UP_REPORT = "true_up_report"
    EVERGREEN_REVIEW = "evergreen_review"
    DOCUMENT_EXPIRY = "document_expiry"


class DocumentKind(StrEnum):
    """What a document of a contract is."""

    CONTRACT = "contract"
    ORDER_FORM = "order_form"
    DATA_PROCESSING = "data_processing"
    CERTIFICATE = "certificate"
    INSURANCE = "insurance"
    OTHER = "other"


class AlertState(StrEnum):
    """The life of an alert (R10, R11)."""

    OPEN = "open"
    SNOOZED = "snoozed"
    SUPERSEDED = "superseded"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class DeliveryState(StrEnum):
    """The life of one message to one destination (delivery design 5.1)."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """What is known of one attempt to send."""

    STARTED = "started"
    OK = "ok"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
    LATE = "late"
    SKIPPED = "skipped"


class ChannelKind(StrEnum):
    """The ways a message can go out."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"


class Rhythm(StrEnum):
    """How often somebody wants to hear of what is not urgent."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class HoldReason(StrEnum):
    """Why a plan waits for an administrator."""

    MASS = "mass"
    CLOCK = "clock"


class DeliveryAct(StrEnum):
    """What a person may do to one message."""

    RESEND = "resend"
    CANCEL = "cancel"


class FlagKind(StrEnum):
    """Why a price change is flagged (R21, R22)."""

    INCREASE = "increase"
    CAP_BREACH = "cap_breach"
    HIDDEN_INCREASE = "hidden_increase"


class FlagState(StrEnum):
    """Whether somebody has looked at a price flag."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


class Severity(StrEnum):
    """How far an increase is above the thresholds (R22)."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Role(StrEnum):
    """What a person may do inside a department."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"
