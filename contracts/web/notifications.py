"""The way out of digests for mail programs, which have no account."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contracts.services import unsubscribing


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def digest_off(request: HttpRequest, token: str) -> HttpResponse:
    """End digests with one click (RFC 8058); whoever only opens the address sees the preferences."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("admin:contracts_notifications"))
    if request.POST.get("List-Unsubscribe") != "One-Click" or not unsubscribing.digest_off(token):
        raise Http404
    return HttpResponse(_("You get a message for each alert again."), content_type="text/plain")
