"""Who may ask for which address at all. Every address is classified here; an unclassified one is closed.

This is the outer door only: whether a paper behind an office address is the asker's is decided by
office/access.py, and answered with the same 404. Enforced in one place, office/middleware.SignedIn.
"""

from django.urls import NoReverseMatch, reverse

from office.models.people import Kind

ALL = "all"  # strangers too
SIGNED_IN = "signed-in"  # whoever has an account, whatever it is for
OFFICE, SYSTEM, SECURITY, AUDIT = Kind.OFFICE.value, Kind.SYSTEM.value, Kind.SECURITY.value, Kind.AUDIT.value
CLASSES = frozenset({ALL, SIGNED_IN, OFFICE, SYSTEM, SECURITY, AUDIT})


def _open(to: set[str], names: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(names.split(), frozenset(to))


# The name of each address, with those it is open to.
ADMITTED: dict[str, frozenset[str]] = {
    # An account's own pages.
    **_open({ALL}, "login logout set_language health"),
    **_open({SIGNED_IN}, "password_change password_change_done second_factor second_factor_setup"),
    **_open({SIGNED_IN}, "my_settings text_size keys rules notices notice notices_read calendar calendar_year"),
    **_open({OFFICE}, "phrases phrase_up phrase_down phrase_remove deputies deputy_end leave leave_remove"),
    # Daily work (office/urls_work.py, office/files).
    **_open({OFFICE}, "queue reading done started followed batch turn turn_draft record"),
    **_open({OFFICE}, "case follow void extend relocate bar relate circulation take_back looks chase_new"),
    **_open({OFFICE}, "correct confirm_record"),
    **_open({OFFICE}, "on_paper on_paper_print on_paper_scan on_paper_next scan_drop folder sheet_confirm sheet_back"),
    **_open({OFFICE}, "scanned_page scanned_place paper_mode waiting_list daily daily_print"),
    **_open({OFFICE}, "work_done work_done_file reserved reserved_block reserved_print reserved_void"),
    **_open({OFFICE}, "why chase_register chase_answer search jobs job job_file registers file file_page"),
    **_open({OFFICE}, "list_columns view_new list_export views view_share view_remove"),
    **_open({OFFICE}, "handovers handover_new handover_count handover handover_sheet"),
    **_open({OFFICE, SYSTEM}, "drawn_list drawn"),
    # The functions.
    **_open({OFFICE}, "incoming_list register_documents_incoming incoming_new incoming_draft incoming_edit"),
    **_open({OFFICE}, "incoming_duplicates incoming_same_file incoming_senders read_date"),
    **_open({OFFICE}, "imports import_check import_copy import_done incoming_compose"),
    **_open({OFFICE}, "incoming_print incoming_slip incoming_circulation incoming_label"),
    # 系统管理员: accounts, departments, the office's settings and its calendar.
    **_open({SYSTEM, SECURITY, AUDIT}, "people person"),
    **_open({SYSTEM}, "parts"),
    **_open({SYSTEM}, "person_new person_password person_deactivate first_run people_import people_check"),
    **_open({SYSTEM}, "people_template"),
    **_open({SYSTEM, SECURITY, AUDIT}, "person_activate"),
    **_open({SYSTEM}, "departments department_new department"),
    **_open({SYSTEM}, "dials dial step_settings steps step procedure_choices procedure_choice ladders ladder"),
    **_open({SYSTEM}, "series_list series_new series series_year organisations organisation_new organisation"),
    **_open({SYSTEM}, "office_phrases office_phrase_new office_phrase letterheads letterhead_new letterhead"),
    **_open({SYSTEM}, "calendar_day calendar_known calendar_moved holiday_notice holiday_check"),
    # Who changes a setting takes it back, the 审计管理员 compares: which is whose, office/views/versions.py says.
    **_open({SYSTEM, SECURITY, AUDIT}, "version"),
    # 安全管理员: posts and who sits in them, clearances, locked accounts. A second administrator confirms.
    **_open({SECURITY}, "person_clearance person_unlock person_second_factor"),
    **_open({SECURITY}, "posts post_new post holding_new holding_end holding_withdraw holding_wishes"),
    **_open({SECURITY, AUDIT}, "holdings holding_confirm holdings_confirm"),
    **_open({SECURITY}, "holding_handed"),
    # 审计管理员: logs without titles, and whether the chains hold.
    **_open({AUDIT}, "audit sign_ins changes anchors look_counts"),
}

# Where each kind of account begins: "/" leads there.
START = {OFFICE: "queue", SYSTEM: "dials", SECURITY: "holdings", AUDIT: "audit"}


def admits(name: str, kind: str) -> bool:
    """Whether an account of this kind may ask for the address of this name."""
    admitted = ADMITTED.get(name, frozenset())
    return bool({ALL, SIGNED_IN, kind} & admitted)


def start_url(kind: str) -> str:
    return reverse(START[kind])


def url_if_any(name: str) -> str:
    """The address of that name, or "" where what stands behind it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
