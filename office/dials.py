"""The office's own values, declared in one list: what each is, what it begins with, and where that comes from.

`value(code)` is how the program reads them. Limits, ladders, procedures and series have tables of their own
(office/models/dials.py); what the server's environment decides stands in `by_the_server()`, to be seen only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.clock import OfficeHours
from office.models.dials import Setting

NUMBER = "number"
TEXT = "text"
HOURS = "hours"


@dataclass(frozen=True)
class Dial:
    """One value. `kind` says how it is asked for; numbers lie between `least` and `most`, words are at most `most`
    letters long. `default` may be a function: what the server's environment says."""

    code: str
    label: Any
    kind: str
    default: Any
    source: Any
    unverified: bool = False
    unit: Any = ""
    least: int = 0
    most: int = 0
    hint: Any = ""

    @property
    def initial(self) -> Any:
        return self.default() if callable(self.default) else self.default

    def words(self, value: Any) -> str:
        if self.kind == TEXT:
            return value or _("没有填")
        if self.kind == HOURS:
            return hours_words(OfficeHours.from_dict(value))
        return f"{value} {self.unit}"


def hours_words(hours: OfficeHours) -> str:
    (opens, noon), (again, closes) = hours.spans
    face: Callable[[Any], str] = lambda at: f"{at.hour}:{at.minute:02}"  # noqa: E731
    return _(
        "%(opens)s–%(noon)s，%(again)s–%(closes)s；半天：%(first)s 前起算的到 %(noon)s，"
        "%(second)s 前的到 %(closes)s，再晚的到下一工作日 %(noon)s"
    ) % {
        "opens": face(opens),
        "noon": face(noon),
        "again": face(again),
        "closes": face(closes),
        "first": face(hours.noon_until),
        "second": face(hours.closing_until),
    }


DIALS = {
    dial.code: dial
    for dial in (
        Dial(
            "office_name",
            gettext_lazy("单位名称"),
            TEXT,
            lambda: settings.OFFICE_NAME,
            gettext_lazy("印在处理单、登记簿和各种表格上的名称"),
            most=60,
            hint=gettext_lazy("写到办公室：某某县农业农村局办公室"),
        ),
        Dial(
            "fonds_number",
            gettext_lazy("全宗号"),
            TEXT,
            "",
            gettext_lazy("由同级综合档案馆编给本单位，归档时用"),
            most=20,
        ),
        Dial(
            "hours",
            gettext_lazy("上下班时间和半天的界限"),
            HOURS,
            OfficeHours().as_dict(),
            gettext_lazy("到期 17:30、半天以 11:00 和 16:00 为界：系统起始值；上班时间和午休：通行做法"),
            unverified=True,
            hint=gettext_lazy("改动以后，已经在走的期限会列出来请您确认。"),
        ),
        Dial(
            "correction_minutes",
            gettext_lazy("本人可以更正意见的时间"),
            NUMBER,
            5,
            gettext_lazy("系统起始值，通行做法"),
            unverified=True,
            unit=gettext_lazy("分钟"),
            least=1,
            most=60,
            hint=gettext_lazy("过了这个时间，由文书写明理由更正；两次意见都保留。"),
        ),
    )
}


def value(code: str) -> Any:
    """The office's value, or the one it begins with. KeyError on a code that is not declared."""
    declared = DIALS[code]
    row = Setting.objects.filter(code=code).first()
    return declared.initial if row is None else row.value


def office_name() -> str:
    """The name that stands at the top of everything the office prints."""
    return value("office_name")


@dataclass(frozen=True)
class ServerValue:
    """What the server's environment decides and this page only shows: `name` is its variable."""

    name: str
    label: str
    words: str
    source: str
    unverified: bool = False


def by_the_server() -> list[ServerValue]:
    habit = _("等保测评的通行取值")
    yes, no = _("是"), _("否")
    second = _("每个账户都要") if settings.SECOND_FACTOR == "required" else _("各人自愿")
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    tries = _("%(n)d 次") % {"n": settings.AXES_FAILURE_LIMIT}
    idle = _("%(n)d 分钟") % {"n": settings.IDLE_MINUTES}
    days = _("%(n)d 天") % {"n": settings.PASSWORD_DAYS} if settings.PASSWORD_DAYS else _("不要求")
    return [
        ServerValue("CLASSIFIED_NETWORK", _("已声明的涉密网络"), yes if settings.CLASSIFIED_NETWORK else no,
                    _("保守国家秘密法；R-SEC-03")),
        ServerValue("LOGIN_TRIES", _("口令输错几次锁定"), tries, habit, True),
        ServerValue("LOGIN_LOCK_MINUTES", _("锁定多久"), _("%(n)d 分钟") % {"n": minutes}, habit, True),
        ServerValue("IDLE_MINUTES", _("多久不操作自动退出"), idle, habit, True),
        ServerValue("PASSWORD_LENGTH", _("口令最短"), _("%(n)d 个字符") % {"n": settings.PASSWORD_LENGTH}, habit, True),
        ServerValue("PASSWORD_DAYS", _("口令多久要换"), days, habit, True),
        ServerValue("SECOND_FACTOR", _("动态口令"), second, _("等保三级要求双因素"), True),
        ServerValue("FILE_SIZE_LIMIT", _("附件最大"), f"{settings.FILE_SIZE_LIMIT // (1024 * 1024)} MB",
                    _("系统起始值")),
    ]
