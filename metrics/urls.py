"""The pages of figures that are not lists and forms of the admin."""

from django.contrib import admin
from django.urls import path

from metrics.web import calculators, decisions, forecast

app_name = "metrics"
wrap = admin.site.admin_view

urlpatterns = [
    path("calculators/", wrap(calculators.index), name="calculators"),
    path("calculators/<slug:name>/", wrap(calculators.show), name="calculator"),
    path("forecast/", wrap(forecast.show), name="forecast"),
    path("decisions/", wrap(decisions.show), name="decisions"),
]
