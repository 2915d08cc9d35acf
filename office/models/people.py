"""People, the chairs they sit in, and who stands in for whom."""

from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from office.levels import Secrecy


class Kind(models.TextChoices):
    """What an account is for. Administrators do no office business under theirs (三员, domain B8)."""

    OFFICE = "office", _("办公人员")
    SYSTEM = "system", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDIT = "audit", _("审计管理员")


class People(BaseUserManager["User"]):
    def create_user(self, username: str, *, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, *, password: str | None = None, **fields) -> "User":
        """The first 系统管理员. Nothing is opened by being one: see office/access.py."""
        fields.setdefault("name", username)
        return self.create_user(username, password=password, kind=Kind.SYSTEM, **fields)


class User(AbstractBaseUser):
    username = models.CharField(_("登录名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    initials = models.CharField(_("拼音首字母"), max_length=30, blank=True)
    title = models.CharField(_("职务"), max_length=60, blank=True)
    email = models.EmailField(_("电子邮件"), blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    department = models.ForeignKey(
        "Department",
        verbose_name=_("部门"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
    )
    kind = models.CharField(_("账户类别"), max_length=10, choices=Kind.choices, default=Kind.OFFICE)
    # R-SEC-07: nobody reads above his clearance, whatever he was granted.
    clearance = models.PositiveSmallIntegerField(
        _("知悉范围"), choices=Secrecy.choices, default=Secrecy.WORK
    )
    is_active = models.BooleanField(_("在用"), default=True)
    # 代录: his papers go to him in a folder, and the clerk enters what he has written.
    writes_on_paper = models.BooleanField(_("在纸上批示"), default=False)
    joined_at = models.DateTimeField(_("建立于"), auto_now_add=True)
    password_changed_at = models.DateTimeField(_("口令改于"), null=True, blank=True)
    must_change_password = models.BooleanField(_("一次性口令还没改"), default=False)

    objects = People()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    # django-otp's middleware tells whether the second factor has been shown.
    is_verified: Callable[[], bool]
    # Set on one object for one save that is no change of the account (simple-history asks for it).
    skip_history_when_saving: bool

    # Django asks these of every user; here they open nothing (house rule: is_superuser opens nothing).
    is_staff = False
    is_superuser = False

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ["username"]
        # At the door the case of a login name is folded (office/forms/account.py): two must not fold into one.
        constraints = [models.UniqueConstraint(Lower("username"), name="login_names_differ_beyond_case")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    @property
    def does_office_business(self) -> bool:
        return self.kind == Kind.OFFICE


class Department(models.Model):
    name = models.CharField(_("名称"), max_length=80, unique=True)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("上级部门"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
    )
    head = models.ForeignKey(
        "Post",
        verbose_name=_("负责人岗位"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="heads",
    )
    leader = models.ForeignKey(
        "Post",
        verbose_name=_("分管领导岗位"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="in_charge_of",
    )
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    retired = models.BooleanField(_("已撤销"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="a_department_is_not_its_own_part"
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class Post(models.Model):
    """A chair (岗位). Work waits for the chair; who sits in it has dates."""

    code = models.SlugField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    department = models.ForeignKey(
        Department,
        verbose_name=_("部门"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="posts",
    )
    # One auth group per chair, so that seeing can be granted to the chair through guardian's group table.
    group = models.OneToOneField(Group, on_delete=models.PROTECT, editable=False)
    single = models.BooleanField(_("只能一人在任"), default=False)
    # Ranking order of leaders (排名): 1 is the first head. Empty: not a ranked leader, and chased as usual.
    rank = models.PositiveSmallIntegerField(_("领导排名"), null=True, blank=True, unique=True)
    # The functions whose cases this chair sees by rule (registry), minus sealed, restricted and barred.
    sees = ArrayField(models.CharField(max_length=40), verbose_name=_("按职责可见"), default=list, blank=True)
    retired = models.BooleanField(_("已撤销"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering = ["rank", "department__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "department"], nulls_distinct=False, name="one_post_per_code_and_department"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}{self.name}" if self.department_id else self.name

    def save(self, *args, **kwargs):
        if self.group_id is None:
            department = self.department_id or 0
            self.group = Group.objects.create(name=f"{self.code}@{department}")
        super().save(*args, **kwargs)


class Holdings(models.QuerySet["PostHolding"]):
    def current(self, on) -> "Holdings":
        """Confirmed holdings that cover the day `on` (a date)."""
        return self.filter(confirmed_at__isnull=False, starts_on__lte=on).lasting(on)

    def lasting(self, on) -> "Holdings":
        """Not over on the day `on`: whoever was taken out of the chair that day is out of it at once."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on) | Q(ends_on=on, stopped_at__isnull=True)
        )


class PostHolding(models.Model):
    """Who sits in a chair from when to when. The 安全管理员 grants it, a second person confirms it."""

    post = models.ForeignKey(Post, verbose_name=_("岗位"), on_delete=models.PROTECT, related_name="holdings")
    person = models.ForeignKey(
        User, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="holdings"
    )
    starts_on = models.DateField(_("到任日期"))
    ends_on = models.DateField(_("离任日期"), null=True, blank=True)
    # Ended before its last day was over.
    stopped_at = models.DateTimeField(_("当天即止"), null=True, editable=False)
    # Copied from the post by a trigger, because the exclusion constraint can only read its own row.
    single = models.BooleanField(_("只能一人在任"), default=False, editable=False)
    granted_by = models.ForeignKey(
        User, verbose_name=_("授予人"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    confirmed_by = models.ForeignKey(
        User, verbose_name=_("确认人"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, editable=False)

    objects = Holdings.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_holding_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(ends_on__isnull=False),
                name="a_stopped_holding_has_a_last_day",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("granted_by")),
                name="a_holding_is_confirmed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_by__isnull=False),
                name="a_confirmed_holding_names_who_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.person}"


class SeatWish(models.Model):
    """Who is to sit where, as a list of people said it: a proposal to the 安全管理员, and nothing more."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="wishes")
    wanted = models.CharField(_("岗位"), max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(_("领导排名"), null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]


class Deputy(models.Model):
    """授权代理: the deputy decides in the principal's name between two dates. Not transitive, never sealed."""

    principal = models.ForeignKey(
        User, verbose_name=_("被代理人"), on_delete=models.PROTECT, related_name="deputies"
    )
    deputy = models.ForeignKey(
        User, verbose_name=_("代理人"), on_delete=models.PROTECT, related_name="stands_in_for"
    )
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    # Empty means every procedure.
    procedures = ArrayField(models.CharField(max_length=60), verbose_name=_("事项"), default=list, blank=True)
    highest_secrecy = models.PositiveSmallIntegerField(
        _("最高密级"), choices=Secrecy.choices, default=Secrecy.NONE
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("收回时间"), null=True, blank=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("授权代理")
        verbose_name_plural = _("授权代理")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="a_deputy_starts_before_it_ends"
            ),
            models.CheckConstraint(
                condition=~Q(principal=F("deputy")), name="nobody_is_his_own_deputy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} → {self.principal}"


class Leave(models.Model):
    """Away from the desk: shown beside the name when somebody is about to be given a paper."""

    person = models.ForeignKey(User, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField(
        _("事由"),
        max_length=10,
        choices=[("leave", _("休假")), ("trip", _("出差")), ("study", _("学习")), ("ill", _("病假"))],
    )
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("离岗")
        verbose_name_plural = _("离岗")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="a_leave_starts_before_it_ends"
            )
        ]


def in_hands(holder: User | None, post: Post | None) -> User | Post:
    """Whoever holds a paper: the person, or the chair until somebody claims it. The database wants one of them."""
    if holder is not None:
        return holder
    if post is None:
        raise ValueError("Neither a person nor a post holds this paper.")
    return post
