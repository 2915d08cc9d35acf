"""An incoming paper as the printed forms know it: 文件处理单, 送阅文件单, 报批文件单, 传阅单, label."""

from dataclasses import replace
from datetime import time

from django.utils import timezone, translation

from office import dials, printing, showing, standing
from office.levels import Secrecy, Urgency
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Chase, Reminder
from office.models.people import User
from office.printing.sheets import Chase as ChaseLine
from office.printing.sheets import (
    Circulation,
    Correction,
    Form,
    Label,
    Moment,
    Opinion,
    Reader,
    Recorded,
    Slip,
    Voided,
    when,
)
from office.standing import RETURNING

from . import paths
from .models import IncomingDocument

# In which box of the slip a step's opinions stand.
PROPOSING = {"propose"}
INSTRUCTING = {"instruct"}
# The clerk's first look is no proposal (R-IN-12): what he wrote is where the paper's way begins.
HANDLING = {"review", "handle", "assist", "conclude", "arrange"}
# What became of a reader's copy that came back without his signature.
UNREAD = {"recalled": "收回", "reassigned": "转交", "taken_back": "撤回"}
URGENCY = {Urgency.NORMAL: "", Urgency.URGENT: "加急", Urgency.FLASH: "特急"}
SECRECY = {
    Secrecy.NONE: "",
    Secrecy.WORK: "工作秘密",
    Secrecy.CONFIDENTIAL: "秘密",
    Secrecy.SECRET: "机密",
    Secrecy.TOP_SECRET: "绝密",
}
TELEGRAM = {"most": "特提", "flash": "特急", "urgent": "加急", "plain": "平急"}
MEDIA = {
    "": "纸质或口头意见", "paper": "纸质批示", "kept": "纸质批示",
    "spoken": "口头指示", "phone": "电话指示", "meeting": "会上指示",
}
CHASED_BY = {"phone": "电话", "oral": "当面", "letter": "催办函", "system": "系统提醒"}


def levels(document: IncomingDocument) -> tuple[str, str]:
    """Secrecy with its period (机密★10年) and urgency, as paper writes them."""
    secrecy = SECRECY[document.case.secrecy]
    if secrecy and document.secrecy_years:
        secrecy = f"{secrecy}★{document.secrecy_years}年"
    return secrecy, TELEGRAM.get(document.telegram, "") or URGENCY[document.case.urgency]


def title_on_paper(case: Case) -> str:
    """Paper is Chinese whatever the language of the screen it was asked for on."""
    with translation.override("zh-hans"):
        return showing.title_of(case)


# The names of the forms in addresses and commands.
FORMS = {"handling": Form.HANDLING, "reading": Form.READING, "approval": Form.APPROVAL}


def fitting_form(document: IncomingDocument) -> Form:
    """A paper for reading has the reading form (R-IN-23), until it turns out that it must be handled."""
    reading = document.purpose == IncomingDocument.Purpose.READING and not paths.became_handling(document.case)
    return Form.READING if reading else Form.HANDLING


def slip_of(document: IncomingDocument, *, viewer: User | None, form: Form | None = None) -> Slip:
    """The slip as it stands now, on the form that fits the paper unless told otherwise."""
    case = document.case
    decisions = list(case.decisions.select_related("turn", "actor").order_by("number"))
    stands = standing.of(decisions)
    with translation.override("zh-hans"):
        named = paths.named_words(case, day=lambda due: f"{due.year}年{due.month}月{due.day}日")
    written = [one for one in decisions if one.opinion and one.move != "correct"]
    answered = _answered(document)
    # A circle without words is an opinion, and so are naming who goes, the reason of who sent the paper back, and that
    # whoever had it handed over what was in his hands.
    signed = [one for one in decisions if one.move in ("circle", "attend", *RETURNING) or _handed_over(one)]

    def opinions(steps: set[str]) -> tuple[Opinion, ...]:
        chosen = [one for one in written if one.step in steps] + [
            one for one in signed if one.step in steps and not one.opinion
        ]
        chosen.sort(key=lambda one: one.number)
        return tuple(
            _opinion(
                one, stands=stands, round_now=case.round,
                named=f"参会：{one.names}" if one.move == "attend" and one.names else named.get(one.pk, ""),
                head=answered if one.move == "answered" else "",
            )
            for one in chosen
        )

    secrecy, urgency = levels(document)
    form = form or fitting_form(document)
    closing = next(
        (one for one in reversed(decisions) if one.leads_to in ("done", "reference", "refused")), None
    )
    return Slip(
        form=form,
        office=dials.office_name(),
        reference=case.reference,
        title=title_on_paper(case) + (f"（收件人：{document.addressee}）" if document.addressee else ""),
        number=document.number,
        secrecy=secrecy,
        urgency=urgency,
        copy_number=document.copy_number,
        qr=case.reference or case.public_id,
        restricted_to=_watermark(case, viewer),
        voided=_voided(case, decisions),
        sender=document.sender.name,
        received_at=document.received_on,
        copies=str(document.copies),
        pages=str(document.pages or ""),
        attachments=str(document.enclosures or ""),
        due_at=_wanted_by(document),
        meeting=_meeting(document),
        proposals=opinions(PROPOSING),
        instructions=opinions(INSTRUCTING),
        handling=opinions(HANDLING),
        readers=_readers(document, stands),
        chases=_chases(case),
        filed=document.archived_as,
        concluded=f"{_day(closing.at)} {closing.signed_name}" if closing else "",
    )


def _answered(document: IncomingDocument) -> str:
    """What stands before the words of the answer: that they are it, and its date."""
    if document.answered_on is None:
        return ""
    return f"{'报名' if hasattr(document, 'meeting') else '答复'}（{when(document.answered_on)}）："


def _meeting(document: IncomingDocument) -> str:
    """When and where, who is wanted and by when they ask to know; empty for what is no notice of a meeting."""
    notice = getattr(document, "meeting", None)
    if notice is None:
        return ""
    excused = paths.excused(document.case_id)
    people = notice.attendees.all()
    goes = [one.name for one in people if one.pk not in excused]
    stays = [one.name for one in people if one.pk in excused]
    parts = [
        when(notice.starts_at),
        f"地点：{notice.place}" if notice.place else "",
        f"参会要求：{notice.rank_wanted}" if notice.rank_wanted else "",
        f"报名截止：{when(notice.answer_by)}" if notice.answer_by else "",
        f"参会人：{'、'.join(goes)}" if goes else "",
        f"请假：{'、'.join(stays)}" if stays else "",
    ]
    return "　".join(part for part in parts if part)


def _wanted_by(document: IncomingDocument) -> Moment:
    """要求办结: what an instruction, a proposal or the paper itself asks for, else the limit of handling. The limits of
    the stations before it are nobody's business on paper."""
    case = document.case
    named = paths.in_force(case).filter(due_on__isnull=False).first()
    if named is not None:
        return named.due_on
    if document.answer_by:
        return document.answer_by
    handling = case.clocks.filter(turn__step="handle", turn__side=False, turn__round=case.round)
    last = handling.order_by("-pk").first()
    return last.due_at if last else None


def _day(at) -> str:
    local = timezone.localtime(at)
    return f"{local.year}年{local.month}月{local.day}日"


def _corrections(one: Decision, stands: standing.Standing, *, head: str = "") -> tuple[Correction, ...]:
    later = stands.corrections.get(one.number, ())
    return tuple(
        Correction(words=head + two.opinion, name=two.signed_name, at=two.at, reason=two.reason) for two in later
    )


def _recorded(one: Decision, stands: standing.Standing) -> Recorded | None:
    if not one.recorded_by_id:
        return None
    confirmed = stands.confirmed.get(one.number)
    return Recorded(
        name=one.recorded_name, at=one.at, medium=MEDIA[one.medium], scan=bool(one.files),
        confirmed_at=confirmed.at if confirmed else None,
    )


def _opinion(one: Decision, *, stands: standing.Standing, round_now: int, named: str, head: str) -> Opinion:
    words = one.opinion or f"（{one.label}）"
    if one.move in RETURNING:
        words = "：".join(filter(None, [f"退回{one.names}", one.opinion or one.reason]))
    if _handed_over(one):
        words = f"（{one.reason}，转{one.names or '岗位'}）"
    return Opinion(
        words=head + words,
        named=named,
        undone=_undone(one, stands, round_now=round_now),
        name=one.signed_name,
        at=_written_at(one),
        department=one.signed_department if one.step in HANDLING else "",
        principal=one.signed_for,
        recorded=_recorded(one, stands),
        corrections=_corrections(one, stands, head=head),
    )


def _handed_over(one: Decision) -> bool:
    """交接 alone gives a reason for putting a paper into other hands."""
    return not one.side and one.move in ("reassign", "release") and bool(one.reason)


def _undone(one: Decision, stands: standing.Standing, *, round_now: int) -> str:
    """What was taken back, and what came before the paper had to begin again, holds no longer; a return itself does."""
    if (undone := stands.taken_back.get(one.number)) is not None:
        return f"{when(undone.at)} 撤回"
    if one.round < round_now and one.move not in RETURNING and not _handed_over(one):
        return "退回重走，不再有效"
    return ""


def _written_at(one: Decision) -> Moment:
    """Of words taken over from paper often only the day is known (代录): then no hour is made up."""
    local = timezone.localtime(one.happened_at)
    return local.date() if one.recorded_by_id and local.time() == time.min else local


def _readers(document: IncomingDocument, stands: standing.Standing) -> tuple[Reader, ...]:
    case, readers = document.case, []
    for turn in (
        case.turns.filter(side=True, step="read").select_related("holder", "post").order_by("pk")
    ):
        one = stands.signed.get(turn.pk) if turn.ended_how == "moved" else None
        readers.append(
            Reader(
                name=one.signed_for or one.signed_name if one else str(turn.hands),
                signed=one.signed_name if one and one.signed_for else "",
                sent_at=turn.issued_at,
                read_at=_written_at(one) if one else None,
                back_at=turn.ended_at,
                words=one.opinion if one else "",
                undone=UNREAD.get(turn.ended_how, "") if one is None else "",
                corrections=_corrections(one, stands) if one else (),
                recorded=_recorded(one, stands) if one else None,
                year=document.received_on.year,
            )
        )
    for planned in case.planned.filter(
        turn__isnull=True, dropped_at__isnull=True, step="read"
    ).select_related("holder", "post"):
        readers.append(Reader(name=str(planned.hands)))
    return tuple(readers)


def _chases(case: Case) -> tuple[ChaseLine, ...]:
    rows = [
        ChaseLine(at=one.at, means="系统提醒", whom="、".join(str(name) for name in one.to))
        for one in Reminder.objects.filter(clock__case=case).order_by("at")
        if one.kind != "inform"
    ]
    rows += [
        ChaseLine(at=one.at, means=CHASED_BY[one.kind], whom=one.to, answer=one.answer)
        for one in Chase.objects.filter(case=case).exclude(kind="system").order_by("at")
    ]
    return tuple(sorted(rows, key=lambda row: row.at))


def _voided(case: Case, decisions: list[Decision]) -> Voided | None:
    if case.outcome != "void":
        return None
    one = next((one for one in reversed(decisions) if one.move == "void"), None)
    return Voided(reason=one.reason, name=one.signed_name, at=one.at) if one else None


def _watermark(case: Case, viewer: User | None) -> str:
    if viewer is None or not (case.restricted or case.secrecy):
        return ""
    now = timezone.localtime()
    return f"{viewer.name} {_day(now)} {now:%H:%M} 打印"


def print_slip(case: Case, form: str) -> bytes:
    """The slip as PDF, without a reader's name at the margin: `manage.py print_slip`."""
    document = IncomingDocument.objects.select_related("sender", "case__opened_by").get(case=case)
    return printing.slip(slip_of(document, viewer=None, form=FORMS.get(form)), created=timezone.now())


def desk_slip(turn: Turn, code: str) -> bytes:
    """The slip for a leader's hand. What he is only to read has the form with places for readers' signatures."""
    document = IncomingDocument.objects.select_related("sender", "case__opened_by").get(case=turn.case)
    form = Form.READING if turn.side else None
    sheet = replace(slip_of(document, viewer=None, form=form), qr=code)
    return printing.slip(sheet, created=timezone.now())


def circulation_of(document: IncomingDocument, *, viewer: User | None) -> Circulation:
    case = document.case
    decisions = list(case.decisions.select_related("turn").order_by("number"))
    readers = _readers(document, standing.of(decisions))
    secrecy, _urgency = levels(document)
    hub = next((one for one in decisions if one.move in ("send", "add_readers")), None)
    return Circulation(
        office=dials.office_name(),
        reference=case.reference,
        title=title_on_paper(case),
        number=document.number,
        secrecy=secrecy,
        copy_number=document.copy_number,
        qr=case.reference or case.public_id,
        restricted_to=_watermark(case, viewer),
        voided=_voided(case, decisions),
        scope="、".join(reader.name for reader in readers),
        readers=readers,
        clerk=hub.signed_name if hub else (case.opened_by.name),
    )


def label_of(document: IncomingDocument) -> Label:
    return Label(
        reference=document.case.reference,
        sender=document.sender.name,
        received_at=document.received_on,
        qr=document.case.reference or document.case.public_id,
    )
