"""The addresses of the figures, below /api/v1/metrics/."""

from django.urls import path

from metrics.api.calculators import CalculatorsView, CalculatorView
from metrics.api.forecast import ForecastDistributionView
from metrics.api.rows import FocusView, RowsView
from metrics.api.views import FiguresView, MetricsView, PriceChangesView

app_name = "api-metrics"
urlpatterns = [
    path("", MetricsView.as_view(), name="index"),
    path("calculators/", CalculatorsView.as_view(), name="calculators"),
    path("calculators/<slug:name>/", CalculatorView.as_view(), name="calculator"),
    path("rows/", RowsView.as_view(), name="rows"),
    path("focus-contract-commitments/", FocusView.as_view(), name="focus"),
    path("price-changes/", PriceChangesView.as_view(), name="price-changes"),
    path(
        "forecast-distribution/", ForecastDistributionView.as_view(), name="forecast-distribution"
    ),
    path("<slug:family>/", FiguresView.as_view(), name="figures"),
]
