"""What incoming papers say about themselves on the office's own pages, and what their moves ask for."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, procedures, searching, showing, standing, subjects
from office.acting.door import wordless
from office.forms.deciding import DateField
from office.forms.people import Candidates, HolderField, HoldersField, key_of
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case, Turn
from office.models.numbers import Series
from office.models.people import Post, User

from . import composing, paths, sheets, versions
from .models import IncomingDocument, MeetingNotice


def summaries(cases: Sequence[Case]) -> dict[int, subjects.Summary]:
    """Sender, number, enclosures, answer date: one line under the title; the unit named. One query."""
    documents = IncomingDocument.objects.filter(case__in=[case.pk for case in cases])
    documents = documents.select_related("sender", "addressee").annotate(unit=paths.name_of_unit())
    return {
        one.case_id: subjects.Summary(
            line=second_line(one), urgency=urgency_word(one), named=str(one.addressee or one.unit or ""),
            copies=0 if one.carrier == IncomingDocument.Carrier.ELECTRONIC else one.copies,
        )
        for one in documents
    }


def urgency_word(one: IncomingDocument) -> str:
    """A telegram 特提 runs as 特急 does and is called by its own name."""
    return str(one.get_telegram_display()) if one.telegram == IncomingDocument.Telegram.MOST else ""


def second_line(one: IncomingDocument) -> str:
    parts = [one.sender.name, one.number]
    if word := urgency_word(one):
        parts.append(_("%(word)s电报") % {"word": word})
    if one.enclosures:
        parts.append(_("附件 %(n)d") % {"n": one.enclosures})
    if one.answer_wanted and one.answered_on is None:
        parts.append(
            _("要求 %(day)s 前答复") % {"day": one.answer_by.strftime("%m-%d")}
            if one.answer_by
            else _("要求答复")
        )
    return "　".join(part for part in parts if part)


def facts(case: Case) -> dict:
    beside = ("sender", "addressee", "meeting", "imported__batch__by")
    one = IncomingDocument.objects.select_related(*beside).get(case=case)
    one.case = case
    rows = [
        {"label": _("来文单位"), "value": one.sender.name, "wide": True},
        {
            "label": _("来文字号"),
            "value": one.number,
            "note": one.number_typed if one.number_typed != one.number else "",
        },
        {"label": _("成文日期"), "value": one.dated_on.isoformat() if one.dated_on else ""},
        {
            "label": _("收文日期"),
            "value": one.received_on.isoformat(),
            "note": _("补登 %(n)d 日") % {"n": one.days_late} if one.days_late > 0 else "",
        },
        {
            "label": _("收文方式"),
            "value": f"{one.get_channel_display()} · {one.get_carrier_display()}",
            "note": one.from_meeting,
        },
        {
            "label": _("份数 页数"),
            "value": _("%(copies)d 份 %(pages)s 页 附件 %(n)d")
            % {"copies": one.copies, "pages": one.pages or "—", "n": one.enclosures},
            "note": _("份号 %(n)s") % {"n": one.copy_number} if one.copy_number else "",
        },
        {
            "label": _("密级 缓急"),
            "value": " ".join(
                filter(
                    None,
                    [
                        str(case.get_secrecy_display()),
                        str(one.get_telegram_display() or case.get_urgency_display()),
                    ],
                )
            ),
            "note": _("期限 %(n)d 年") % {"n": one.secrecy_years} if one.secrecy_years else "",
        },
        {"label": _("办理方式"), "value": str(one.get_purpose_display()), "note": _treated(one)},
        {"label": _("登记人"), "value": f"{case.opened_by.name} {showing.moment(case.opened_at)}"},
    ]
    if hasattr(one, "imported"):
        rows = _of_the_old_book(one)
    if one.mismatch:
        rows.append({"label": _("签收不符"), "value": one.mismatch, "wide": True})
    if one.answered_on:
        how = standing.words_of(case.decisions.order_by("number"), move="answered")
        rows.append({"label": _("答复"), "value": f"{one.answered_on.isoformat()} {how}", "wide": True})
    if one.note and not hasattr(one, "imported"):
        rows.append({"label": _("备注"), "value": one.note, "wide": True})
    return {
        "rows": [{"wide": False, "note": "", **row} for row in rows],
        "meeting": _meeting(one),
        "envelope_only": one.is_envelope,
        "answer_words": _answer_words(one),
        "classified_words": _classified_words(case),
    }


def _of_the_old_book(one: IncomingDocument) -> list[dict]:
    """Every cell of the row, in the old register's own words, and whose import it came with."""
    row = one.imported
    where = f"{row.sheet} " if row.sheet else ""
    rows: list[dict] = [{"label": head, "value": words, "wide": len(words) > 20} for head, words in row.written]
    came = _("%(file)s %(where)s第 %(row)d 行，%(who)s %(when)s 导入") % {
        "file": row.batch.file_name, "where": where, "row": row.row, "who": row.batch.by.name,
        "when": showing.moment(row.batch.at),
    }  # fmt: skip
    return [*rows, {"label": _("来自"), "value": came, "wide": True}]


def _treated(one: IncomingDocument) -> str:
    if one.purpose == IncomingDocument.Purpose.READING and paths.became_handling(one.case):
        return _("已转为办件")
    return str(one.addressee or "")


def _meeting(one: IncomingDocument) -> dict | None:
    if not hasattr(one, "meeting"):
        return None
    meeting = one.meeting
    return {
        "at": showing.moment(meeting.starts_at),
        "place": meeting.place,
        "rank": meeting.rank_wanted,
        "answer_by": showing.moment(meeting.answer_by),
        **_who_goes(one.case_id, meeting),
    }


def beside(case: Case) -> dict[int, str]:
    """The unit, the helpers and the date that a proposal or an instruction named beside its words, and what a
    correction of the entry has changed."""
    return {**paths.named_words(case), **versions.beside(case)}


def _who_goes(case_id: int, meeting: MeetingNotice) -> dict[str, str]:
    """In the office's order; whoever excused himself when last asked is not among those who go."""
    people = list(meeting.attendees.all())
    excused = paths.excused(case_id)
    known = access.identities(people, on=timezone.localdate())
    people.sort(key=lambda person: min((seat.rank for seat in known[person.pk].seats if seat.rank), default=999))
    return {
        "goes": "、".join(person.name for person in people if person.pk not in excused),
        "stays": "、".join(person.name for person in people if person.pk in excused),
    }


def _classified_words(case: Case) -> str:
    if case.secrecy < FIRST_STATE_SECRET:
        return ""
    words = _("涉密件由专人办理、按时清退（R-IN-27）；印制的校样、底版当即销毁（R-SEC-09）。")
    if wordless(case):
        words = _("涉密文件：本系统只登编号、来文单位、密级和期限，内容只在纸上（R-SEC-03）。") + words
    return words


def _answer_words(one: IncomingDocument) -> str:
    if not one.answer_wanted or one.answered_on:
        return ""
    if one.answer_by:
        return _("来文要求 %(day)s 前答复") % {"day": one.answer_by.isoformat()}
    return _("来文要求答复")


# --- What the moves ask for ---

NAMES_A_UNIT = {"propose": {"submit"}, "instruct": {"instruct"}}


def fields(turn: Turn, move: procedures.Move, candidates: Candidates) -> dict[str, forms.Field]:
    """Beside the words: the unit that handles it, who helps, and by when (R-IN-10, R-IN-11)."""
    case = turn.case
    found: dict[str, forms.Field] = {}
    if (
        move.code in NAMES_A_UNIT.get(turn.step, ())
        and not move.others
        and not case.procedure.endswith(".meeting")
    ):
        named = paths.named_in_force(case)
        units = candidates.departments()
        found["lead"] = HolderField(
            choices=units,
            label=_("承办（牵头）"),
            required=False,
            initial=key_of(named.lead) if named else "",
        )
        found["assisting"] = HoldersField(
            choices=units,
            label=_("协办"),
            required=False,
            initial=[key_of(post) for post in named.assisting.all()] if named else [],
        )
        hint = gettext_lazy("写明部门和期限的，领导圈阅即为同意") if turn.step == "propose" else ""
        found["due_on"] = DateField(label=gettext_lazy("办结期限"), required=False, help_text=hint)
    elif move.to == "handle" and turn.step in NAMES_A_UNIT:
        # Whom the paper goes to is asked already.
        found["due_on"] = DateField(label=gettext_lazy("办结期限"), required=False)
    if case.procedure.endswith(".meeting") and move.code == "attend":
        found["attendees"] = HoldersField(choices=candidates.everybody(), label=_("谁去参加"), required=False)
    if move.code == "answered":
        found["answered_on"] = DateField(
            label=gettext_lazy("答复日期"),
            lean="past",
            required=False,
            initial=timezone.localdate().isoformat(),
        )
    return found


def suggested(turn: Turn, move: procedures.Move) -> list[User | Post]:
    """Whom the form has ticked already: the named unit, the next leader, the leader in charge, who attends."""
    case = turn.case
    if move.code == "hand_over" or move.to == "handle" and turn.step in NAMES_A_UNIT:
        named = paths.named_in_force(case)
        return [named.lead, *named.assisting.all()] if named else []
    if move.code == "present":
        row = (
            case.planned.filter(step="instruct", turn__isnull=True, dropped_at__isnull=True)
            .select_related("holder", "post")
            .first()
        )
        return [row.hands] if row else []
    if move.code == "notify":
        if not paths.is_meeting(case):
            return []
        asked = set(case.turns.filter(step="attend").exclude(ended_how="recalled").values_list("holder", flat=True))
        return [one for one in paths.document(case).meeting.attendees.all() if one.pk not in asked]
    if move.code == "deliver":
        addressee = paths.document(case).addressee
        return [addressee] if addressee else []
    if move.code == "again":
        last = (
            case.turns.filter(step="handle", side=False)
            .select_related("holder", "post")
            .order_by("-pk")
            .first()
        )
        return [last.post or last.holder] if last else []
    return []


def entry_url(series: Series, number: int) -> str:
    """The entry page for a paper written into a sheet with this number while nothing worked."""
    return f"{reverse('incoming_new')}?{urlencode({'book': series.name, 'reserved': number})}"


def slip_url(case: Case) -> str:
    return reverse("incoming_slip", args=[case.public_id])


def slip_forms(case: Case) -> list[tuple[str, str]]:
    """R-IN-23: the forms a paper may be asked for on beside the one that fits it; none for letters and notices."""
    one = paths.document(case)
    if one.is_envelope or hasattr(one, "meeting"):
        return []
    names = {
        sheets.Form.HANDLING: _("文件处理单"),
        sheets.Form.APPROVAL: _("报批文件单"),
        sheets.Form.READING: _("送阅文件单"),
    }
    fitting = sheets.fitting_form(one)
    return [
        (names[form], f"{slip_url(case)}?form={code}") for code, form in sheets.FORMS.items() if form != fitting
    ]


def label_url(case: Case) -> str:
    return reverse("incoming_label", args=[case.public_id])


def circulation_url(case: Case) -> str:
    """A paper nobody reads has no list of readers to print."""
    waiting = case.planned.filter(step="read", turn__isnull=True, dropped_at__isnull=True)
    if not case.turns.filter(step="read").exists() and not waiting.exists():
        return ""
    return reverse("incoming_circulation", args=[case.public_id])


def edit_url(case: Case) -> str:
    return reverse("incoming_edit", args=[case.public_id]) if case.outcome != "void" else ""


def numbered(cases: QuerySet, words: Sequence[str]) -> QuerySet:
    """What stands on the outside of a state secret: its number, whose it is, which copy."""
    columns = ("number", "sender__name", "sender__short_name", "copy_number")
    found = cases.alias(outside=searching.plain(*(f"incomingdocument__{column}" for column in columns)))
    for word in words:
        found = found.filter(outside__contains=word)
    return found


SUBJECT = subjects.Subject(
    code="documents",
    label=gettext_lazy("收文"),
    summaries=summaries,
    named=paths.whom_it_names,
    aids=composing.aids,
    aids_template="documents/_aids.html",
    facts=facts,
    facts_template="documents/incoming_detail_facts.html",
    beside=beside,
    fields=fields,
    suggested=suggested,
    edit_url=edit_url,
    slip_url=slip_url,
    desk_slip=sheets.desk_slip,
    slip_forms=slip_forms,
    label_url=label_url,
    circulation_url=circulation_url,
    numbered=numbered,
    entry_url=entry_url,
    may_register=lambda user: access.identity(user).holds("clerk"),
)
