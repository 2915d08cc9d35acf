from django.urls import path

from . import correcting_views, import_views, list_views, paper_views, typing_views, views

urlpatterns = [
    path("imports/", import_views.imports, name="imports"),
    path("imports/check/", import_views.check, name="import_check"),
    path("imports/check/copy/", import_views.copy, name="import_copy"),
    path("imports/<int:key>/", import_views.done, name="import_done"),
    path("incoming/", list_views.incoming_list, name="incoming_list"),
    # The register's own address, by its code: the list of all registers links here.
    path("incoming/book/", list_views.incoming_list, name="register_documents_incoming"),
    path("incoming/new/", views.incoming_new, name="incoming_new"),
    path("incoming/draft/", views.incoming_draft, name="incoming_draft"),
    path("incoming/senders/", typing_views.incoming_senders, name="incoming_senders"),
    path("incoming/duplicates/", typing_views.incoming_duplicates, name="incoming_duplicates"),
    path("incoming/same-file/", typing_views.incoming_same_file, name="incoming_same_file"),
    path("turns/<int:key>/compose/", typing_views.compose, name="incoming_compose"),
    path("incoming/date/", typing_views.read_date, name="read_date"),
    path("incoming/register/", paper_views.register, name="incoming_print"),
    path("incoming/<str:public_id>/edit/", correcting_views.incoming_edit, name="incoming_edit"),
    path("incoming/<str:public_id>/slip/", paper_views.slip, name="incoming_slip"),
    path("incoming/<str:public_id>/circulation/", paper_views.circulation, name="incoming_circulation"),
    path("incoming/<str:public_id>/label/", paper_views.label, name="incoming_label"),
]
