"""The pages of contracts that are not lists and forms of the admin."""

from django.contrib import admin
from django.urls import path

from contracts.web import answers, feeds, imports, inbox, notifications

app_name = "contracts"
wrap = admin.site.admin_view

urlpatterns = [
    path("feeds/<str:secret>.ics", feeds.show, name="feed"),
    path("answers/<str:token>/", wrap(answers.answer), name="answer"),
    path("inbox/", wrap(inbox.show), name="inbox"),
    path("inbox/acknowledge/", wrap(inbox.acknowledge), name="inbox-acknowledge"),
    path("inbox/snooze/", wrap(inbox.snooze), name="inbox-snooze"),
    path("inbox/wake/", wrap(inbox.wake), name="inbox-wake"),
    path("inbox/read/", wrap(inbox.read), name="inbox-read"),
    path("inbox/<uuid:public_id>/", wrap(inbox.open_alert), name="inbox-open"),
    path("digest-off/<str:token>/", notifications.digest_off, name="digest-off"),
    path("import/", wrap(imports.start), name="import"),
    path("import/<uuid:public_id>/", wrap(imports.show), name="import-run"),
    path("import/<uuid:public_id>/columns/", wrap(imports.mapping), name="import-mapping"),
    path("import/<uuid:public_id>/progress/", wrap(imports.progress), name="import-progress"),
    path("import/<uuid:public_id>/confirm/", wrap(imports.confirm), name="import-confirm"),
    path("import/<uuid:public_id>/vendor/", wrap(imports.accept), name="import-accept"),
]
