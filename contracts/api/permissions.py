"""Resources that only administrators of the organisation read."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from contracts.queries import rights


class AdministratorsOnly(BasePermission):
    """An administrator of the whole organisation asks."""

    message = _("Only administrators of the organisation see this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return rights.administers(request.user)


FOR_ADMINISTRATORS: tuple[type[BasePermission], ...] = (
    *cast("Any", api_settings).DEFAULT_PERMISSION_CLASSES,
    AdministratorsOnly,
)
