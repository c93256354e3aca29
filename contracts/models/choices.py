"""The labels people read for the words of `rules.vocabulary`."""

from django.utils.translation import gettext_lazy as _

from contracts.rules import vocabulary as words

RENEWAL_KINDS = (
    (words.RenewalKind.FIXED.value, _("Fixed term")),
    (words.RenewalKind.AUTO.value, _("Auto-renewal")),
    (words.RenewalKind.MANUAL.value, _("Manual renewal")),
    (words.RenewalKind.EVERGREEN.value, _("Evergreen")),
)
NOTICE_UNITS = (
    (words.NoticeUnit.DAYS.value, _("days")),
    (words.NoticeUnit.BUSINESS_DAYS.value, _("business days")),
    (words.NoticeUnit.MONTHS.value, _("months")),
)
NOTICE_RULES = (
    (words.NoticeRule.BEFORE_RENEWAL.value, _("Full units before the renewal")),
    (words.NoticeRule.COUNTED_TO_RENEWAL.value, _("Counted to the renewal day itself")),
    (words.NoticeRule.MONTH_END.value, _("To the end of a month")),
    (words.NoticeRule.QUARTER_END.value, _("To the end of a quarter")),
    (words.NoticeRule.YEAR_END.value, _("To the end of a year")),
)
NOTICE_METHODS = (
    (words.NoticeMethod.PORTAL.value, _("Vendor portal")),
    (words.NoticeMethod.EMAIL.value, _("E-mail")),
    (words.NoticeMethod.COURIER.value, _("Courier")),
    (words.NoticeMethod.REGISTERED_POST.value, _("Registered post")),
)
CONTRACT_STATES = (
    (words.ContractState.DRAFT.value, _("Draft")),
    (words.ContractState.UPCOMING.value, _("Upcoming")),
    (words.ContractState.ACTIVE.value, _("Active")),
    (words.ContractState.IN_NOTICE_WINDOW.value, _("In notice window")),
    (words.ContractState.NOTICE_GIVEN.value, _("Notice given")),
    (words.ContractState.LOCKED_IN.value, _("Locked in")),
    (words.ContractState.EXPIRED.value, _("Expired")),
    (words.ContractState.TERMINATED.value, _("Terminated")),
    (words.ContractState.SUPERSEDED.value, _("Superseded")),
)
CAP_KINDS = (
    (words.CapKind.NONE.value, _("No cap")),
    (words.CapKind.FIXED.value, _("Fixed percentage")),
)
LINK_KINDS = (
    (words.LinkKind.CONSOLIDATION.value, _("Consolidation")),
    (words.LinkKind.CURRENCY.value, _("Currency move")),
    (words.LinkKind.REPLACEMENT.value, _("Replacement")),
)
BILLING_FREQUENCIES = (
    (words.BillingFrequency.MONTHLY.value, _("Monthly")),
    (words.BillingFrequency.QUARTERLY.value, _("Quarterly")),
    (words.BillingFrequency.YEARLY.value, _("Yearly")),
    (words.BillingFrequency.UPFRONT.value, _("Upfront for the term")),
)
PRICING_MODELS = (
    (words.PricingModel.PER_SEAT.value, _("Per seat")),
    (words.PricingModel.PLATFORM_FEE.value, _("Platform fee")),
    (words.PricingModel.TIERED.value, _("Tiered")),
    (words.PricingModel.USAGE.value, _("Usage")),
    (words.PricingModel.FREEMIUM.value, _("Freemium")),
    (words.PricingModel.ONE_OFF.value, _("One-off")),
)
PRODUCT_STAGES = (
    (words.ProductStage.EVALUATING.value, _("Evaluating")),
    (words.ProductStage.ACTIVE.value, _("Active")),
    (words.ProductStage.RETIRING.value, _("Retiring")),
    (words.ProductStage.RETIRED.value, _("Retired")),
)
ALERT_KINDS = (
    (words.AlertKind.NOTICE_DEADLINE.value, _("Notice deadline")),
    (words.AlertKind.TERM_END.value, _("Term end")),
    (words.AlertKind.WINDOW_OPENS.value, _("Notice window opens")),
    (words.AlertKind.PRICE_ANNOUNCEMENT.value, _("Price announcement due")),
    (words.AlertKind.TRUE_UP_REPORT.value, _("True-up report due")),
    (words.AlertKind.EVERGREEN_REVIEW.value, _("Evergreen review")),
    (words.AlertKind.DOCUMENT_EXPIRY.value, _("Document expiry")),
)
DOCUMENT_KINDS = (
    (words.DocumentKind.CONTRACT.value, _("Contract")),
    (words.DocumentKind.ORDER_FORM.value, _("Order form")),
    (words.DocumentKind.DATA_PROCESSING.value, _("Data processing agreement")),
    (words.DocumentKind.CERTIFICATE.value, _("Certificate")),
    (words.DocumentKind.INSURANCE.value, _("Insurance")),
    (words.DocumentKind.OTHER.value, _("Other")),
)
ALERT_STATES = (
    (words.AlertState.OPEN.value, _("Open")),
    (words.AlertState.SNOOZED.value, _("Snoozed")),
    (words.AlertState.SUPERSEDED.value, _("Superseded")),
    (words.AlertState.ACKNOWLEDGED.value, _("Acknowledged")),
    (words.AlertState.RESOLVED.value, _("Resolved")),
)
DELIVERY_STATES = (
    (words.DeliveryState.PENDING.value, _("Pending")),
    (words.DeliveryState.LEASED.value, _("Being sent")),
    (words.DeliveryState.SENT.value, _("Sent")),
    (words.DeliveryState.FAILED.value, _("Failed")),
    (words.DeliveryState.CANCELLED.value, _("Cancelled")),
)
ATTEMPT_OUTCOMES = (
    (words.AttemptOutcome.STARTED.value, _("Started")),
    (words.AttemptOutcome.OK.value, _("Accepted")),
    (words.AttemptOutcome.TEMPORARY.value, _("Temporary failure")),
    (words.AttemptOutcome.PERMANENT.value, _("Permanent failure")),
    (words.AttemptOutcome.UNCERTAIN.value, _("Uncertain: the sender stopped")),
    (words.AttemptOutcome.LATE.value, _("Finished after its lease")),
    (words.AttemptOutcome.SKIPPED.value, _("No longer needed")),
)
CHANNEL_KINDS = (
    (words.ChannelKind.EMAIL.value, _("E-mail")),
    (words.ChannelKind.WEBHOOK.value, _("Signed webhook")),
    (words.ChannelKind.SLACK.value, _("Slack")),
    (words.ChannelKind.TEAMS.value, _("Microsoft Teams")),
    (words.ChannelKind.DISCORD.value, _("Discord")),
)
RHYTHMS = (
    (words.Rhythm.IMMEDIATE.value, _("At once")),
    (words.Rhythm.DAILY.value, _("Once a day")),
    (words.Rhythm.WEEKLY.value, _("Once a week")),
)
WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
HOLD_REASONS = (
    (words.HoldReason.MASS.value, _("Many alerts at once")),
    (words.HoldReason.CLOCK.value, _("The day jumped")),
)
DELIVERY_ACTIONS = (
    (words.DeliveryAct.RESEND.value, _("Sent again")),
    (words.DeliveryAct.CANCEL.value, _("Cancelled")),
)
FLAG_KINDS = (
    (words.FlagKind.INCREASE.value, _("Price increase")),
    (words.FlagKind.CAP_BREACH.value, _("Price cap breached")),
    (words.FlagKind.HIDDEN_INCREASE.value, _("Hidden increase")),
)
FLAG_STATES = (
    (words.FlagState.OPEN.value, _("Open")),
    (words.FlagState.ACCEPTED.value, _("Accepted")),
    (words.FlagState.DISPUTED.value, _("Disputed")),
)
SEVERITIES = (
    (words.Severity.INFO.value, _("Info")),
    (words.Severity.LOW.value, _("Low")),
    (words.Severity.MEDIUM.value, _("Medium")),
    (words.Severity.HIGH.value, _("High")),
)
ROLES = (
    (words.Role.VIEWER.value, _("Viewer")),
    (words.Role.EDITOR.value, _("Editor")),
    (words.Role.ADMINISTRATOR.value, _("Administrator")),
)
BUDGET_DIMENSIONS = (
    ("total", _("Total")),
    ("vendor", _("Vendor")),
    ("category", _("Category")),
    ("department", _("Department")),
)
