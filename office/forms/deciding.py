"""The form of a decision: one opinion, and beside it what each move of this turn asks for."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, acting, clock, procedures, shorthand, subjects, timing
from office.acting.door import wordless
from office.acting.labels import LABELS
from office.models.cases import Turn
from office.models.clocks import Clock
from office.models.people import User

from .people import Candidates, HolderField, HoldersField, key_of

COMMON = (
    "give_back",
    "reassign",
    "delegate",
    "add_before",
    "add_after",
    "return",
    "return_straight",
    "progress",
    "extend",
    "pause",
    "resume",
    "skip",
    "claim",
    "release",
)


@dataclass
class Offer:
    """One move as the page shows it."""

    code: str
    label: str
    primary: bool = False
    danger: bool = False
    needs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sentence: str = ""
    declared: procedures.Move | None = None


class DateField(forms.CharField):
    """A date as clerks type it (1122, 11.22, 明天); cleans to a date. `lean` says which year is meant."""

    def __init__(self, *, lean: Literal["past", "future"] = "future", **kwargs) -> None:
        self.lean = lean
        super().__init__(max_length=30, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "inputmode": "text"})

    def prepare_value(self, value):
        return value.isoformat() if hasattr(value, "isoformat") else value

    def clean(self, value):
        text = super().clean(value)
        try:
            return shorthand.read_date(text, today=timezone.localdate(), lean=self.lean)
        except shorthand.Unreadable as error:
            raise forms.ValidationError(str(error)) from None


class DecisionForm(forms.Form):
    """Fields carry the code of their move (`submit-names`), so that one form serves them all."""

    content_hash = forms.CharField(widget=forms.HiddenInput, required=False)
    opinion = forms.CharField(
        label=gettext_lazy("意见"), required=False, max_length=5000, widget=forms.Textarea, strip=True
    )

    def __init__(self, *args, turn: Turn, user: User, recording: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.turn, self.user, self.case = turn, user, turn.case
        self.procedure = procedures.get(self.case.procedure)
        self.step = self.procedure.step(turn.step)
        self.subject = subjects.get(self.case.procedure)
        # R-SEC-03: the page asks for no words about a state secret; sent all the same, the door refuses them.
        self.wordless = wordless(self.case)
        self.candidates = Candidates()
        self.initial.setdefault("content_hash", self.case.content_hash)
        self.moves = (
            []
            if turn.back_to_id
            else [self._declared(move) for move in self.step.moves if move.offered(self.case)]
        )
        if turn.back_to is not None:
            self.moves = [
                offer
                for move in self.step.moves
                if move.stays and move.offered(self.case)
                for offer in [self._declared(move)]
            ]
            back = turn.back_to.hands
            self.moves.insert(
                0, Offer("give_back", _("送回 %(who)s") % {"who": back}, primary=True, needs=("opinion",))
            )
        self.common = [] if recording else [offer for code in COMMON if (offer := self._common(code))]
        if self.moves and not any(offer.primary for offer in self.moves):
            self.moves[0].primary = True

    def see_again(self) -> None:
        """After a refusal because the entry had changed: the page shows what it says now, and what is sent from it
        is decided about that."""
        data = cast(QueryDict, self.data).copy()
        data["content_hash"] = self.case.content_hash
        self.data = data

    @property
    def takes_words(self) -> bool:
        """Whether anything that can be done here keeps an opinion: else there is no box for one."""
        return any("opinion" in offer.needs for offer in [*self.moves, *self.common])

    # --- What the page offers ---

    def _declared(self, move: procedures.Move) -> Offer:
        names: list[str] = []
        target = move.plans or move.to or move.side
        if move.names and target:
            names += self._name_fields(move, self.procedure.step(target))
        if self.subject is not None and self.subject.fields is not None:
            for name, field in self.subject.fields(self.turn, move, self.candidates).items():
                self.fields[f"{move.code}-{name}"] = field
                names.append(f"{move.code}-{name}")
        needs = ("opinion",) if move.opinion else ()
        return Offer(
            move.code,
            str(move.label),
            primary=move.primary,
            needs=needs,
            names=tuple(names),
            danger=move.close in ("refused", "void"),
            sentence=self._preview(move),
            declared=move,
        )

    def _default_readers(self, step: procedures.Step) -> list[str]:
        """Whom this office usually lets read (默认阅件人), as its administrator has set it."""
        if not step.reading:
            return []
        case = self.turn.case
        setting = timing.step_setting(case.procedure, step.code, at=case.opened_at)
        return [f"u{key}" for key in setting.readers] if setting else []

    def _name_fields(self, move: procedures.Move, step: procedures.Step) -> list[str]:
        choices = self.candidates.of(step)
        if move.side or move.plans:
            # Nobody asks himself beside his own work, nor his own chair.
            mine = {key_of(self.user), key_of(self.turn.hands)}
            choices = [one for one in choices if one[0] not in mine]
        suggested = self.subject.suggested(self.turn, move) if self.subject and self.subject.suggested else []
        keys = [key_of(one) for one in suggested if one is not None] or self._default_readers(step)
        if move.others:
            lead, others = f"{move.code}-lead", f"{move.code}-others"
            self.fields[lead] = HolderField(
                choices=choices, label=_("主办"), required=False, initial=keys[0] if keys else ""
            )
            self.fields[others] = HoldersField(
                choices=choices, label=_("协办"), required=False, initial=keys[1:]
            )
            return [lead, others]
        name = f"{move.code}-names"
        if move.names == "one":
            self.fields[name] = HolderField(
                choices=choices, label=_("送给"), required=False, initial=keys[0] if keys else ""
            )
            return [name]
        self.fields[name] = HoldersField(
            choices=choices, label=_("送给（按名单顺序）"), required=False, initial=keys
        )
        if move.side:
            order = f"{move.code}-in_order"
            self.fields[order] = forms.BooleanField(
                label=_("一份原件逐人传阅（不选则同时发复印件）"), required=False
            )
            return [name, order]
        return [name]

    def _preview(self, move: procedures.Move) -> str:
        """将送：王主任 — who gets it, before it is sent."""
        if move.returns:
            return _("退回送出的人。")
        if move.close:
            return _("这件事就此办结。")
        if move.to and not move.names:
            step = timing.walked(self.procedure, self.procedure.step(move.to), case=self.case)
            post = timing.post_of(self.procedure, step, case=self.case, at=timezone.now())
            return _("将送：%(post)s（%(step)s）") % {"post": post, "step": step.label} if post else ""
        return ""

    def _common(self, code: str) -> Offer | None:
        if code in self.step.forbids or not self._applies(code):
            return None
        label, names, needs = _(LABELS[code]), [], []
        if code in ("reassign", "delegate", "add_before", "add_after"):
            if not self._others(code):
                return None
            self.fields[f"{code}-to"] = HolderField(
                choices=self._others(code), label=_("送给"), required=False
            )
            names.append(f"{code}-to")
            needs = ["opinion"]
        elif code in ("return", "return_straight"):
            if not self.earlier:
                return None
            self.fields[f"{code}-target"] = forms.ChoiceField(
                choices=self.earlier, label=_("退到"), required=False
            )
            self._reason(code)
            names += [f"{code}-target", f"{code}-reason"]
        elif code == "extend":
            self.fields["extend-until"] = DateField(label=_("延到"), required=False)
            self._reason(code)
            names += ["extend-until", "extend-reason"]
        elif code in ("pause", "skip"):
            self._reason(code)
            names.append(f"{code}-reason")
            if code == "skip" and self.step.forward and not self._skips_to_a_post():
                forward = self.procedure.step(self.step.forward.to)
                self.fields["skip-to"] = HolderField(
                    choices=self.candidates.of(forward), label=_("送给"), required=False
                )
                names.append("skip-to")
        elif code == "progress":
            needs = ["opinion"]
        return Offer(
            code, label, names=tuple(names), needs=tuple(needs), danger=code in ("return", "return_straight")
        )

    def _reason(self, code: str) -> None:
        field = forms.CharField(label=_("理由"), required=False, max_length=500)
        if self.wordless:
            field.help_text = _("涉密文件的理由只写在纸上，这里空着（R-SEC-03）")
        self.fields[f"{code}-reason"] = field

    def _applies(self, code: str) -> bool:
        turn = self.turn
        if code == "give_back":
            return False
        if code in ("delegate", "add_before", "add_after", "return", "return_straight", "skip"):
            if turn.side:
                return False
            if code == "return" and turn.back_to_id:
                return False
            if code == "skip":
                forward = self.step.forward
                return bool(self.step.optional and forward and forward.to and not turn.back_to_id)
            return True
        if code == "claim":
            return turn.holder_id is None
        if code == "release":
            return turn.holder_id is not None and turn.post_id is not None
        clocks = self.running_clocks
        if code == "extend":
            return bool(clocks)
        if code == "pause":
            return any(one.why.get("pausable") and not self._paused(one) for one in clocks)
        if code == "resume":
            return any(self._paused(one) for one in clocks)
        return True

    @cached_property
    def earlier(self) -> list[tuple[str, str]]:
        """Where it can be returned to, as choices."""
        return [
            (str(turn.pk), f"{self.procedure.step(turn.step).label} {turn.hands}")
            for turn in acting.earlier(self.case)
        ]

    @cached_property
    def running_clocks(self) -> list[Clock]:
        running = self.turn.clocks.filter(met_at__isnull=True, stopped_at__isnull=True)
        return list(running.prefetch_related("pauses"))

    @staticmethod
    def _paused(one) -> bool:
        return any(pause.to_at is None for pause in one.pauses.all())

    def _skips_to_a_post(self) -> bool:
        return bool(self.step.forward and self.procedure.step(self.step.forward.to).post)

    def _others(self, code: str) -> list[tuple[str, str]]:
        choices = self.candidates.everybody()
        if code in ("reassign", "add_after") and self.step.whom == "leaders":
            choices = self.candidates.leaders()
        if self.turn.side and code == "reassign":
            if self.turn.holder is not None and access.identity(self.turn.holder).ranked:
                return []
            unit = self.turn.post.department_id if self.turn.post else self.user.department_id
            mine = {key_of(person) for person in self.candidates.people if person.department_id == unit}
            choices = [choice for choice in choices if choice[0] in mine]
        me = key_of(self.turn.holder or self.user)
        return [choice for choice in choices if choice[0] != me]

    def offer(self, code: str) -> Offer | None:
        return next((one for one in [*self.moves, *self.common] if one.code == code), None)

    # --- What was asked for ---

    def clean(self):
        """Only what belongs to the move is asked: what is folded away beside another one stops nobody."""
        data = super().clean() or {}
        chosen = self.offer(self.data.get("move", ""))
        other = {name for one in [*self.moves, *self.common] for name in one.names}
        for name in other.difference(chosen.names if chosen else ()):
            self.errors.pop(name, None)
        reason = f"{chosen.code}-reason" if chosen else ""
        wordless = chosen is not None and chosen.declared is None and "opinion" not in chosen.needs
        if chosen and wordless and data.get("opinion") and (reason not in self.fields or data.get(reason)):
            # What asks for a reason keeps that only, and claiming keeps nothing: words beside it would be lost.
            words = _("意见框里还有字，不会随“%(move)s”留下。请并入原因，或者清空意见再办。")
            self.add_error("opinion", words % {"move": chosen.label})
        return data

    def make(self, code: str, *, at: datetime | None = None, recorded: dict[str, Any] | None = None) -> Any:
        """Do it. Raises acting.Refused with a sentence; the form keeps every word."""
        offer = self.offer(code)
        if offer is None:
            raise acting.Refused(_("请选一个办法。"))
        words = self.cleaned_data
        shared = {
            "actor": self.user,
            "at": at,
            "content_hash": words.get("content_hash") or None,
            "opinion": words.get("opinion", ""),
        }
        if recorded:
            shared |= recorded
        if offer.declared is not None:
            return self._make_declared(offer, offer.declared, shared)
        return getattr(self, f"_do_{code}")(shared)

    def _make_declared(self, offer: Offer, declared: procedures.Move, shared: dict) -> Any:
        values, names = {}, []
        prefix = f"{offer.code}-"
        for name in offer.names:
            value = self.cleaned_data.get(name)
            short = name[len(prefix) :]
            if short == "names":
                names = value if isinstance(value, list) else [value] if value else []
            elif short == "lead" and declared.others:
                names = [value] if value else []
            elif short == "others" and declared.others:
                names = [*names, *[one for one in value or [] if one not in names]]
            else:
                values[short] = value
        if declared.others and names == [] and self.cleaned_data.get(f"{prefix}others"):
            raise acting.Refused(_("请先定主办，再定协办（R-IN-11）。"), field=f"{prefix}lead")
        return acting.act(self.turn, offer.code, names=names, values=values, **shared)

    def _to(self, code: str):
        to = self.cleaned_data.get(f"{code}-to")
        if to is None:
            raise acting.Refused(_("请选定送给谁。"), field=f"{code}-to")
        return to

    def _do_give_back(self, shared):
        return acting.give_back(self.turn, **shared)

    def _do_reassign(self, shared):
        return acting.reassign(self.turn, to=self._to("reassign"), **shared)

    def _do_delegate(self, shared):
        return acting.delegate(self.turn, to=self._to("delegate"), **shared)

    def _do_add_before(self, shared):
        return acting.add_signer(self.turn, to=self._to("add_before"), before=True, **shared)

    def _do_add_after(self, shared):
        return acting.add_signer(self.turn, to=self._to("add_after"), before=False, **shared)

    def _do_return(self, shared):
        return self._return("return", shared, straight=False)

    def _do_return_straight(self, shared):
        return self._return("return_straight", shared, straight=True)

    def _return(self, code: str, shared, *, straight: bool):
        key = self.cleaned_data.get(f"{code}-target") or "0"
        target = Turn.objects.filter(pk=int(key), case=self.case).first()
        if target is None:
            raise acting.Refused(_("请选定退到哪一步。"), field=f"{code}-target")
        reason = self.cleaned_data.get(f"{code}-reason") or shared["opinion"]
        return acting.return_to(
            self.turn,
            target=target,
            reason=reason,
            straight=straight,
            actor=shared["actor"],
            at=shared["at"],
            content_hash=shared["content_hash"],
        )

    def _do_progress(self, shared):
        return acting.progress(self.turn, actor=shared["actor"], opinion=shared["opinion"], at=shared["at"])

    def _do_extend(self, shared):
        day = self.cleaned_data.get("extend-until")
        if day is None:
            raise acting.Refused(_("请写明延到哪一天。"), field="extend-until")
        until = datetime.combine(day, timing.office_hours().closing, tzinfo=clock.TIME_ZONE)
        return acting.extend(
            self.running_clocks[0],
            until=until,
            actor=shared["actor"],
            at=shared["at"],
            reason=self.cleaned_data.get("extend-reason", ""),
        )

    def _do_pause(self, shared):
        one = next(one for one in self.running_clocks if one.why.get("pausable"))
        return acting.pause(
            one, actor=shared["actor"], basis=self.cleaned_data.get("pause-reason", ""), at=shared["at"]
        )

    def _do_resume(self, shared):
        one = next(one for one in self.running_clocks if self._paused(one))
        return acting.resume(one, actor=shared["actor"], at=shared["at"])

    def _do_skip(self, shared):
        return acting.skip(
            self.turn,
            actor=shared["actor"],
            reason=self.cleaned_data.get("skip-reason", ""),
            to=self.cleaned_data.get("skip-to"),
            at=shared["at"],
        )

    def _do_claim(self, shared):
        return acting.claim(self.turn, actor=shared["actor"], at=shared["at"])

    def _do_release(self, shared):
        return acting.release(self.turn, actor=shared["actor"], at=shared["at"])
