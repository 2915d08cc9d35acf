"""Addresses. office/admission.py says who may ask for each; tests/test_urls.py walks them all."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from office.files.views import urlpatterns_files
from office.views import account, health, personal

own = [
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password_change, name="password_change"),
    path("password/done/", account.password_change_done, name="password_change_done"),
    path("second-factor/", account.second_factor, name="second_factor"),
    path("second-factor/setup/", account.second_factor_setup, name="second_factor_setup"),
    path("me/", account.my_settings, name="my_settings"),
    path("me/text-size/", account.text_size, name="text_size"),
    path("keys/", account.keys, name="keys"),
    # Django's own: follows `next` only to an address of this host.
    path("language/", require_POST(set_language), name="set_language"),
    path("phrases/", personal.phrases, name="phrases"),
    path("phrases/<int:key>/up/", personal.phrase_up, name="phrase_up"),
    path("phrases/<int:key>/down/", personal.phrase_down, name="phrase_down"),
    path("phrases/<int:key>/remove/", personal.phrase_remove, name="phrase_remove"),
    path("deputies/", personal.deputies, name="deputies"),
    path("deputies/<int:key>/end/", personal.deputy_end, name="deputy_end"),
    path("notices/", personal.notice_list, name="notices"),
    path("notices/read/", personal.notices_read, name="notices_read"),
    path("notices/<int:key>/", personal.notice, name="notice"),
    path("leave/", personal.leave, name="leave"),
    path("leave/<int:key>/remove/", personal.leave_remove, name="leave_remove"),
    path("health/", health.health, name="health"),
]

urlpatterns = [*own, path("", include(urlpatterns_files))]
for module, prefix in (("office.urls_work", ""), ("documents.urls", "documents/")):
    try:
        urlpatterns.append(path(prefix, include(module)))
    except ImportError:
        continue
