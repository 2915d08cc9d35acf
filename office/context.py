"""What every page needs around it (the contract stands at the head of templates/base.html)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from office import access, admission, demo, dials, subjects
from office.models.outbox import Notice
from office.models.people import Kind, PostHolding, User
from office.version import VERSION

# A browser's own habits, not the office's data: kept beside the language in cookies.
TEXT_SIZE_COOKIE = "text_size"
KEYS_COOKIE = "keys"
A_YEAR = 365 * 24 * 3600
# So many waiting papers are counted for the menu.
COUNTED = 300


def page(request: HttpRequest) -> dict[str, Any]:
    return {"page": Page(request)}


class Page:
    """Asked of the database only when a template asks it: a page without menu costs nothing."""

    version = VERSION

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        user = getattr(request, "user", None)
        self.user: User | None = user if user is not None and user.is_authenticated else None
        self.classified_network = settings.CLASSIFIED_NETWORK
        self.demo = settings.DEMO
        self.large_text = request.COOKIES.get(TEXT_SIZE_COOKIE) == "large"
        self.keys_off = request.COOKIES.get(KEYS_COOKIE) == "off"
        self.worker = self.user if self.user is not None and self.user.does_office_business else None

    @cached_property
    def office_name(self) -> str:
        return dials.office_name()

    @property
    def office_work(self) -> bool:
        return self.worker is not None

    @property
    def start_url(self) -> str:
        return admission.start_url(self.user.kind) if self.user else "/"

    @property
    def person_name(self) -> str:
        return self.user.name if self.user else ""

    @cached_property
    def post_name(self) -> str:
        """Where somebody sits; an administrator's account says what it is for."""
        if self.user is None:
            return ""
        if not self.office_work:
            return str(self.user.get_kind_display())
        seats = access.identity(self.user).seats
        return "、".join(list(dict.fromkeys(seat.name for seat in seats))[:2]) or self.user.title

    @cached_property
    def duty_name(self) -> str:
        if not self.office_work:
            return ""
        today = PostHolding.objects.current(timezone.localdate()).filter(
            post__code="duty", post__retired=False, person__is_active=True
        )
        return "、".join(today.order_by("pk").values_list("person__name", flat=True)[:3])

    @cached_property
    def filling(self) -> dict[str, int] | None:
        """How far the worker is with writing the demo office; None when nothing is being written."""
        if not self.demo:
            return None
        written = demo.filling(timezone.now())
        return {"done": written[0], "total": written[1]} if written else None

    @cached_property
    def _counts(self) -> dict[str, int | str]:
        """待办 and 待阅 in one query; where hundreds wait, at least so many: the queue itself counts to the end."""
        if self.worker is None:
            return {"queue": 0, "reading": 0}
        if (known := getattr(self.request, "waiting_counts", None)) is not None:
            return {"queue": known["all"] - known["reading"], "reading": known["reading"]}
        from office.views.queue import reading_steps

        waiting = access.waiting_for(self.worker).order_by().values_list("side", "step")[: COUNTED + 1]
        reads = [side and step in reading_steps() for side, step in waiting]
        counts = {"queue": len(reads) - sum(reads), "reading": sum(reads)}
        return {name: f"{n}+" if n and len(reads) > COUNTED else n for name, n in counts.items()}

    @property
    def queue_count(self) -> int | str:
        return self._counts["queue"]

    @property
    def reading_count(self) -> int | str:
        return self._counts["reading"]

    @cached_property
    def notices_count(self) -> int:
        return Notice.objects.filter(person=self.user, read_at__isnull=True).count() if self.user else 0

    @cached_property
    def nav(self) -> list[dict]:
        if self.user is None:
            return []
        groups = self._office_nav(self.worker) if self.worker else ADMINISTRATORS_NAV[Kind(self.user.kind)]()
        here = self.request.resolver_match.view_name if self.request.resolver_match else ""
        shown = []
        for label, items in groups:
            found = [
                {
                    "label": words, "url": url, "count": self._figure(name), "current": name == here,
                    "new": name.endswith("_new"),
                }
                for name, words in items
                if (url := admission.url_if_any(name))
            ]
            if found:
                shown.append({"label": label, "items": found})
        return shown

    def _figure(self, name: str) -> int | str | None:
        """Only 待办 and 待阅 carry counts."""
        return {"queue": self.queue_count, "reading": self.reading_count}.get(name) if self.office_work else None

    @cached_property
    def new_url(self) -> str:
        """Where the key N begins a new entry, for who registers; "" for everybody else."""
        documents = subjects.get("documents")
        may = documents.may_register if documents else None
        registers = self.worker is not None and may is not None and may(self.worker)
        return admission.url_if_any("incoming_new") if registers else ""

    def _office_nav(self, worker: User) -> list[tuple[str, list[tuple[str, str]]]]:
        documents = subjects.get("documents")
        may = documents.may_register if documents else None
        who = access.identity(worker)
        supervises = who.ranked or who.holds("office-director") or who.holds("department-head")
        registers = may(worker) if may else access.identity(worker).holds("clerk")
        return [
            ("", [
                ("queue", _("待办")), ("reading", _("待阅")), ("done", _("已办")),
                ("started", _("我发起的")), ("followed", _("我关注的")),
            ]),
            (_("办文"), [
                *([("incoming_new", _("登记"))] if registers else []),
                ("incoming_list", _("收文")),
            ]),
            (_("办事"), [
                ("chase_register", _("催办")), *([("handovers", _("交接"))] if supervises else []),
                *([("daily", _("每日一页"))] if registers or access.identity(worker).holds("office-director") else []),
                *([("on_paper", _("呈批夹"))] if registers else []),
            ]),
            (_("档案"), [("registers", _("登记簿")), ("work_done", _("工作清单"))]),
        ]


def _system_nav() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        ("", [
            ("first_run", _("首次设置")), ("dials", _("设置")), ("people", _("账户")),
            ("departments", pgettext("heading", "部门")),
            ("parts", _("运行状况")),
        ]),
        (_("办理"), [
            ("step_settings", _("环节和时限")), ("procedure_choices", pgettext("heading", "流程")),
            ("drawn_list", _("流程图")), ("ladders", _("催办阶梯")), ("calendar", _("工作日历")),
        ]),
        (_("簿册"), [
            ("series_list", _("编号系列")), ("letterheads", _("发文机关")),
            ("organisations", _("来往单位")), ("office_phrases", _("常用语")),
        ]),
    ]


def _security_nav() -> list[tuple[str, list[tuple[str, str]]]]:
    return [("", [("holdings", _("任职")), ("posts", pgettext("heading", "岗位")), ("people", _("账户"))])]


def _audit_nav() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        ("", [("audit", _("审计")), ("holdings", _("待确认")), ("sign_ins", _("登录记录"))]),
        (_("查证"), [
            ("changes", _("改动记录")), ("anchors", _("存证")), ("look_counts", _("限知件查看")),
            ("people", _("账户")),
        ]),
    ]


ADMINISTRATORS_NAV = {Kind.SYSTEM: _system_nav, Kind.SECURITY: _security_nav, Kind.AUDIT: _audit_nav}
