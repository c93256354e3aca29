"""The pages of contracts that are not lists and forms of the admin."""

from django.contrib import admin
from django.urls import path

from contracts.web import feeds, imports, notifications

app_name = "contracts"
wrap = admin.site.admin_view

urlpatterns = [
    path("feeds/<str:secret>.ics", feeds.show, name="feed"),
    path("digest-off/<str:token>/", notifications.digest_off, name="digest-off"),
    path("import/", wrap(imports.start), name="import"),
    path("import/<uuid:public_id>/", wrap(imports.show), name="import-run"),
    path("import/<uuid:public_id>/columns/", wrap(imports.mapping), name="import-mapping"),
    path("import/<uuid:public_id>/progress/", wrap(imports.progress), name="import-progress"),
    path("import/<uuid:public_id>/confirm/", wrap(imports.confirm), name="import-confirm"),
    path("import/<uuid:public_id>/vendor/", wrap(imports.accept), name="import-accept"),
]
