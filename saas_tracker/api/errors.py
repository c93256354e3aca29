"""Every error has one shape: `{"code", "detail", "errors": [{"code", "pointer", "detail"}]}`."""

from collections.abc import Iterator
from typing import Any

from django.core import exceptions as django_errors
from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from saas_tracker.api.parsers import BodyTooLarge

API_PREFIX = "/api/"
# Keys under which Django and DRF put what concerns no single field.
WHOLE = {"__all__", "non_field_errors"}


class Conflict(exceptions.APIException):
    """The request is fine; the rows that exist do not allow it."""

    status_code = 409
    default_detail = gettext_lazy("Other rows do not allow this.")
    default_code = "conflict"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error that was raised in a view; None leaves it to the server's error page."""
    known = as_api_error(error)
    response = default_handler(known, context)
    if response is not None:
        response.data = problem(known)
    return response


def as_api_error(error: Exception) -> Exception:
    """Return what the API says for an error of the services or the database."""
    if isinstance(error, django_errors.ValidationError):
        return exceptions.ValidationError(details_of(error))
    if isinstance(error, ProtectedError | RestrictedError):
        return Conflict(gettext_lazy("Other rows need this one."), code="protected")
    if isinstance(error, IntegrityError):
        return Conflict()
    if isinstance(error, django_errors.RequestDataTooBig):
        return BodyTooLarge()
    if isinstance(error, django_errors.PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, Http404 | django_errors.ObjectDoesNotExist):
        return exceptions.NotFound()
    return error


def details_of(error: django_errors.ValidationError) -> Any:
    """Return a Django validation error with its codes, as DRF keeps them."""
    if hasattr(error, "error_dict"):
        return {
            field: [detail for each in errors for detail in _coded(each)]
            for field, errors in error.error_dict.items()
        }
    return _coded(error)


def _coded(error: django_errors.ValidationError) -> list[exceptions.ErrorDetail]:
    return [
        exceptions.ErrorDetail(message, code=each.code or "invalid")
        for each in error.error_list
        for message in each.messages
    ]


def problem(error: Any) -> dict[str, Any]:
    """Return the body of an error."""
    if not isinstance(error, exceptions.APIException):
        error = exceptions.APIException(str(error))
    if not isinstance(error, exceptions.ValidationError):
        body = {"code": str(error.get_codes()), "detail": str(error.detail), "errors": []}
        return {**body, **getattr(error, "extra", {})}
    errors = list(flat(error.get_full_details()))
    codes = {each["code"] for each in errors}
    code = codes.pop() if len(codes) == 1 else "invalid"
    detail = errors[0]["detail"] if len(errors) == 1 else _("The request is not valid.")
    return {"code": code, "detail": detail, "errors": errors}


def flat(details: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Yield each error of nested details with the JSON pointer of its place; messages count from 0."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"code": details["code"], "pointer": pointer, "detail": str(details["message"])}
    elif isinstance(details, dict):
        for key, value in details.items():
            place = pointer if key in WHOLE else f"{pointer}/{_escaped(str(key))}"
            yield from flat(value, place)
    else:
        for number, each in enumerate(details):
            is_message = isinstance(each, dict) and set(each) == {"message", "code"}
            yield from flat(each, pointer if is_message else f"{pointer}/{number}")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere: as JSON below /api/, as a page elsewhere."""
    if not request.path.startswith(API_PREFIX):
        return defaults.page_not_found(request, exception)
    return JsonResponse(problem(exceptions.NotFound()), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours, without its details."""
    if not request.path.startswith(API_PREFIX):
        return defaults.server_error(request)
    detail = _("Something went wrong here. The operator's log says what.")
    return JsonResponse({"code": "server_error", "detail": detail, "errors": []}, status=500)
