"""The first start of a real office: three administrators with one-time passwords, and what an office has on its
first day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from office import day_one
from office.models.people import Kind, User
from office.passwords import one_time

FIRST = ((Kind.SYSTEM, "system"), (Kind.SECURITY, "security"), (Kind.AUDIT, "audit"))


class Command(BaseCommand):
    help = (
        "Creates the three administrators (系统, 安全, 审计) with one-time passwords, printed once, and the posts, "
        "incoming books and phrases an office begins with. Refuses when any account exists."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind, username in FIRST:
            parser.add_argument(f"--{kind.value}", default=username, help=f"login name of the {kind.label}")

    def handle(self, *args: Any, **options: Any) -> None:
        names = [options[kind.value] for kind, _username in FIRST]
        if len(set(names)) < len(names):
            raise CommandError(_("三个管理员要有三个不同的登录名。"))
        with transaction.atomic():
            if User.objects.exists():
                raise CommandError(_("已经有账户了，其他账户请由管理员在系统里建立。"))
            day_one.make()
            handed_out = [self._create(kind, name) for (kind, _username), name in zip(FIRST, names, strict=True)]
        self.stdout.write(_("三个管理员的一次性口令，只显示这一次：") + "\n")
        for kind, name, password in handed_out:
            self.stdout.write(f"  {kind.label}\t{name}\t{password}")
        self.stdout.write(
            _(
                "已建好办公室、常用岗位、今年的收文登记簿和常用语，都可以改。接下来：\n"
                "  1. 系统管理员建立部门和账户，核对登记簿和日历；\n"
                "  2. 安全管理员核对岗位，给每个部门建负责人岗位（代码 department-head），任命谁任哪个岗位，"
                "至少要有文书、办公室主任和各部门负责人；\n"
                "  3. 系统管理员在部门页选定各部门的负责人岗位，文件才能交给它承办；\n"
                "  4. 审计管理员确认任命，文书就可以登记收文。"
            )
        )

    @staticmethod
    def _create(kind: Kind, name: str) -> tuple[Kind, str, str]:
        password = one_time()
        User.objects.create_user(
            name,
            password=password,
            name=str(kind.label),
            kind=kind,
            must_change_password=True,
            password_changed_at=timezone.now(),
        )
        return kind, name, password
