"""The paths incoming papers take (收文). Each office chooses one per form; the national one is 条例 art. 24."""

from django.utils.translation import gettext_lazy as _

from office.clock import half_days, until, workdays
from office.procedures import Move, Period, Procedure, Step

from . import paths

PROPOSE = Period("R-IN-20", half_days(1), source="S1f")
INSTRUCT = Period(
    "OFF-INSTRUCT", workdays(2), urgent=workdays(1), flash=until("17:30"), source="系统起始值", unverified=True
)
ARRANGE = Period("R-IN-20", half_days(1), source="S1f")
HANDLE = Period(
    "R-IN-18", workdays(7), urgent=workdays(2), flash=until("17:30"), source="S1a R-IN-18, R-IN-19, R-IN-22"
)
READ = Period("R-CIR-07", workdays(2), source="S1a")
REVIEW = Period("OFF-REVIEW", until("17:30"), source="系统起始值", unverified=True)
REPLY = Period("OFF-MEETING-REPLY", workdays(1), source="系统起始值", unverified=True)

NOT_OURS = Move("not_ours", _("退回来文单位"), close="refused", opinion="must")

READING_STEP = Step(
    _("阅件"),
    side=True,
    reading=True,
    due=READ,
    moves=[Move("read", _("已阅"), returns=True, opinion="may", batch=True, primary=True)],
)
ASSISTING_STEP = Step(
    _("协办"),
    side=True,
    whom="departments",
    due=HANDLE,
    moves=[Move("answer", _("协办意见"), returns=True, opinion="must", primary=True)],
)
REVIEW_STEP = Step(
    _("初审"),
    post="clerk",
    due=REVIEW,
    optional=True,
    moves=[
        Move("pass", _("初审合格"), to="propose", opinion="may", batch=True, primary=True),
        Move("straight", _("急件直送领导"), to="instruct", names="one", opinion="must", when=paths.is_urgent),
        NOT_OURS,
    ],
)
CONCLUDE_STEP = Step(
    _("办结"),
    post="clerk",
    sides="wait",
    due=Period("OFF-CLOSE", workdays(2), source="系统起始值", unverified=True),
    moves=[
        Move("finish", _("办结"), close="done", opinion="may", check=paths.may_conclude, primary=True,
             when=paths.no_answer_is_due),
        Move("answered", _("登记答复"), opinion="must", then=paths.keep_answer, when=paths.answer_is_due,
             primary=True),
        Move("again", _("退承办部门补办"), to="handle", names="one", opinion="must"),
    ],
)
HANDLE_STEP = Step(
    _("承办"),
    whom="departments",
    due=HANDLE,
    # The result is written before the paper goes on (R-IN-17), by whoever handles it: another who signs after him
    # would report in his place. Before him, or beside him (协办), others may be asked.
    forbids=("skip", "add_after"),
    moves=[
        Move("report", _("报结果"), to="conclude", opinion="must", primary=True),
        Move("ask_help", _("请协办"), side="assist", names="several", opinion="may"),
    ],
)


class IncomingBase(Procedure, abstract=True):
    hub = "clerk"
    fallback = "office-director"

    @classmethod
    def content(cls, case) -> list[str]:
        return paths.document_contents([case])[case.pk]

    @classmethod
    def contents(cls, cases) -> dict[int, list[str]]:
        return paths.document_contents(cases)

    @classmethod
    def came_on(cls, case):
        return min(paths.document(case).received_on, super().came_on(case))

    @classmethod
    def named_date(cls, step, case):
        return paths.handling_date(case) if step.code == "handle" else None

    @classmethod
    def latest_date(cls, step, case):
        if step.code == "assist":
            return paths.leads_date(case)
        return paths.asked_date(case) if step.code == "handle" else None


class Incoming(IncomingBase):
    """收文办理, day one: 登记 → 初审 → 拟办 → 批示 (leader after leader through the clerk) → 交办 beside 传阅 →
    承办 → 答复 (when one is wanted) → 办结."""

    code = "documents.incoming"
    form = "documents.incoming"
    title = _("收文办理")
    source = _("系统起始值；R-IN-01")

    review = REVIEW_STEP
    propose = Step(_("拟办"), post="office-director", due=PROPOSE, moves=[
        Move("submit", _("报批"), to="instruct", opinion="must", names="several",
             check=paths.proposal_names_unit, then=paths.name_unit, primary=True),
        Move("circulate", _("直送传阅"), to="assign", opinion="may", when=paths.is_for_reading),
        Move("note", _("拟存"), to="assign", opinion="must"),
        NOT_OURS,
    ])
    instruct = Step(_("批示"), whom="leaders", due=INSTRUCT, moves=[
        Move("instruct", _("批示"), to="assign", opinion="must", approves=True,
             check=paths.one_lead, then=paths.name_unit, primary=True),
        Move("circle", _("圈阅"), to="assign", approves=True, batch=True,
             check=paths.circle_agrees_with_something),
        Move("refer", _("转请批示"), to="assign", plans="instruct", names="several", opinion="may"),
    ])
    assign = Step(_("分办"), post="clerk", due=ARRANGE, moves=[
        Move("hand_over", _("交办"), to="handle", names="several", others="assist",
             check=paths.handed_to_the_named_unit, primary=True),
        Move("present", _("呈其他领导批示"), to="instruct", names="one", next_planned=True),
        Move("send", _("送阅"), side="read", names="several"),
        Move("finish", _("阅毕存查"), close="reference", opinion="may", check=paths.has_been_read),
    ])
    handle = HANDLE_STEP
    conclude = CONCLUDE_STEP
    read = READING_STEP
    assist = ASSISTING_STEP


class National(IncomingBase):
    """条例 art. 24: 签收 登记 初审 承办 传阅 催办 答复. 催办 and 查办 are acts beside the path, not stations on it."""

    code = "documents.national"
    form = "documents.incoming"
    title = _("收文办理（条例第二十四条）")
    source = _("党政机关公文处理工作条例第二十四条")

    review = Step(_("初审"), post="clerk", due=REVIEW, moves=[
        Move("pass", _("初审合格"), to="propose", opinion="may", primary=True, batch=True),
        Move("straight", _("急件直送领导"), to="instruct", names="one", opinion="must", when=paths.is_urgent),
        NOT_OURS,
    ])
    propose = Step(_("承办·拟办"), post="office-director", due=PROPOSE, moves=[
        Move("submit", _("报批"), to="instruct", opinion="must", names="several",
             check=paths.proposal_names_unit, then=paths.name_unit, primary=True),
        Move("hand_over", _("转有关部门办理"), to="handle", names="several", others="assist", opinion="must",
             check=paths.handed_over_with_its_date, then=paths.name_those_it_goes_to),
        Move("circulate", _("送传阅"), to="circulate", opinion="may", when=paths.is_for_reading),
    ])
    instruct = Step(_("承办·批办"), whom="leaders", due=INSTRUCT, moves=[
        Move("instruct", _("批示"), to="circulate", opinion="must", approves=True,
             check=paths.one_lead, then=paths.name_unit, primary=True),
        Move("circle", _("圈阅"), to="circulate", approves=True, batch=True,
             check=paths.circle_agrees_with_something),
    ])
    circulate = Step(_("传阅"), post="clerk", due=ARRANGE, moves=[
        Move("hand_over", _("交办"), to="handle", names="several", others="assist",
             check=paths.handed_to_the_named_unit, primary=True),
        Move("present", _("呈其他领导批示"), to="instruct", names="one", next_planned=True),
        Move("send", _("送阅"), side="read", names="several"),
        Move("finish", _("阅毕存查"), close="reference", opinion="may", check=paths.has_been_read),
    ])
    handle = HANDLE_STEP
    conclude = Step(_("答复"), post="clerk", sides="wait", due=CONCLUDE_STEP.due, moves=CONCLUDE_STEP.moves)
    read = READING_STEP
    assist = ASSISTING_STEP


class Short(IncomingBase):
    """The shorter chain R-IN-02: 登记 拟办 批办 承办 归档."""

    code = "documents.short"
    form = "documents.incoming"
    title = _("收文办理（短流程）")
    source = "R-IN-02 (S2)"

    propose = Step(_("拟办"), post="office-director", due=PROPOSE, moves=[
        Move("submit", _("报批"), to="instruct", opinion="must", names="one",
             check=paths.proposal_names_unit, then=paths.name_unit, primary=True),
        NOT_OURS,
    ])
    instruct = Step(_("批办"), whom="leaders", due=INSTRUCT, moves=[
        Move("instruct", _("批办"), to="handle", names="several", others="assist", opinion="must",
             approves=True, then=paths.name_those_it_goes_to, primary=True),
        Move("read_only", _("阅存"), to="conclude", opinion="must", approves=True),
    ])
    handle = HANDLE_STEP
    conclude = Step(_("归档"), post="clerk", sides="wait", due=CONCLUDE_STEP.due,
                    moves=[*CONCLUDE_STEP.moves, Move("send", _("送阅"), side="read", names="several")])
    read = READING_STEP
    assist = ASSISTING_STEP


class Reading(IncomingBase):
    """Reading papers (送阅, R-IN-23): the clerk sends them round by hub and spokes and takes them back."""

    code = "documents.reading"
    form = "documents.reading"
    title = _("阅件传阅")
    source = _("R-IN-23；R-CIR-01 至 R-CIR-07")

    circulate = Step(_("送阅"), post="clerk", due=ARRANGE, sides="wait", moves=[
        Move("send", _("送阅"), side="read", names="several", opinion="may", then=paths.is_on_its_round, primary=True),
        Move("finish", _("阅毕存查"), close="reference", opinion="may", check=paths.has_been_read),
        Move("needs_handling", _("转为办件"), to="propose", opinion="must"),
    ])
    propose = Incoming.steps["propose"]
    instruct = Incoming.steps["instruct"]
    assign = Incoming.steps["assign"]
    handle = HANDLE_STEP
    conclude = CONCLUDE_STEP
    read = READING_STEP
    assist = ASSISTING_STEP


class Envelope(IncomingBase):
    """亲启 (R-IN-25): the clerk registers the outside and hands it over unopened; the content stays hidden."""

    code = "documents.envelope"
    form = "documents.envelope"
    title = _("亲启件")
    source = "R-IN-25"

    # Skipping would name somebody else than the addressee.
    deliver = Step(_("转交收件人"), post="clerk", due=REVIEW, forbids=("skip",), moves=[
        Move("deliver", _("转交本人"), to="keep", names="one", check=paths.addressee_only, primary=True),
    ])
    alone = ("reassign", "delegate", "add_before", "add_after", "progress")
    keep = Step(_("本人签收"), personal=True, forbids=alone, moves=[
        Move("received", _("本人签收"), close="reference", check=paths.signs_without_a_word, primary=True),
    ])

    @classmethod
    def unfit(cls, step, case, holder):
        return paths.nobody_but_the_addressee(case, holder) if step.code == "keep" else ""


class MeetingNotice(IncomingBase):
    """Notices of other people's meetings: the leader names who goes, the sender is answered in time."""

    code = "documents.meeting"
    form = "documents.meeting"
    title = _("会议通知办理")
    source = _("R-IN-06；R-SUP-09")

    propose = Step(_("拟办"), post="office-director", due=PROPOSE, moves=[
        Move("submit", _("报批"), to="instruct", opinion="must", names="several", primary=True),
        NOT_OURS,
    ])
    instruct = Step(_("批示"), whom="leaders", due=INSTRUCT, moves=[
        Move("attend", _("指定参会人"), to="arrange", opinion="may", approves=True, mentions="attendees",
             check=paths.somebody_goes, then=paths.name_attendees, primary=True),
        Move("decline", _("不参加"), to="arrange", opinion="must", approves=True),
    ])
    arrange = Step(_("通知和报名"), post="clerk", due=ARRANGE, sides="wait", moves=[
        # The first thing to be done here: whoever presses Ctrl+Enter must not close what nobody has been told of.
        Move("notify", _("通知参会人"), side="attend", names="several", opinion="may", primary=True,
             then=paths.name_those_notified),
        Move("send", _("送阅"), side="read", names="several"),
        Move("answered", _("登记报名"), opinion="must", then=paths.keep_attendance_answer,
             when=paths.answer_is_due, primary=True),
        Move("present", _("呈其他领导批示"), to="instruct", names="one", next_planned=True),
        Move("finish", _("办结"), close="done", opinion="may", check=paths.answered_when_wanted,
             when=paths.no_answer_is_due, primary=True),
    ])
    attend = Step(_("参会"), side=True, due=REPLY, moves=[
        Move("come", _("准时参加"), returns=True, opinion="may", batch=True, primary=True),
        Move("excuse", _("请假"), returns=True, opinion="must"),
    ])
    read = READING_STEP


class Imported(IncomingBase):
    """旧登记簿导入: closed where it comes in; what happened to it the old book says."""

    code = "documents.imported"
    form = "documents.imported"
    title = _("旧登记簿导入")
    source = _("系统起始值")
    brought_in = True

    kept = Step(_("旧登记"), post="clerk", moves=[Move("finish", _("存查"), close="reference", primary=True)])


# Which form a registered paper is, by its purpose and book; ProcedureChoice picks among those that serve it.
FORMS = {
    "decision": "documents.incoming",
    "reading": "documents.reading",
    "envelope": "documents.envelope",
    "meeting": "documents.meeting",
}
