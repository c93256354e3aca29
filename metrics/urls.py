"""The pages of figures that are not lists and forms of the admin."""

from django.contrib import admin
from django.urls import path

from metrics.web import (
    calculators,
    decisions,
    forecast,
    prices,
    quality,
    retention,
    rows,
    spend,
)

app_name = "metrics"
wrap = admin.site.admin_view

urlpatterns = [
    path("rows/", wrap(rows.show), name="rows"),
    path("export/", wrap(rows.export), name="export"),
    path("spend/", wrap(spend.spend), name="spend"),
    path("retention/", wrap(retention.retention), name="retention"),
    path("prices/", wrap(prices.prices), name="prices"),
    path("quality/", wrap(quality.quality), name="quality"),
    path("calculators/", wrap(calculators.index), name="calculators"),
    path("calculators/<slug:name>/", wrap(calculators.show), name="calculator"),
    path("forecast/", wrap(forecast.show), name="forecast"),
    path("decisions/", wrap(decisions.show), name="decisions"),
]
