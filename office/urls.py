"""Addresses. office/admission.py says who may ask for each; tests/test_urls.py walks them all."""

from datetime import date

from django.urls import include, path, register_converter
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from office.files.views import urlpatterns_files
from office.views import (
    account,
    admin_books,
    admin_departments,
    admin_dials,
    admin_handed,
    admin_letterheads,
    admin_people,
    admin_posts,
    admin_staff,
    audit,
    calendar,
    drawn,
    first_run,
    health,
    holidays,
    personal,
    rules,
    versions,
)


class IsoDate:
    """2026-11-22 in an address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()


register_converter(IsoDate, "day")

own_account = [
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password_change, name="password_change"),
    path("password/done/", account.password_change_done, name="password_change_done"),
    path("second-factor/", account.second_factor, name="second_factor"),
    path("second-factor/setup/", account.second_factor_setup, name="second_factor_setup"),
    path("me/", account.my_settings, name="my_settings"),
    path("me/text-size/", account.text_size, name="text_size"),
    path("keys/", account.keys, name="keys"),
    path("rules/", rules.rule_list, name="rules"),
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
    path("procedures/", drawn.drawn_list, name="drawn_list"),
    path("procedures/<str:code>/", drawn.drawn, name="drawn"),
    path("calendar/", calendar.this_year, name="calendar"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("health/", health.health, name="health"),
    path("health/parts/", health.parts, name="parts"),
]

administration = [
    path("people/", admin_people.people, name="people"),
    path("first-run/", first_run.first_run, name="first_run"),
    path("people/import/", admin_staff.people_import, name="people_import"),
    path("people/import/check/", admin_staff.people_check, name="people_check"),
    path("people/import/list.xlsx", admin_staff.people_template, name="people_template"),
    path("people/new/", admin_people.person_new, name="person_new"),
    path("people/<int:key>/", admin_people.person, name="person"),
    path("people/<int:key>/password/", admin_people.person_password, name="person_password"),
    path("people/<int:key>/deactivate/", admin_people.person_deactivate, name="person_deactivate"),
    path("people/<int:key>/activate/", admin_people.person_activate, name="person_activate"),
    path("people/<int:key>/clearance/", admin_people.person_clearance, name="person_clearance"),
    path("people/<int:key>/unlock/", admin_people.person_unlock, name="person_unlock"),
    path("people/<int:key>/second-factor/", admin_people.person_second_factor, name="person_second_factor"),
    path("departments/", admin_departments.departments, name="departments"),
    path("departments/new/", admin_departments.department_new, name="department_new"),
    path("departments/<int:key>/", admin_departments.department, name="department"),
    path("posts/", admin_posts.posts, name="posts"),
    path("posts/new/", admin_posts.post_new, name="post_new"),
    path("posts/<int:key>/", admin_posts.post, name="post"),
    path("holdings/", admin_posts.holdings, name="holdings"),
    path("holdings/wishes/", admin_staff.holding_wishes, name="holding_wishes"),
    path("holdings/confirm/", admin_staff.holdings_confirm, name="holdings_confirm"),
    path("holdings/new/", admin_posts.holding_new, name="holding_new"),
    path("holdings/<int:key>/confirm/", admin_posts.holding_confirm, name="holding_confirm"),
    path("holdings/<int:key>/withdraw/", admin_posts.holding_withdraw, name="holding_withdraw"),
    path("holdings/<int:key>/end/", admin_posts.holding_end, name="holding_end"),
    path("holdings/handed/<int:key>/", admin_handed.holding_handed, name="holding_handed"),
    path("dials/", admin_dials.index, name="dials"),
    path("dials/values/<slug:code>/", admin_dials.dial, name="dial"),
    path("dials/steps/", admin_dials.step_settings, name="step_settings"),
    path("dials/steps/<str:procedure>/", admin_dials.steps, name="steps"),
    path("dials/steps/<str:procedure>/<slug:step>/", admin_dials.step, name="step"),
    path("dials/procedures/", admin_dials.procedure_choices, name="procedure_choices"),
    path("dials/procedures/<str:form_code>/", admin_dials.procedure_choice, name="procedure_choice"),
    path("dials/ladders/", admin_dials.ladders, name="ladders"),
    path("dials/ladders/<slug:code>/", admin_dials.ladder, name="ladder"),
    path("series/", admin_books.series_list, name="series_list"),
    path("series/new/", admin_books.series_new, name="series_new"),
    path("series/year/", admin_books.series_year, name="series_year"),
    path("series/<int:key>/", admin_books.series, name="series"),
    path("organisations/", admin_books.organisations, name="organisations"),
    path("organisations/new/", admin_books.organisation_new, name="organisation_new"),
    path("organisations/<int:key>/", admin_books.organisation, name="organisation"),
    path("letterheads/", admin_letterheads.letterheads, name="letterheads"),
    path("letterheads/new/", admin_letterheads.letterhead_new, name="letterhead_new"),
    path("letterheads/<int:key>/", admin_letterheads.letterhead, name="letterhead"),
    path("dials/phrases/", admin_books.office_phrases, name="office_phrases"),
    path("dials/phrases/new/", admin_books.office_phrase_new, name="office_phrase_new"),
    path("dials/phrases/<int:key>/", admin_books.office_phrase, name="office_phrase"),
    path("calendar/notice/", holidays.holiday_notice_new, name="holiday_notice"),
    path("calendar/notice/check/", holidays.holiday_check, name="holiday_check"),
    path("calendar/moved/", calendar.moved, name="calendar_moved"),
    path("calendar/<int:year>/known/", calendar.known, name="calendar_known"),
    path("calendar/<int:year>/<day:on>/", calendar.day, name="calendar_day"),
    path("versions/<slug:model>/<int:key>/", versions.version, name="version"),
    path("audit/", audit.overview, name="audit"),
    path("audit/sign-ins/", audit.sign_ins, name="sign_ins"),
    path("audit/changes/", audit.changes, name="changes"),
    path("audit/anchors/", audit.anchors, name="anchors"),
    path("audit/looks/", audit.look_counts, name="look_counts"),
]

urlpatterns = [
    *own_account,
    *administration,
    path("", include("office.urls_work")),
    path("", include(urlpatterns_files)),
    path("documents/", include("documents.urls")),
]
