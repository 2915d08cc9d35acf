"""Whether the office answers: for load balancers, who learn nothing else, and for the 系统管理员, who learns all."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe
from redis.exceptions import RedisError

from office import health as parts_of
from office import showing
from office.backups.parts import size_words
from office.files.checking import room
from office.models.people import Kind
from office.views.asked import Asked

# An office is backed up every night; what is older than two nights has been forgotten.
STALE = timedelta(days=2)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """{"status": "ok"} with 200, {"status": "down"} with 503: whether people can work with this web server.

    That hangs on database, Redis and the files. Without worker or clock they can; who looks after those reads `parts`.
    A signed-in 系统管理员 also reads which it is.
    """
    found = {"database": _database_answers(), "redis": _redis_answers(), "store": _store_is_there()}
    well = all(found.values())
    answer: dict = {"status": "ok" if well else "down"}
    if found["database"] and getattr(request.user, "kind", "") == Kind.SYSTEM:
        answer |= found
    return JsonResponse(answer, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True


def _store_is_there() -> bool:
    try:
        return room("incoming").is_dir()
    except OSError:
        return False


@never_cache
@require_GET
def parts(request: Asked) -> HttpResponse:
    """运行状况: every part with what to do about it, and the figures worth a look."""
    now = timezone.now()
    states = parts_of.states()
    found = parts_of.figures(now)
    stale = now - STALE
    backup, anchor = found.backed_up_at, found.anchored_at
    return TemplateResponse(
        request,
        "office/parts.html",
        {
            "down": sum(not one.well for one in states),
            "parts": [
                {"label": one.part.label, "well": one.well, "advice": "" if one.well else one.part.advice}
                for one in states
            ],
            "figures": [
                _row(
                    _("最近一次备份"), _when(backup),
                    _("两天没有备份了，请做一次。") if backup is None or backup < stale else "",
                ),
                _row(
                    _("最近一次存证"), _when(anchor),
                    _("每夜应有一次，请看定时器。") if anchor and anchor < stale else "",
                ),
                _row(_("过期没办的"), ngettext("%(n)d 件", "%(n)d 件", found.overdue) % {"n": found.overdue}),
                *(_sending_row(one) for one in found.sending),
                _row(
                    _("等着做的任务"), ngettext("%(n)d 项", "%(n)d 项", found.jobs_waiting) % {"n": found.jobs_waiting},
                ),
                _row(_("磁盘还剩"), _room_words()),
            ],
        },
    )  # fmt: skip


def _sending_row(one: parts_of.Sending) -> dict[str, str]:
    """What waits in one channel; of where it leads the host, of whom it waits for nothing."""
    words = _("等着发 %(n)d 条") % {"n": one.waiting}
    if one.given_up:
        words = _("%(words)s；发不出去 %(n)d 条") % {"words": words, "n": one.given_up}
    advice = ""
    if one.error:
        advice = _("对方没有收（%(error)s）。请看网络和对方的服务；通了会自动补发，不用重发。") % {"error": one.error}
    elif one.given_up:
        advice = _("请看对方的服务和收件人的地址；是哪几位，写在“设置”页下面。")
    label = _("往外发：%(channel)s") % {"channel": one.label}
    return _row(_("%(label)s（%(host)s）") % {"label": label, "host": one.host} if one.host else label, words, advice)


def _row(label: str, words: str, advice: str = "") -> dict[str, str]:
    return {"label": label, "words": words, "advice": advice}


def _when(at) -> str:
    return showing.moment(at) if at else _("还没有")


def _room_words() -> str:
    try:
        return size_words(parts_of.free_space())
    except OSError:
        return _("读不出来")
