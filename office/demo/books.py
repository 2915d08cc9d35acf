"""The demo office's books, phrases and address book (defaults of a county bureau)."""

from datetime import datetime

from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from office import day_one
from office.models.contacts import Contact, Organisation
from office.models.dials import BEGAN, Phrase
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.people import Post, User
from office.shorthand import initials

YEAR, ISSUE, NUMBER = Series.Form.YEAR, Series.Form.ISSUE, Series.Form.NUMBER
OUTGOING = "documents.outgoing"
# 代字, name, function, form, number only.
BOOKS = (
    *((name, title, day_one.INCOMING, YEAR, number_only) for name, title, number_only in day_one.INCOMING_BOOKS),
    ("某农党组发", "局党组文件", OUTGOING, YEAR, False),
    ("某农发", "局文件", OUTGOING, YEAR, False),
    ("某农函", "局函", OUTGOING, YEAR, False),
    ("某农办发", "局办公室文件", OUTGOING, YEAR, False),
    ("某农办函", "局办公室函", OUTGOING, YEAR, False),
    ("某农任", "任免", OUTGOING, YEAR, False),
    ("会议纪要", "会议纪要", OUTGOING, ISSUE, False),
    ("简报", "简报", OUTGOING, ISSUE, False),
    ("督", "督办件", "supervision", YEAR, False),
    ("介字", "介绍信", "seals", NUMBER, False),
)
# 发文机关, red heading, 代字, seal, the chair that signs.
LETTERHEADS = (
    ("中共某某县农业农村局党组", "中共某某县农业农村局党组文件", ("某农党组发",), "局党组章", "first-head"),
    ("某某县农业农村局", "某某县农业农村局文件", ("某农发", "某农函", "某农任"), "局章", "first-head"),
    ("某某县农业农村局办公室", "某某县农业农村局办公室文件", ("某农办发", "某农办函"), "办公室章", "office-director"),
    ("某某县春耕备耕工作领导小组", "某某县春耕备耕工作领导小组文件", (), "领导小组章", "first-head"),
)
OWN_PHRASES = {
    "zhouzhengping": ("请分管领导牵头落实。", "此件重要，请认真研究。", "提交局党组会研究。"),
    "linjianhua": ("请种植业股会同农田股提出具体意见。", "请做好衔接，及时报告进展。"),
    "limingde": ("拟请分管领导阅示。", "拟存。", "拟请有关股室阅研，无需办理。"),
    "chenyawen": ("手续齐全，拟送主任拟办。", "请于两个工作日内退回办公室。"),
}
ABOVE, PEER, BELOW, PEOPLE = (
    Organisation.Group.ABOVE, Organisation.Group.PEER, Organisation.Group.BELOW, Organisation.Group.PEOPLE
)
ORGANISATIONS = {
    ABOVE: (
        ("某某省农业农村厅", "省农业农村厅"), ("某某市农业农村局", "市农业农村局"), ("中共某某县委办公室", "县委办"),
        ("某某县人民政府办公室", "县政府办"), ("某某县人民代表大会常务委员会办公室", "县人大办"),
        ("政协某某县委员会办公室", "县政协办"), ("中共某某县委农村工作领导小组办公室", "县委农办"),
        ("某某市人民政府防汛抗旱指挥部办公室", "市防办"), ("某某县应急指挥部办公室", "县应急办"),
    ),
    PEER: (
        ("某某县财政局", "县财政局"), ("某某县发展和改革局", "县发改局"), ("某某县水利局", "县水利局"),
        ("某某县自然资源局", "县自然资源局"), ("某某县市场监督管理局", "县市场监管局"),
        ("某某县人力资源和社会保障局", "县人社局"), ("某某县交通运输局", "县交通局"), ("某某县统计局", "县统计局"),
        ("某某县气象局", "县气象局"), ("某某县应急管理局", "县应急局"), ("某某县审计局", "县审计局"),
        ("邻县农业农村局", "邻县农业农村局"), ("某某县供销合作社联合社", "县供销社"),
    ),
    BELOW: (
        ("青石镇人民政府", "青石镇"), ("河口乡人民政府", "河口乡"), ("柳林镇人民政府", "柳林镇"),
        ("白沙镇人民政府", "白沙镇"), ("石桥乡人民政府", "石桥乡"), ("县农业技术推广中心", "县农技中心"),
        ("县动物疫病预防控制中心", "县疫控中心"), ("县农机推广服务站", "县农机站"),
    ),
    PEOPLE: (("来信群众（实名，登记在册）", "来信群众"), ("县人大代表建议（转来）", "代表建议")),
}  # fmt: skip


def make(*, now: datetime) -> None:
    """The caller holds a transaction and has made the people."""
    bulk_create_with_history(
        [
            Series(
                name=name, title=title, year=timezone.localdate(now).year, function=function, form=form,
                number_only=number_only, position=position,
            )
            for position, (name, title, function, form, number_only) in enumerate(BOOKS)
        ],
        Series, default_change_reason=BEGAN,
    )  # fmt: skip
    day_one.make_phrases()
    posts = {one.code: one for one in Post.objects.filter(code__in=["first-head", "office-director"])}
    letterheads = [
        Letterhead(name=name, heading=heading, series=list(series), seal=seal, signer=posts[code], position=position)
        for position, (name, heading, series, seal, code) in enumerate(LETTERHEADS)
    ]
    bulk_create_with_history(letterheads, Letterhead, default_change_reason=BEGAN)
    for username, texts in OWN_PHRASES.items():
        person = User.objects.get(username=username)
        Phrase.objects.bulk_create(
            [Phrase(person=person, text=text, position=place) for place, text in enumerate(texts)]
        )
    number = 0
    for group, named in ORGANISATIONS.items():
        for name, short in named:
            made = Organisation.objects.create(
                name=name, short_name=short, initials=initials(short)[:60], group=group
            )
            if group != PEOPLE:
                number += 1
                Contact.objects.create(
                    organisation=made, name="值班室", title="办公室", phone=f"0000-01{number:05}"
                )
