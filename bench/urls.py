"""The site's addresses, and the baseline beside them: a list view as a tutorial writes it."""

from django.urls import include, path
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet

from contracts.models import Contract

# The columns of a contract that the product lists too.
COLUMNS = (
    "id", "public_id", "external_reference", "title", "vendor", "category", "department", "owner",
    "currency", "is_draft", "renewal_kind", "initial_months", "renewal_months", "notice_value",
    "notice_unit", "notice_rule", "window_opens_value", "window_opens_unit", "notice_method",
    "delivery_lead_days", "announcement_days", "true_up_months",
    "true_up_report_days", "billing_frequency", "payment_terms_days",
    "cap_kind", "cap_pct", "signed_on", "notice_given_on", "cancelled_on", "leaving_reason",
    "tags", "note", "version", "created_at", "updated_at",
)  # fmt: skip


class BaselineSerializer(serializers.ModelSerializer[Contract]):
    """A contract with the names of what it points to."""

    vendor_name = serializers.CharField(source="vendor.name", read_only=True)
    category_name = serializers.CharField(source="category.name", default=None, read_only=True)
    department_name = serializers.CharField(source="department.name", default=None, read_only=True)
    owner_email = serializers.CharField(source="owner.email", default=None, read_only=True)

    class Meta:
        model = Contract
        fields = (*COLUMNS, "vendor_name", "category_name", "department_name", "owner_email")


class FiftyRows(PageNumberPagination):
    """Pages of fifty rows with an exact count."""

    page_size = 50


class BaselineViewSet(ModelViewSet[Contract]):
    """The tutorial done right: one join for the names, nobody is asked who they are."""

    queryset = Contract.objects.select_related(
        "vendor", "category", "department", "owner"
    ).order_by("id")
    serializer_class = BaselineSerializer
    pagination_class = FiftyRows
    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_classes = []
    filter_backends = []


router = SimpleRouter()
router.register("baseline", BaselineViewSet, basename="baseline")
urlpatterns = [path("", include(router.urls)), path("", include("saas_tracker.urls"))]
