"""为什么是这一天: a due date in sentences, in the language active when they are read."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from .calendars import reason
from .limits import DIVISIBLE, ROLLING, clock_face

if TYPE_CHECKING:
    from .periods import Due, Run, Stop

STARTS = {
    "next": gettext_lazy("{start}起算，当日不计。"),
    "today": gettext_lazy("{start}起算，当日办。"),
    "closed": gettext_lazy("{start}起算，当日已下班，移到下一个工作日。"),
    "tomorrow": gettext_lazy("{start}起算，当日已下班，移到次日。"),
    "off": gettext_lazy("{start}起算，当日为{reason}，从下一个工作日算起。"),
    "passed": gettext_lazy("{start}起算，当日{at}已过，移到下一个工作日。"),
    "running": gettext_lazy("{start}起算，昼夜连续计算，休息日也计。"),
    "office": gettext_lazy("{start}起算，只计工作日的上班时间。"),
    "morning": gettext_lazy("{start}起算，{noon_until}以前，当日上午算半天，到{noon}。"),
    "afternoon": gettext_lazy("{start}起算，{closing_until}以前，当日下午算半天，到{closing}。"),
    "late": gettext_lazy("{start}起算，已到{closing_until}，从下一个工作日上午算起，到{noon}为半天。"),
    "now": gettext_lazy("{start}起算，随到随办。"),
}
COUNTS_FROM_THE_START = ("today", "off", "office", "morning", "afternoon")
# Over longer periods the days off are only counted, not listed.
LISTED_DAYS = 400


def because(due: "Due") -> str:
    # Chinese sentences follow each other without a blank.
    return ("" if (get_language() or "zh").startswith("zh") else " ").join(steps(due))


def steps(due: "Due") -> list[str]:
    """Start, days not counted, make-up days, pauses, the end, what was assumed."""
    hours = due.hours
    start = STARTS[due.basis].format(
        start=moment_words(due.start),
        reason="" if due.first_off is None else run_reason(due.first_off),
        at="" if due.limit.at is None else clock_face(due.limit.at),
        noon_until=clock_face(hours.noon_until),
        closing_until=clock_face(hours.closing_until),
        noon=clock_face(hours.noon),
        closing=clock_face(hours.closing),
    )
    return [start, *_days_off(due), *(_stop(stop, due) for stop in due.stops), *_end(due), *assumptions(due)]


def assumptions(due: "Due") -> list[str]:
    if not due.unknown or _is_fixed(due):
        return []
    sentence = _("{years}的放假安排尚未录入，暂按周末和法定节假日推算，补假、调休未计，录入后须重算。")
    assumed = [sentence.format(years=_unknown_years(due))]
    if due.moonless:
        assumed.append(_("其中有的年份推算不出农历节日，只计了元旦、劳动节和国庆节。"))
    return assumed


def _unknown_years(due: "Due") -> str:
    return _("、").join(
        _("{year}年").format(year=first)
        if first == last
        else _("{first}年至{last}年").format(first=first, last=last)
        for first, last in due.unknown
    )


def _is_fixed(due: "Due") -> bool:
    """Whether the date follows from the solar calendar alone."""
    return due.limit.kind in ROLLING and not due.limit.rolls


def _days_off(due: "Due") -> list[str]:
    sentences = []
    listed = sum((run.last - run.first).days + 1 for run in due.off)
    rest = due.days_off - listed
    if due.off and rest:
        sentences.append(
            ngettext("{runs}不计，另有周末{n}天不计。", "{runs}不计，另有周末{n}天不计。", rest).format(
                runs=_runs(due.off), n=rest
            )
        )
    elif due.off:
        sentences.append(_("{runs}不计。").format(runs=_runs(due.off)))
    elif rest and _is_long(due):
        sentences.append(_("其间周末和节假日共{n}天不计。").format(n=rest))
    elif rest:
        sentences.append(ngettext("其间周末{n}天不计。", "其间周末{n}天不计。", rest).format(n=rest))
    if due.made_up:
        sentences.append(_("{runs}，照常计入。").format(runs=_runs(due.made_up)))
    return sentences


def _is_long(due: "Due") -> bool:
    return due.at is not None and (due.at.date() - due.start.date()).days > LISTED_DAYS


def _stop(stop: "Stop", due: "Due") -> str:
    since = moment_words(stop.since)
    if stop.until is None:
        return _("{since}起暂停，恢复后另算到期日。").format(since=since)
    until = moment_words(stop.until)
    if not stop.skipped:
        return _("{since}至{until}暂停，不影响到期日。").format(since=since, until=until)
    if due.limit.kind in DIVISIBLE:
        n = f"{stop.skipped:.2f}".rstrip("0").rstrip(".")
        return _("{since}至{until}暂停，其间{n}小时不计。").format(since=since, until=until, n=n)
    if due.limit.kind == "half_days":
        sentence = ngettext(
            "{since}至{until}暂停，其间{n}个半天不计。",
            "{since}至{until}暂停，其间{n}个半天不计。",
            int(stop.skipped),
        )
    elif due.limit.kind in ("workdays", "until"):
        sentence = ngettext(
            "{since}至{until}暂停，其间{n}个工作日不计。",
            "{since}至{until}暂停，其间{n}个工作日不计。",
            int(stop.skipped),
        )
    else:
        sentence = ngettext(
            "{since}至{until}暂停，其间{n}日不计。",
            "{since}至{until}暂停，其间{n}日不计。",
            int(stop.skipped),
        )
    return sentence.format(since=since, until=until, n=stop.skipped)


def _end(due: "Due") -> list[str]:
    if due.at is None:
        return []
    end = _("期限{limit}，至{due}。").format(limit=due.limit.words(), due=moment_words(due.at))
    sentences = [end]
    if due.last_off is not None:
        last = {"day": date_words(due.last_off.first), "reason": run_reason(due.last_off)}
        if due.limit.rolls:
            sentences.insert(0, _("末日{day}为{reason}，顺延到下一个工作日。").format(**last))
        else:
            sentences.append(_("末日{day}为{reason}，按规定不顺延。").format(**last))
    if _is_fixed(due) and due.unknown:
        certain = _("{years}的放假安排尚未录入，不影响这一期限。")
        sentences.append(certain.format(years=_unknown_years(due)))
    return sentences


def _runs(runs: "tuple[Run, ...]") -> str:
    return _("、").join(
        _("{days}{reason}").format(days=_run_days(run), reason=run_reason(run)) for run in runs
    )


def _run_days(run: "Run") -> str:
    first, last = run.first, run.last
    if first == last:
        weekday = weekday_words(first)
        return _("{month}月{day}日（{weekday}）").format(month=first.month, day=first.day, weekday=weekday)
    if first.month == last.month:
        return _("{month}月{day}日至{last}日").format(month=first.month, day=first.day, last=last.day)
    return _("{month}月{day}日至{last_month}月{last}日").format(
        month=first.month, day=first.day, last_month=last.month, last=last.day
    )


def run_reason(run: "Run") -> str:
    return reason(run.first, run.kind, run.note)


def moment_words(at: datetime) -> str:
    """2026年2月11日（周三）10:00."""
    return _("{date}（{weekday}）{time}").format(
        date=date_words(at.date()), weekday=weekday_words(at.date()), time=clock_face(at.time())
    )


def date_words(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def weekday_words(day: date) -> str:
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]
