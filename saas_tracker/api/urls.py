"""Everything below /api/."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from saas_tracker.api import people
from saas_tracker.api.index import IndexView

router = SimpleRouter()
router.register("users", people.UserViewSet, basename="users")
router.register("api-tokens", people.ApiTokenViewSet, basename="api-tokens")

urlpatterns = [
    path("v1/", IndexView.as_view(), name="api-index"),
    path("v1/me/", people.MeView.as_view(), name="me"),
    path("v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        login_required(SpectacularSwaggerSplitView.as_view(url_name="schema")),
        name="api-docs",
    ),
    path("v1/", include("contracts.api.urls")),
    path("v1/metrics/", include("metrics.api.urls")),
    path("v1/", include(router.urls)),
]
