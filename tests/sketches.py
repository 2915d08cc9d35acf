"""Eight functions sketched to shape the core, and the sealed path of one. Test-only; the apps declare theirs."""

from dataclasses import dataclass

from office import linking
from office.clock import days, half_days, hours, months, until, workdays
from office.models import Series
from office.procedures import Move, Period, Procedure, Step


def period(rule: str, normal, **more) -> Period:
    return Period(rule, normal, **more)


class Incoming(Procedure):
    """收文: 拟办 → 批示 (leader after leader through the clerk) → 交办 beside 传阅 → 承办 → 办结."""

    code = "sketch.incoming"
    form = "sketch.incoming"
    title = "收文办理"

    propose = Step("拟办", post="office-director", due=period("R-IN-20", half_days(1)), moves=[
        Move("submit", "报批", to="instruct", opinion="must", names="several", primary=True),
        Move("circulate", "直送传阅", to="assign", opinion="may"),
        Move("not_ours", "退回来文单位", close="refused", opinion="must"),
    ])
    instruct = Step("批示", due=period("defaults", workdays(2), unverified=True), moves=[
        Move("circle", "圈阅", to="assign", approves=True, batch=True),
        Move("instruct", "批示", to="assign", opinion="must", approves=True, primary=True),
    ])
    assign = Step("分办", post="clerk", due=period("R-IN-20", half_days(1)), moves=[
        Move("hand_over", "交办", to="handle", names="several", others="assist", primary=True),
        Move("present", "呈其他领导批示", to="instruct", names="one", next_planned=True),
        Move("send", "送阅", side="read", names="several"),
        Move("finish", "办结", close="done"),
    ])
    handle = Step("承办", due=period("R-IN-18", workdays(7), urgent=workdays(2), flash=until("17:30")), moves=[
        Move("report", "报结果", to="conclude", opinion="must", primary=True),
        Move("ask_help", "请协办", side="assist", names="several"),
    ])
    conclude = Step("办结", post="clerk", sides="wait", moves=[
        Move("finish", "办结", close="done", primary=True),
        Move("again", "退承办部门补办", to="handle", names="one", opinion="must"),
    ])
    read = Step("阅件", side=True, reading=True, due=period("R-CIR-07", workdays(2)), moves=[
        Move("read", "已阅", returns=True, opinion="may", batch=True, primary=True),
    ])
    assist = Step("协办", side=True, due=period("R-IN-18", workdays(7)), moves=[
        Move("answer", "协办意见", returns=True, opinion="must", primary=True),
    ])


def _signed_after_review(act) -> str:
    """R-OUT-16: approvals count in the current round and for the present text only."""
    approvals = act.case.decisions.filter(move="reviewed", round=act.case.round, content_hash=act.case.content_hash)
    return "" if approvals.exists() else "还没有核稿，不能签发。"


def _book_of_outgoing(case) -> Series:
    """A number is given at the numbering step and not before, from the book of that year."""
    book, _made = Series.objects.get_or_create(name="发", year=2026, defaults={"title": "发文", "function": "sketch"})
    return book


def _answered(act) -> None:
    """The case that asked reads what became of its request."""
    linking.answer(act.case, values={"decision": act.decision.number}, at=act.at)


@dataclass(frozen=True)
class Draft:
    """What another case hands over to be written: minutes of a meeting, an answer to a paper."""

    about: str


class Outgoing(Procedure):
    """发文: 拟稿 → 会签 → 核稿 → 签发 → 复核 → 编号 → 用印 (a linked case) → 分发."""

    code = "sketch.outgoing"
    title = "发文办理"
    accepts = Draft

    @classmethod
    def content(cls, case) -> list[str]:
        """What is approved is the text; the number given to it later takes no approval away (R-OUT-16)."""
        return [case.title, case.urgency, str(case.secrecy)]

    draft = Step("拟稿", post="department-head", moves=[
        Move("submit", "送核", to="review", opinion="may", primary=True),
        Move("consult", "会签", side="countersign", names="several"),
    ])
    review = Step("核稿", post="office-director", due=period("R-OUT-14", workdays(1), urgent=half_days(1)),
                  sides="wait", moves=[
        Move("reviewed", "核稿", to="sign", names="several", approves=True, primary=True),
    ])
    sign = Step("签发", moves=[
        Move("next", "转下一位签发", to="sign", next_planned=True, opinion="may", approves=True),
        Move("sign", "签发", to="recheck", approves=True, check=_signed_after_review, primary=True),
    ])
    recheck = Step("复核", post="clerk", optional=True, moves=[
        Move("rechecked", "复核无误", to="number", primary=True),
    ])
    number = Step("编号", post="typist", moves=[
        Move("numbered", "编号", to="seal", numbers=_book_of_outgoing, primary=True),
    ])
    seal = Step("用印", post="clerk", awaits="sketch.seal", moves=[
        Move("sealed", "已用印", to="dispatch", primary=True),
    ])
    dispatch = Step("分发", post="clerk", moves=[Move("sent", "发出", close="done", primary=True)])
    countersign = Step("会签", side=True, due=period("R-OUT-08", workdays(2)), moves=[
        Move("agree", "同意", returns=True, opinion="may", approves=True, primary=True),
        Move("object", "不同意", returns=True, opinion="must"),
    ])


@dataclass(frozen=True)
class SealRequest:
    purpose: str
    copies: int


class Seal(Procedure):
    """用印: 申请 → 批准 → 盖章. Opened by another case or by hand."""

    code = "sketch.seal"
    title = "用印"
    accepts = SealRequest
    outcomes = ("done", "refused")

    approve = Step("审批", post="first-head", due=period("R-SEAL-01", workdays(1)), moves=[
        Move("approve", "批准", to="stamp", opinion="may", approves=True, primary=True),
        Move("approve_several", "批准加盖几枚印章", to="stamp", names="several", others="stamp_too", approves=True),
        Move("refuse", "不批准", close="refused", opinion="must", then=_answered),
    ])
    stamp = Step("盖章", post="seal-keeper", sides="wait", forbids=("reassign", "delegate"), moves=[
        Move("stamp", "已盖章", close="done", primary=True, then=_answered),
        Move("object", "拒绝用印", close="refused", opinion="must", then=_answered),
    ])
    # Each seal has its own keeper; what the first one holds is closed when all have stamped.
    stamp_too = Step("盖章", side=True, forbids=("reassign",), moves=[
        Move("stamped", "已盖章", returns=True, primary=True),
        Move("declined", "拒绝用印", returns=True, opinion="must"),
    ])


@dataclass(frozen=True)
class Call:
    """What was said on the telephone or at the counter and is passed on (R-PET-26, R-TEL-02)."""

    caller: str
    words: str


class Petition(Procedure):
    """信访: 登记 → 承办 → 答复 → 回访. The clock of the whole case runs beside those of its turns."""

    code = "sketch.petition"
    title = "信访办理"
    accepts = Call
    case_period = period("B4-34", days(60), pausable=True, source="信访工作条例第三十四条")

    register = Step("告知", post="petition-desk", due=period("B4-23", days(15)), moves=[
        Move("accept", "受理", to="handle", names="one", primary=True),
        Move("refer", "转送", close="done", opinion="must"),
        Move("keep", "存查", close="reference", opinion="must"),
    ])
    handle = Step("承办", due=period("B4-34", days(30), pausable=True), moves=[
        Move("answer", "答复", to="satisfied", opinion="must", primary=True),
    ])
    satisfied = Step("回访", post="petition-desk", optional=True, moves=[
        Move("close", "办结", close="done", primary=True),
    ])


class Accusation(Procedure):
    """检举控告: sealed from the first moment, to the discipline group only."""

    code = "sketch.accusation"
    title = "检举控告"
    sealed = True
    hub = "discipline"
    fallback = "first-head"

    receive = Step("接收", post="discipline", moves=[
        Move("check", "核查", to="check", names="one", primary=True),
        Move("file", "存查", close="reference", opinion="must"),
    ])
    check = Step("核查", moves=[Move("report", "报告", to="receive", opinion="must", primary=True)])


class Meeting(Procedure):
    """会议: 报批 → 通知 (answers as spokes) → 召开 → 纪要 (a linked draft) → 议定事项 (linked supervised items)."""

    code = "sketch.meeting"
    title = "会议"

    propose = Step("报批", post="office-director", moves=[
        Move("submit", "报批", to="approve", names="one", opinion="may", primary=True)])
    approve = Step("审批", moves=[
        Move("agree", "同意", to="hold", approves=True, primary=True),
        Move("refuse", "不同意", close="refused", opinion="must"),
    ])
    hold = Step("会务", post="clerk", sides="recall", moves=[
        Move("notify", "发通知", side="attend", names="several"),
        Move("held", "已召开", to="minutes", primary=True),
        Move("held_without_minutes", "已召开，不发纪要", close="done"),
    ])
    minutes = Step("纪要", post="clerk", awaits="sketch.outgoing", moves=[
        Move("issued", "纪要已发", close="done", primary=True),
    ])
    attend = Step("回执", side=True, due=period("R-MTG-07", until("17:30")), moves=[
        Move("come", "参加", returns=True, primary=True, batch=True),
        Move("decline", "请假", returns=True, opinion="must"),
    ])


class Duty(Procedure):
    """突发事件报告: telephone 30 minutes, writing 1 hour, follow-up, final."""

    code = "sketch.duty"
    title = "突发事件"
    hub = "duty"

    phone = Step("电话报告", post="duty", due=period("B7-phone", hours(0.5), unverified=True), moves=[
        Move("phoned", "已电话报告", to="written", opinion="must", primary=True)])
    written = Step("书面报告", post="duty", due=period("B7-written", hours(1), unverified=True), moves=[
        Move("reported", "已书面报告", to="follow", opinion="must", primary=True)])
    follow = Step("续报", post="duty", moves=[
        Move("more", "续报", opinion="must"),
        Move("final", "终报", close="done", opinion="must", primary=True),
    ])


def _witnesses_are_others(act) -> str:
    """Who approved or hands over does not watch it as well."""
    signed = act.case.decisions.filter(round=act.case.round, move__in=["approve", "arranged"])
    known = {act.actor.pk, *signed.values_list("actor_id", flat=True)}
    return "监交人不能是批准人或移交人。" if any(name.pk in known for name in act.names) else ""


def _all_signed(act) -> str:
    signed = act.case.decisions.filter(move__in=["received", "watched"], round=act.case.round)
    return "" if signed.count() >= 2 else "接收人和监交人还没有都签字。"


class Archive(Procedure):
    """档案移交: 整理 → 审核 → 批准 → 移交, where giver, receiver and supervisor each sign (R-ARC-02)."""

    code = "sketch.archive"
    title = "档案移交"
    hub = "archivist"
    case_period = period("R-ARC-02", months(6), source="机关档案管理规定")

    arrange = Step("整理", post="archivist", moves=[
        Move("arranged", "送审", to="examine", names="one", opinion="may", primary=True),
    ])
    examine = Step("审核", due=period("defaults", workdays(5), unverified=True), moves=[
        Move("examined", "无误", to="approve", primary=True),
        Move("missing", "缺件，退补", to="arrange", opinion="must"),
    ])
    approve = Step("批准", post="office-director", moves=[
        Move("approve", "批准移交", to="transfer", approves=True, primary=True),
    ])
    transfer = Step("移交", post="archivist", sides="wait", forbids=("delegate", "add_before", "add_after"), moves=[
        Move("hand_over", "交接", side="receive", names="one"),
        Move("call_witness", "请监交", side="watch", names="one", check=_witnesses_are_others),
        Move("transferred", "已移交", close="done", check=_all_signed, primary=True),
    ])
    receive = Step("接收", side=True, moves=[Move("received", "已清点接收", returns=True, primary=True)])
    watch = Step("监交", side=True, moves=[Move("watched", "监交无误", returns=True, primary=True)])


@dataclass(frozen=True)
class Order:
    """A leader's words that become a supervised item, and by when (R-SUP-10: none without an order)."""

    words: str
    by: str = ""


class Supervision(Procedure):
    """督查: 立项 → 交办 → 办理 (progress) → 审核 → 销号. Opened from an instruction by a linked case."""

    code = "sketch.supervision"
    title = "督查督办"
    hub = "supervision"
    accepts = Order
    outcomes = ("done",)

    establish = Step("立项", post="supervision", moves=[
        Move("assign", "交办", to="work", names="several", others="help", opinion="must", primary=True)])
    work = Step("办理", due=period("R-SUP-09", workdays(10)), moves=[
        Move("report", "报结", to="audit", opinion="must", primary=True)])
    audit = Step("办结审核", post="supervision", sides="wait", moves=[
        Move("accept", "销号", close="done", approves=True, primary=True, then=_answered),
        Move("refuse", "退回再办", to="work", names="one", opinion="must"),
    ])
    help = Step("协办", side=True, moves=[Move("helped", "协办情况", returns=True, opinion="must", primary=True)])


EIGHT = [Incoming, Outgoing, Seal, Petition, Meeting, Duty, Archive, Supervision]
# With the sealed path beside the open one of the same function.
ALL = [*EIGHT, Accusation]
