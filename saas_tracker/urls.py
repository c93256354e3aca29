"""The addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from contracts.web import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", include("saas_tracker.api.urls")),
    path("contracts/", include("contracts.urls")),
    path("metrics/", include("metrics.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "saas_tracker.api.errors.not_found"
handler500 = "saas_tracker.api.errors.server_error"
