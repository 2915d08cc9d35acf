"""By which ways the office reaches people outside its own pages, beside mail: read from NOTICE_CHANNELS.

A line for each: CHANNEL URL, where the URL holds `{to}` for the name by which the channel knows a person; or
CHANNEL/NAME URL, for what reaches that one person alone. The URLs are those of apprise. They hold tokens, so they are
secrets like a password: nothing here shows more of one than its host. docs/adr/0017-notices-outside.md says why it is
done this way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_lazy as _

TO = "{to}"
# What may stand in for a person. To WeCom a name that begins otherwise is a department or a tag, and `all` everybody.
ADDRESS = re.compile(r"(?!all\Z)[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.IGNORECASE)


@dataclass(frozen=True)
class Scheme:
    """One kind of URL. `plugin`: module and class in apprise. `host`: where it leads, "" where the URL itself says so.
    `room`: it reaches a chat room and everybody in it."""

    channel: str
    plugin: tuple[str, str]
    host: str = ""
    room: bool = False


LABELS = {
    "webhook": _("网络推送"),
    "wecom": _("企业微信"),
    "dingtalk": _("钉钉"),
    "feishu": _("飞书"),
}
# There are no others: apprise knows many more, some of which write files or start programs of this machine.
SCHEMES = {
    "json": Scheme("webhook", ("custom_json", "NotifyJSON")),
    "jsons": Scheme("webhook", ("custom_json", "NotifyJSON")),
    "form": Scheme("webhook", ("custom_form", "NotifyForm")),
    "forms": Scheme("webhook", ("custom_form", "NotifyForm")),
    "wechat": Scheme("wecom", ("wechat", "NotifyWeChat"), "qyapi.weixin.qq.com"),
    "wecombot": Scheme("wecom", ("wecombot", "NotifyWeComBot"), "qyapi.weixin.qq.com", room=True),
    "dingtalk": Scheme("dingtalk", ("dingtalk", "NotifyDingTalk"), "oapi.dingtalk.com", room=True),
    "feishu": Scheme("feishu", ("feishu", "NotifyFeishu"), "open.feishu.cn", room=True),
}


@dataclass(frozen=True)
class Way:
    """One channel. `template` reaches everybody who has an address, "" where each has a URL of his own (`own`)."""

    code: str
    template: str = field(default="", repr=False)
    own: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> Any:
        return LABELS[self.code]

    @property
    def public(self) -> bool:
        """Whether it leads to a service out on the internet, whatever the office's own network is."""
        return any(SCHEMES[urlsplit(one).scheme].host for one in self.urls)

    @property
    def urls(self) -> list[str]:
        return [one for one in (self.template, *self.own.values()) if one]

    @property
    def host(self) -> str:
        """Where it leads, to be shown: never more of the URL."""
        found = dict.fromkeys(_host(one) for one in self.urls)
        return "、".join(found)

    def url_for(self, address: str) -> str:
        """The URL that reaches this address, "" when none does."""
        if not ADDRESS.fullmatch(address):
            return ""
        return self.own.get(address) or self.template.replace(TO, quote(address, safe=""))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return SCHEMES[parts.scheme].host or parts.netloc.rpartition("@")[2]


def read(text: str) -> dict[str, Way]:
    """The channels by code. ValueError with a sentence that names the line, and of its URL nothing."""
    templates: dict[str, str] = {}
    own: dict[str, dict[str, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            code, address, url = _line(line)
            taken = address in own.get(code, {}) if address else code in templates
            if taken:
                raise ValueError("is there twice")
        except ValueError as error:
            raise ValueError(f"NOTICE_CHANNELS, line {number}: {error}.") from None
        if address:
            own.setdefault(code, {})[address] = url
        else:
            templates[code] = url
    return {
        code: Way(code, templates.get(code, ""), own.get(code, {})) for code in LABELS if code in {*templates, *own}
    }


def _line(line: str) -> tuple[str, str, str]:
    words = line.split()
    if len(words) != 2:
        raise ValueError("a line is CHANNEL URL or CHANNEL/NAME URL")
    (code, slash, address), url = words[0].partition("/"), words[1]
    if code not in LABELS:
        raise ValueError(f"the channel is one of {', '.join(LABELS)}")
    if slash and not ADDRESS.fullmatch(address):
        raise ValueError("a name has letters, digits and . _ @ - only, begins with a letter or digit, and is not all")
    _fits(url, code=code, address=address)
    return code, address, url


def _fits(url: str, *, code: str, address: str) -> None:
    known = [name for name, one in SCHEMES.items() if one.channel == code]
    scheme = url.partition("://")[0]
    if scheme not in known:
        raise ValueError(f"a URL of {code} begins with {' or '.join(f'{one}://' for one in known)}")
    try:
        parts = urlsplit(url)
        there = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        there = False
    if not there:
        raise ValueError("the URL cannot be read")
    if TO in parts.netloc:
        raise ValueError(f"{TO} stands after the host, never in it or before it")
    room = SCHEMES[scheme].room
    if room and (not address or parts.path.strip("/") or TO in url):
        raise ValueError(
            f"{scheme}:// reaches everybody in a chat room: write {code}/NAME, of a room that holds nobody else, and "
            "nothing after the token"
        )
    if address and TO in url:
        raise ValueError(f"{TO} is for a line without a name of its own")
    if not address and TO not in url:
        raise ValueError(f"the URL would reach the same for everybody: it needs {TO}, or write {code}/NAME")
