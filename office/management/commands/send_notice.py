"""Tries one channel to the outside with a message that says nothing but that it has arrived."""

from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import override

from office import letters, outbox
from office.models.people import User


class Command(BaseCommand):
    help = (
        "Sends one person a harmless message by one channel (email, or one of NOTICE_CHANNELS), past the outbox and "
        "his quiet hours. Exit code 0 when the other side took it; 1 with a sentence when not."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--channel", required=True, metavar="CHANNEL", help="email, webhook, wecom, dingtalk, feishu"
        )
        parser.add_argument("--to", required=True, metavar="NAME", help="the login name of whoever is to get it")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("zh-hans"):
            try:
                channel = outbox.channel(options["channel"])
            except KeyError:
                codes = "、".join(one.code for one in outbox.channels())
                raise CommandError(_("没有设这个渠道。现有的：%(codes)s。") % {"codes": codes}) from None
            person = User.objects.filter(username=options["to"]).first()
            if person is None:
                raise CommandError(_("没有登录名为“%(name)s”的账户。") % {"name": options["to"]})
            if not channel.people().filter(pk=person.pk).exists():
                words = _("%(who)s没有%(channel)s的账号或地址，请在“我的设置”里填。")
                raise CommandError(words % {"who": person, "channel": channel.label})
            try:
                channel.send(person, letters.trial(), str(uuid4()))
            except outbox.Unsent as error:
                raise CommandError(_("对方没有收：%(error)s。") % {"error": error}) from error
            words = _("已发给%(who)s（%(channel)s），请他看看收到没有。")
            self.stdout.write(words % {"who": person, "channel": channel.label})
