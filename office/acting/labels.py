"""What the common moves are called on screen and on paper."""

from django.utils.translation import gettext_noop

LABELS = {
    "reassign": gettext_noop("转交"),
    "delegate": gettext_noop("委派"),
    "give_back": gettext_noop("送回"),
    "take_back": gettext_noop("撤回"),
    "return": gettext_noop("退回重走"),
    "return_straight": gettext_noop("退回直送"),
    "add_before": gettext_noop("前加签"),
    "add_after": gettext_noop("后加签"),
    "skip": gettext_noop("跳过"),
    "progress": gettext_noop("进展"),
    "extend": gettext_noop("延期"),
    "pause": gettext_noop("暂停计时"),
    "resume": gettext_noop("恢复计时"),
    "correct": gettext_noop("更正"),
    "void": gettext_noop("作废"),
    "claim": gettext_noop("认领"),
    "release": gettext_noop("放回"),
    "confirm_record": gettext_noop("确认代录"),
    "bar": gettext_noop("回避"),
    "content": gettext_noop("更正登记"),
    "add_readers": gettext_noop("增加阅件人"),
    "recall": gettext_noop("收回"),
    "reorder": gettext_noop("调整顺序"),
    "drop": gettext_noop("减送"),
    "relocate": gettext_noop("重定位"),
}
