"""代录: a clerk at the hub enters what somebody wrote on paper or said."""

from django.utils.translation import gettext as _

from office import access

from .door import Passing, Refused


def recorder_may(passing: Passing) -> None:
    recorder = passing.recorded_by
    assert recorder is not None
    if not access.holds_hub(recorder, passing.case):
        raise Refused(_("只有文书可以代录。"))
    if recorder == passing.actor:
        raise Refused(_("您自己的意见请直接办理，不用代录。"))
    if passing.happened_at is not None and passing.happened_at > passing.at:
        raise Refused(_("纸面日期不能晚于现在，请改正。"), field="happened_at")
