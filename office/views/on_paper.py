"""呈批夹: what goes to leaders who write on paper, what is out and since when, and what came back to be entered."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from office import acting, jobs, showing, subjects
from office.files import NotShown, Unfit, apart, page_picture, pictures
from office.files.views import mark_of
from office.forms.on_paper import ConfirmForm, StackForm
from office.models.on_paper import Folder, Scan, ScannedPages, SheetOut
from office.models.people import PostHolding, User
from office.on_paper import desk, scans
from office.views.asked import Asked
from office.views.looking import note_listed, note_look

WIDTH = 900


def _only_at_a_hub(request: Asked) -> None:
    if not desk.hubs_of(request.user):
        raise Http404


def _days(since: datetime, now: datetime) -> int:
    return (timezone.localdate(now) - timezone.localdate(since)).days


@require_GET
def on_paper(request: Asked) -> HttpResponse:
    _only_at_a_hub(request)
    return TemplateResponse(request, "office/on_paper.html", _page(request))


def _page(request: Asked, *, form: StackForm | None = None) -> dict:
    clerk, now = request.user, timezone.now()
    waiting, out = desk.waiting(clerk), desk.out(clerk)
    ready = desk.to_enter(clerk)
    cases = [one.turn.case for one in waiting] + [one.turn.case for one in out]
    note_listed(request, cases, at=gettext_noop("呈批夹"))
    words = subjects.summaries(cases)
    folders = Folder.objects.filter(sheets__in=out).distinct().select_related("made_by")
    return {
        "leaders": [_leader(one, now=now) for one in _ranked()],
        "groups": _groups(waiting, words=words, now=now),
        "out": [_out(one, now=now) for one in out],
        "folders": [
            {
                "who": one.made_by.name,
                "when": showing.moment(one.made_at),
                "url": reverse("folder", args=[one.public_id]),
            }
            for one in folders
        ],
        "ready": len(ready),
        "unplaced": [_unplaced(one) for one in scans.waiting_to_be_placed(clerk)],
        "sheets": [{"key": one.pk, "words": f"{one.turn.case} {one.leader}"} for one in out],
        "stacks": [
            {"name": one.name, "pages": one.pages, "when": showing.moment(one.at), "key": one.pk}
            for one in Scan.objects.filter(by=clerk, content__isnull=False).defer("content")
        ],
        "form": form or StackForm(),
    }


def _ranked() -> list[User]:
    """Whose way of writing is asked about: leaders, and whoever writes on paper besides."""
    seated = PostHolding.objects.current(timezone.localdate()).filter(post__rank__isnull=False, post__retired=False)
    people = User.objects.filter(is_active=True, pk__in=seated.values("person")) | User.objects.filter(
        is_active=True, writes_on_paper=True
    )
    return desk.in_ranking_order(list(people.distinct()))


def _leader(one: User, *, now: datetime) -> dict:
    return {"key": one.pk, "name": one.name, "title": one.title, "on_paper": one.writes_on_paper}


def _groups(waiting: list[desk.Waiting], *, words: dict, now: datetime) -> list[dict]:
    groups: dict[int, dict] = {}
    for one in waiting:
        group = groups.setdefault(one.leader.pk, {"who": one.leader.name, "title": one.leader.title, "rows": []})
        case, said = one.turn.case, words[one.turn.case_id]
        group["rows"].append({
            "key": one.key,
            "ticked": one.out is None,
            "reference": str(case),
            "title": showing.title_of(case),
            "url": reverse("case", args=[case.public_id]),
            **showing.chips(case, called=said.urgency),
            "second_line": said.line,
            "wanted": _("补签口头指示") if one.said else showing.step_label(case.procedure, one.turn.step),
            "waits": _waits(one, now=now),
            "out_since": showing.short_moment(one.out.folder.made_at) if one.out else "",
            "record_url": "" if one.said else reverse("record", args=[one.turn.pk]),
        })  # fmt: skip
    return list(groups.values())


def _waits(one: desk.Waiting, *, now: datetime) -> str:
    if one.said is None:
        return showing.days_with_leader(one.turn.issued_at, now=now)
    days = _days(one.said.happened_at, now)
    return ngettext("%(n)d 天前说的", "%(n)d 天前说的", days) % {"n": days} if days else _("今天说的")


def _out(one: SheetOut, *, now: datetime) -> dict:
    case = one.turn.case
    over = one.turn.ended_at is not None and one.said is None
    scanned = bool(one.scans.all())
    if over:
        state = _("已在别处办理，请收回纸件")
    elif scanned:
        state = _("已扫描，等照录")
    else:
        state = _("在领导处")
    return {
        "key": one.pk,
        "code": one.code,
        "reference": str(case),
        "title": showing.title_of(case),
        "url": reverse("case", args=[case.public_id]),
        "leader": one.leader.name,
        "since": showing.short_moment(one.folder.made_at),
        "days": _days(one.folder.made_at, now),
        "state": state,
        "over": over,
        "scanned": scanned,
        "wanted": _("补签口头指示") if one.said else "",
        "parts": [{"key": part.pk, "first": part.first, "count": part.count} for part in one.scans.all()],
    }


def _unplaced(one: ScannedPages) -> dict:
    last = one.first + one.count - 1
    return {
        "key": one.pk,
        "stack": one.scan.name,
        "pages": str(one.first) if one.count == 1 else f"{one.first}–{last}",
        "why": str(scans.WHY.get(one.why, "")),
        "picture": f"{reverse('scanned_page', args=[one.pk, 1])}?width={WIDTH}",
    }


# --- The folder ---


@require_POST
def on_paper_print(request: Asked) -> HttpResponse:
    """What was ticked, as one folder: written down now, made by the worker."""
    _only_at_a_hub(request)
    ticked = set(request.POST.getlist("paper"))
    chosen = [one for one in desk.waiting(request.user) if one.key in ticked]
    if len(chosen) < len(ticked):
        messages.info(request, _("有 %(n)d 件已经不在领导手里，没有打印。") % {"n": len(ticked) - len(chosen)})
    try:
        folder = desk.make_folder(chosen, by=request.user, at=timezone.now())
    except acting.Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("on_paper")
    return _printed(request, folder)


@require_POST
def folder(request: Asked, public_id: str) -> HttpResponse:
    """Print a folder again: the printer had no paper."""
    _only_at_a_hub(request)
    found = get_object_or_404(Folder.objects.filter(sheets__in=desk.out(request.user)).distinct(), public_id=public_id)
    return _printed(request, found)


def _printed(request: Asked, folder: Folder) -> HttpResponse:
    job = jobs.ask(
        "folder",
        title=_("呈批夹 %(when)s") % {"when": showing.moment(folder.made_at).replace(":", "")},
        actor=request.user,
        arguments={"folder": folder.pk},
    )
    return redirect("job", job.public_id)


@require_POST
def sheet_back(request: Asked, key: int) -> HttpResponse:
    """The sheet is on the clerk's desk again and nothing is entered from it."""
    sheet = desk.sheet_of(request.user, key)
    if sheet is None:
        raise Http404
    desk.taken_back(sheet, at=timezone.now())
    messages.success(request, _("%(number)s 的纸件已收回。") % {"number": sheet.turn.case})
    return redirect("on_paper")


@require_POST
def paper_mode(request: Asked, key: int) -> HttpResponse:
    """Whether a leader writes on paper: the clerk's or his own choice; kept in the account's history."""
    _only_at_a_hub(request)
    person = get_object_or_404(User, pk=key, is_active=True)
    if person not in _ranked():
        raise Http404
    person.writes_on_paper = request.POST.get("on") == "1"
    person.save(update_fields=["writes_on_paper"])
    words = _("%(who)s在纸上批示，以后列进呈批夹。") if person.writes_on_paper else _("%(who)s在系统里批示。")
    messages.success(request, words % {"who": person})
    return redirect("on_paper")


# --- What came back ---


@require_POST
def on_paper_scan(request: Asked) -> HttpResponse:
    """The signed stack as one PDF."""
    _only_at_a_hub(request)
    form = StackForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            stack = scans.bring(form.cleaned_data["stack"], by=request.user, at=timezone.now())
        except Unfit as unfit:
            form.add_error("stack", str(unfit))
        else:
            job = jobs.ask(
                "scan", title=_("识别扫描件 %(name)s") % {"name": stack.name}, actor=request.user,
                arguments={"scan": stack.pk},
            )
            return redirect("job", job.public_id)
    return TemplateResponse(request, "office/on_paper.html", _page(request, form=form), status=422)


@require_POST
def scan_drop(request: Asked, key: int) -> HttpResponse:
    """A stack that could not be taken apart is thrown away; the paper is scanned again."""
    _only_at_a_hub(request)
    Scan.objects.filter(pk=key, by=request.user).update(content=None)
    messages.success(request, _("扫描件已删除，请重新扫描。"))
    return redirect("on_paper")


@require_GET
def scanned_page(request: Asked, key: int, page: int) -> HttpResponse:
    """A page of a scan: of a sheet for whoever runs its paper, of what waits for a place for who scanned it."""
    asked = request.GET.get("width", "")
    width = int(asked) if asked.isdecimal() and len(asked) < 5 else WIDTH
    part = get_object_or_404(ScannedPages.objects.select_related("sheet__turn__case", "stored"), pk=key)
    if width not in pictures.WIDTHS or not _may_look(request, part):
        raise Http404
    status = 200
    try:
        if part.stored is not None:
            guarded = part.sheet is not None and part.sheet.turn.case.guarded
            mark = mark_of(request.user, at=timezone.now()) if guarded else ""
            picture = page_picture(part.stored, page=page, width=width, mark=mark)
        else:
            picture = scans.page_picture(part, page=page, width=width)
    except LookupError:
        raise Http404 from None
    except (NotShown, apart.Failed):
        picture, status = pictures.notice(_("这一页显示不出来，请下载后查看。"), width=width), 422
    answer = HttpResponse(picture, content_type="image/jpeg", status=status)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _may_look(request: Asked, part: ScannedPages) -> bool:
    if part.sheet is None:
        return part.scan.by_id == request.user.pk
    if not desk.runs(request.user, part.sheet):
        return False
    note_look(request, part.sheet.turn.case, at=gettext_noop("纸质批示扫描件"))
    return True


@require_POST
def scanned_place(request: Asked, key: int) -> HttpResponse:
    """Pages whose code could not be read: onto a sheet that is out, or away; and off a sheet they do not belong to."""
    _only_at_a_hub(request)
    part = get_object_or_404(ScannedPages.objects.select_related("sheet", "stored", "scan"), pk=key)
    if part.sheet is not None:
        if part.sheet.ended_at is not None or not desk.runs(request.user, part.sheet):
            raise Http404
        scans.take_off(part)
        messages.success(request, _("已移开，请归到对的那一件。"))
        return redirect("on_paper")
    if part.scan.by_id != request.user.pk:
        raise Http404
    if "drop" in request.POST:
        scans.drop(part)
        messages.success(request, _("这几页已删除。"))
        return redirect("on_paper")
    chosen = request.POST.get("sheet", "")
    sheet = desk.sheet_of(request.user, int(chosen)) if chosen.isdecimal() else None
    if sheet is None:
        messages.error(request, _("请选定这几页是哪一件的。"))
    else:
        scans.place(part, sheet=sheet)
        messages.success(request, _("已归到 %(number)s。") % {"number": sheet.turn.case})
    return redirect("on_paper")


@require_GET
def on_paper_next(request: Asked) -> HttpResponse:
    """The next sheet that came back, one after the other until all are entered."""
    _only_at_a_hub(request)
    ready = desk.to_enter(request.user)
    if not ready:
        messages.success(request, _("收回的都照录完了。"))
        return redirect("on_paper")
    first = ready[0]
    return redirect("sheet_confirm", first.pk) if first.said_id else redirect("record", first.turn_id)


@require_http_methods(["GET", "POST"])
def sheet_confirm(request: Asked, key: int) -> HttpResponse:
    """口头指示补签: what a leader said and has now signed for, beside the picture of his signature."""
    sheet = desk.sheet_of(request.user, key)
    if sheet is None or sheet.said is None or not sheet.scans.exists():
        raise Http404
    note_look(request, sheet.turn.case, at=gettext_noop("口头指示补签"))
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            desk.confirm(sheet, on=form.cleaned_data["signed_on"], by=request.user, at=timezone.now())
        except acting.Refused as refused:
            form.add_error("signed_on" if refused.field == "happened_at" else None, refused.sentence)
        else:
            messages.success(request, _("%(who)s已签字确认。") % {"who": sheet.leader})
            return redirect("on_paper_next")
    said, case = sheet.said, sheet.turn.case
    latest = said.corrections.filter(move="correct").order_by("-number").first() or said
    return TemplateResponse(
        request,
        "office/sheet_confirm.html",
        {
            "sheet": {
                "reference": str(case), "title": showing.title_of(case), "words": latest.opinion or said.label,
                "recorded": showing.recorded_words(said), "leader": sheet.leader.name,
                "case_url": reverse("case", args=[case.public_id]),
            },
            "files": [files_of(sheet)], "file_count": 1, "paper_words": "", "form": form,
        },
        status=422 if form.is_bound else 200,
    )  # fmt: skip


def files_of(sheet: SheetOut) -> dict:
    """The scanned pages of a sheet as office/_paper.html shows a file."""
    parts = list(sheet.scans.order_by("scan_id", "first"))
    shown = [(part, page) for part in parts for page in range(1, part.count + 1)]
    return {
        "name": _("纸质批示 %(number)s %(who)s") % {"number": sheet.turn.case, "who": sheet.leader},
        "kind": _("纸质批示扫描件"),
        "page_count": len(shown),
        "left_out": 0,
        "pages": [
            {
                "url": f"{reverse('scanned_page', args=[part.pk, page])}?width={WIDTH}",
                "alt": _("扫描件第 %(n)d 页") % {"n": number},
            }
            for number, (part, page) in enumerate(shown, start=1)
        ],
        "download_url": "",
        "previewable": True,
        "size_words": "",
        "view_url": "",
    }
