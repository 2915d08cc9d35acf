"""Forms of the administrators: accounts, departments, posts, and who sits in them."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import procedures, subjects
from office.forms.typed import choosing, picking
from office.models.cases import Turn
from office.models.handovers import HandoverItem
from office.models.people import Department, Kind, Post, PostHolding, User
from office.shorthand import initials

from .deciding import DateField

USERNAME = re.compile(r"^[\w.@+-]{2,60}$")
# Letters of any script, with what stands between the parts of a name: 买买提·艾力, O'Brien, two of one name by number.
NAME = re.compile(r"^[\w·•・.'’（）() -]{1,60}$")


class PersonForm(forms.ModelForm):
    """What the 系统管理员 writes about an account. Kind and login name are given once."""

    class Meta:
        model = User
        fields = ["username", "name", "initials", "kind", "department", "title", "phone", "email"]
        help_texts = {
            "username": gettext_lazy("字母、数字、点、横线，至少两个；以后不能改"),
            "initials": gettext_lazy("空着就按姓名自动生成"),
            "kind": gettext_lazy("以后不能改。同一个人可以另有一个管理员账户"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picking(self, "department").queryset = Department.objects.filter(
            Q(retired=False) | Q(pk=self.instance.department_id)
        )
        if self.instance.pk:
            self.fields["username"].disabled = self.fields["kind"].disabled = True

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        if not USERNAME.match(username):
            raise ValidationError(_("登录名只能用字母、数字、点、横线，至少两个字符。"))
        if User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("这个登录名已经有人用了。"))
        return username

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not NAME.match(name):
            raise ValidationError(_("姓名只能用汉字、字母、间隔号和空格：它要印在处理单上。"))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("initials") and cleaned.get("name"):
            cleaned["initials"] = initials(cleaned["name"])[:30]
        if cleaned.get("kind") != Kind.OFFICE and cleaned.get("department"):
            self.add_error("department", _("管理员账户不属于任何部门：用它不办公文。"))
        return cleaned


class ClearanceForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["clearance"]
        help_texts = {"clearance": gettext_lazy("高于这一级的文件，给了也看不到（R-SEC-07）")}


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "short_name", "parent", "head", "leader", "position", "retired"]
        error_messages = {"name": {"unique": gettext_lazy("已经有这个名称的部门。")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headed = self.instance.head if self.instance.pk else None
        picking(self, "parent").queryset = Department.objects.filter(retired=False).exclude(pk=self.instance.pk)
        posts = Post.objects.filter(retired=False).select_related("department")
        picking(self, "head").queryset = posts
        picking(self, "leader").queryset = posts.filter(rank__isnull=False)

    def clean_head(self) -> Post | None:
        """What is handed to a department is handed to its head, and printed with the department of his post."""
        head = self.cleaned_data["head"]
        if head is not None and head.department_id not in (None, self.instance.pk) and head != self.headed:
            words = _("“%(post)s”是%(department)s的岗位，请选本部门的岗位。")
            raise ValidationError(words % {"post": head.name, "department": head.department})
        return head

    def clean_parent(self) -> Department | None:
        parent = self.cleaned_data["parent"]
        above, seen = parent, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.instance.pk:
                raise ValidationError(_("上级部门不能是它自己的下级。"))
            seen.add(above.pk)
            above = above.parent
        return parent

    def clean_retired(self) -> bool:
        retired = self.cleaned_data["retired"]
        if retired and self.instance.pk and User.objects.filter(department=self.instance, is_active=True).exists():
            raise ValidationError(_("部门里还有人，请先改他们的部门。"))
        return retired


class PostForm(forms.ModelForm):
    """A chair. Its code is what procedures name, so it is given once."""

    sees = forms.MultipleChoiceField(
        label=gettext_lazy("按职责可见的业务"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("坐在这个岗位上就能看这些业务的全部文件，限知、密封和须回避的除外"),
    )

    class Meta:
        model = Post
        fields = ["code", "name", "department", "single", "rank", "sees", "retired"]
        help_texts = {
            "code": gettext_lazy("流程按它找岗位，如 clerk、office-director，科室负责人用 department-head；以后不能改"),
            "name": gettext_lazy("只写职务，如 负责人、股长；显示时前面会加上部门"),
            "rank": gettext_lazy("1 是主要领导；空着就不是有排名的领导"),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        # The form writes onto the instance before clean() is asked.
        self.saw, self.ranked = set(self.instance.sees or []), self.instance.rank
        functions = sorted({subjects.of(code) for code in procedures.REGISTRY})
        known = {*functions, *(self.instance.sees or [])}
        choosing(self, "sees").choices = [(one, subjects.label(one)) for one in sorted(known)]
        picking(self, "department").queryset = Department.objects.filter(
            Q(retired=False) | Q(pk=self.instance.department_id)
        )
        if self.instance.pk:
            self.fields["code"].disabled = self.fields["department"].disabled = True

    def clean_retired(self) -> bool:
        retired = self.cleaned_data["retired"]
        if retired and self.instance.pk:
            waiting = Turn.objects.open().filter(post=self.instance).count()
            if waiting:
                raise ValidationError(_("还有 %(n)d 件文件等这个岗位办理，办完才能撤销。") % {"n": waiting})
            if self.instance.holdings.lasting(timezone.localdate()).exists():
                raise ValidationError(_("还有人任这个岗位，请先结束任职。"))
        return retired

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        taken = Post.objects.filter(code=cleaned.get("code"), department=cleaned.get("department"))
        if cleaned.get("code") and taken.exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("这个部门已经有这个代码的岗位。"))
        rank = cleaned.get("rank")
        if rank is not None and Post.objects.filter(rank=rank).exclude(pk=self.instance.pk).exists():
            self.add_error("rank", _("这个排名已经有岗位了。"))
        wider = set(cleaned.get("sees") or []) - self.saw or (rank is not None and rank != self.ranked)
        if wider and self.instance.pk and self._sits_in_it_himself():
            self.add_error(None, _("您自己的另一个账户坐在这个岗位上（姓名相同），权限请另一位安全管理员来放宽。"))
        if cleaned.get("single") and self.instance.pk and _overlap(self.instance):
            self.add_error("single", _("现在不止一人在任，请先结束多余的任职。"))
        return cleaned

    def _sits_in_it_himself(self) -> bool:
        holdings = PostHolding.objects.current(timezone.localdate()).filter(post=self.instance)
        return any(is_same_person(one.person, self.by) for one in holdings.select_related("person"))


def _overlap(post: Post) -> bool:
    rows = list(post.holdings.order_by("starts_on", "pk"))
    return any(
        one.ends_on is None
        or one.ends_on > after.starts_on
        or (one.ends_on == after.starts_on and one.stopped_at is None)
        for one, after in zip(rows, rows[1:], strict=False)
    )


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        words = " ".join(filter(None, [obj.name, str(obj.department or ""), obj.title]))
        return _("%(words)s（%(note)s）") % {"words": words, "note": obj.username}


class HoldingForm(forms.ModelForm):
    """Granted by the 安全管理员 to somebody else; it holds only after a second administrator has confirmed it."""

    starts_on = DateField(label=gettext_lazy("到任日期"), lean="past")
    ends_on = DateField(label=gettext_lazy("离任日期"), required=False, help_text=gettext_lazy("不知道就空着"))

    class Meta:
        model = PostHolding
        field_classes = {"person": PersonField}
        fields = ["post", "person", "starts_on", "ends_on"]

    def __init__(self, *args: Any, granted_by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.granted_by = granted_by
        picking(self, "post").queryset = Post.objects.filter(retired=False).select_related("department")
        people = User.objects.filter(kind=Kind.OFFICE, is_active=True).select_related("department")
        picking(self, "person").queryset = people.order_by("department__position", "username")
        if not self.is_bound:
            self.initial.setdefault("starts_on", timezone.localdate().isoformat())

    def clean_person(self) -> User:
        person = self.cleaned_data["person"]
        if is_same_person(person, self.granted_by):
            raise ValidationError(_("这是您自己的另一个账户（姓名相同），请另一位安全管理员来办。"))
        return person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("离任日期不能早于到任日期。"))
            return cleaned
        post, person = cleaned.get("post"), cleaned.get("person")
        if post is None or person is None or starts is None:
            return cleaned
        others = post.holdings.lasting(starts).select_related("person")
        others = others.filter(starts_on__lte=ends) if ends else others
        if others.filter(person=person).exists():
            self.add_error("person", _("这段时间里这个人已经在这个岗位上，或者正等确认。"))
        elif post.single and (held := others.first()) is not None:
            words = _("这个岗位只能一人在任，%(who)s 从 %(since)s 起在任；请先结束原来的任职。")
            self.add_error("post", words % {"who": held.person.name, "since": held.starts_on})
        return cleaned


def is_same_person(one: User, other: User) -> bool:
    """Somebody's office account and his administrator's account bear one name: he grants nothing to himself."""
    return one.pk == other.pk or one.name == other.name


class EndHoldingForm(forms.Form):
    ends_on = DateField(
        label=gettext_lazy("离任日期"), lean="past", help_text=gettext_lazy("这一天还在任"), required=False
    )
    at_once = forms.BooleanField(
        label=gettext_lazy("马上结束"), required=False, help_text=gettext_lazy("从现在起不在任，不等到今天下班")
    )

    def __init__(self, data: Any = None, *, holding: PostHolding, **kwargs: Any) -> None:
        super().__init__(data, initial={"ends_on": timezone.localdate().isoformat()}, **kwargs)
        self.holding = holding

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("at_once"):
            # Whatever day stands beside it: now is now.
            self.errors.pop("ends_on", None)
            return cleaned | {"ends_on": timezone.localdate()}
        ends = cleaned.get("ends_on")
        if ends is None and "ends_on" not in self.errors:
            self.add_error("ends_on", _("请写离任日期。"))
        elif ends and ends < self.holding.starts_on:
            self.add_error("ends_on", _("离任日期不能早于到任日期 %(day)s。") % {"day": self.holding.starts_on})
        elif ends and self.holding.ends_on and ends > self.holding.ends_on:
            self.add_error("ends_on", _("这里只能提前结束；要延长请重新授予，由另一位管理员确认。"))
        return cleaned


class HandedPostForm(EndHoldingForm):
    """What a hand-over asks for: the last day of who leaves, and who sits there after him."""

    person = PersonField(
        queryset=User.objects.none(), label=gettext_lazy("接任"), required=False,
        empty_label=gettext_lazy("先空着"), help_text=gettext_lazy("从离任的第二天起；马上结束的从今天起"),
    )

    def __init__(
        self, data: Any = None, *, item: HandoverItem, holding: PostHolding, granted_by: User, **kwargs: Any
    ) -> None:
        super().__init__(data, holding=holding, **kwargs)
        self.item, self.granted_by = item, granted_by
        people = User.objects.filter(kind=Kind.OFFICE, is_active=True).exclude(pk=item.handover.person_id)
        ordered = people.select_related("department").order_by("department__position", "username")
        picking(self, "person").queryset = ordered
        if item.taker is not None and not self._sits_there(item.taker):
            self.initial["person"] = item.taker_id

    def _sits_there(self, person: User) -> bool:
        return self.holding.post.holdings.lasting(timezone.localdate()).filter(person=person).exists()

    def clean_person(self) -> User | None:
        person = self.cleaned_data["person"]
        if person is not None and is_same_person(person, self.granted_by):
            raise ValidationError(_("这是您自己的另一个账户（姓名相同），请另一位安全管理员来办。"))
        if person is not None and self._sits_there(person):
            raise ValidationError(_("这个人已经在这个岗位上，或者正等确认；不用再授予，请选“先空着”。"))
        return person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        back_on, ends = self.item.handover.returns_on, cleaned.get("ends_on")
        if back_on and ends and ends >= back_on - timedelta(days=1):
            self.add_error("ends_on", _("%(day)s 就返回了，离任日期要早于返回前一天。") % {"day": back_on})
        return cleaned
