"""For calendar programs, which have no account: the secret in the address is the right to read."""

from calendar import timegm
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import override
from django.views.decorators.http import require_safe

from contracts.services import feeds
from contracts.services.notices import language_of
from contracts.web.feed_events import document

CONTENT_TYPE = "text/calendar; charset=utf-8"


@require_safe
def show(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Answer with the calendar of a secret, 304 to a program that has it already.

    Unknown and revoked secrets, and those of people who left, get the same 404.
    """
    feed = feeds.find(secret)
    if feed is None:
        raise Http404
    with override(language_of(feed.owner.locale)):
        body = document(feed)
    tag = sha256(body).hexdigest()
    changed_at = feeds.mark_read(feed, content_tag=tag, now=timezone.now())
    changed = timegm(changed_at.utctimetuple())
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="decisions.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = etag = f'"{tag}"'
    response.headers["Last-Modified"] = http_date(changed)
    return get_conditional_response(request, etag, changed, response) or response
