"""Papers with everything that can stand on them, for the tests and for looking at. All names are invented."""

from datetime import date, datetime, timedelta

from office.printing.sheets import (
    CHINA,
    Chase,
    Circulation,
    Correction,
    Form,
    Label,
    Opinion,
    Reader,
    Recorded,
    Slip,
    Voided,
)

OFFICE = "某某县农业农村局办公室"
LONG_TITLE = (
    "某某省农业农村厅 某某省财政厅 某某省自然资源厅关于转发《农业农村部办公厅、财政部办公厅、自然资源部办公厅"
    "关于进一步做好2026年度高标准农田建设项目竣工验收、上图入库和建后管护有关工作的通知》并组织开展全省农田建设"
    "质量“回头看”专项行动（第二阶段）的紧急通知"
)
LONG_WORDS = (
    "请种植业股会同农田建设股逐条研究，凡涉及资金拨付、工程质量、群众反映集中的事项，一律列出清单、明确责任人和完成"
    "时限，每周五下班前书面报我。"
)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def everyday(**changes) -> Slip:
    """The slip as the office's drawing has it."""
    values = {
        "office": OFFICE,
        "reference": "收〔2026〕412号",
        "title": "关于做好低温雨雪冰冻灾害防范应对工作的紧急通知",
        "number": "农明电〔2026〕31号",
        "urgency": "特急",
        "qr": "收〔2026〕412号",
        "sender": "省农业农村厅",
        "received_at": at(20, 9, 12),
        "copies": "1",
        "pages": "4",
        "attachments": "1",
        "due_at": at(20, 17, 30),
        "proposals": (
            Opinion(
                words="拟请志远副局长批示，请种植业股牵头、农机站配合，24日前制定应对措施并报省厅。",
                name="李建国", at=at(20, 10, 5),
            ),
        ),
        "instructions": (
            Opinion(
                words="同意。请种植业股今天拿出方案，明天上午报我。", name="王志远", at=at(20, 15, 40),
                recorded=Recorded(name="陈雅文", at=at(20, 16, 2), scan=True),
            ),
        ),
        "handling": (
            Opinion(
                words="已制定《低温雨雪冰冻灾害应对措施》，11月24日报省厅（某农发〔2026〕133号）。",
                name="赵立军", department="种植业股", at=date(2026, 11, 24),
            ),
        ),
        "readers": (
            Reader(name="刘敏", read_at=date(2026, 11, 20)),
            Reader(name="孙长河", read_at=date(2026, 11, 20)),
            Reader(name="周国强", read_at=date(2026, 11, 21)),
        ),
        "chases": (Chase(at=at(20, 13, 30), means="电话", whom="赵立军", answer="下午报方案"),),
        "filed": "Z109-WS·2026-D10-BGS-0137",
        "concluded": "陈雅文　2026年11月24日",
    }  # fmt: skip
    return Slip(**{**values, **changes})


def empty() -> Slip:
    """Just registered: the boxes wait for handwriting."""
    return everyday(proposals=(), instructions=(), handling=(), readers=(), chases=(), filed="", concluded="")


def extreme() -> Slip:
    """Two leaders, a deputy, corrections, words from paper, rare characters, 3,000 characters in one box."""
    return everyday(
        title=LONG_TITLE,
        sender="某某省农业农村厅、某某省财政厅、某某省自然资源厅、某某省乡村振兴工作领导小组办公室",
        number="某农发〔2026〕1234号",
        secrecy="工作秘密",
        copy_number="000017",
        restricted_to="限制阅览　李建国　2026年11月22日 09:31 打印",
        proposals=(_corrected(),),
        instructions=(
            Opinion(words="圈阅", name="张赟", at=at(20, 14, 0), undone="退回重走，不再有效"),
            Opinion(words="同意。请玥、堃同志阅研。", name="王志远", principal="张赟", at=at(20, 15, 40)),
            Opinion(
                words=LONG_WORDS * 46,
                name="欧阳镕喆",
                at=at(20, 16, 10),
                recorded=Recorded(name="陈雅文", at=at(20, 17, 2), scan=True, confirmed_at=at(21, 8, 30)),
            ),
        ),
        handling=(
            Opinion(
                words="农田建设股意见：\n一、已列清单27项；\n二、已完成11项。",
                name="赵立军",
                department="农田建设股",
                at=at(24),
            ),
            Opinion(words="种植业股协办意见已并入。", name="钱堃", department="种植业股", at=at(24, 16)),
        ),
        readers=tuple(Reader(name=name, read_at=at(20 + n % 3, 10 + n)) for n, name in enumerate(NAMES)),
        chases=tuple(
            Chase(at=at(20 + n), means=means, whom="赵立军", answer="正在会同财政局核对，今天下班前报")
            for n, means in enumerate(("电话", "口头", "函", "电话", "口头"))
        ),
    )


def _corrected() -> Opinion:
    by_himself = Correction(
        words="拟请赟局长阅示，请农田建设股牵头、种植业股配合办理。", name="李建国", at=at(20, 10, 8)
    )
    by_the_office = Correction(
        words="拟请赟局长阅示，请农田建设股牵头，种植业股、镕发公司配合办理。",
        name="陈雅文",
        at=at(21, 8, 40),
        reason="原件单位名称有误",
    )
    return Opinion(
        words="拟请赟局长、喆副局长阅示，请种植业股牵头办理。",
        name="李建国",
        at=at(20, 10, 5),
        corrections=(by_himself, by_the_office),
    )


NAMES = ("刘敏", "孙长河", "周国强", "欧阳镕喆", "吴堃", "郑玥", "冯赟", "陈思远", "褚卫")


def void() -> Slip:
    return everyday(
        handling=(), readers=(), chases=(), filed="", concluded="",
        voided=Voided(reason="重复登记，同收〔2026〕409号", name="陈雅文", at=at(20, 16, 30)),
    )  # fmt: skip


def reading() -> Slip:
    return everyday(
        form=Form.READING, copy_number="000017", urgency="",
        readers=(
            Reader(name="刘敏", read_at=at(20, 10, 20)),
            Reader(name="孙长河", read_at=at(20, 15, 5), words="已阅，请办公室存。"),
            Reader(name="欧阳镕喆", read_at=at(21, 9), recorded=Recorded(name="陈雅文", at=at(21, 9, 30))),
            Reader(name="吴堃", signed="周国强", read_at=at(21, 11)),
            Reader(name="郑玥"),
        ),
    )  # fmt: skip


def approval() -> Slip:
    return everyday(form=Form.APPROVAL, handling=(), readers=(), chases=())


def circulation(**changes) -> Circulation:
    values = {
        "office": OFFICE,
        "reference": "收〔2026〕412号",
        "title": LONG_TITLE,
        "number": "农明电〔2026〕31号",
        "secrecy": "工作秘密",
        "copy_number": "000017",
        "qr": "收〔2026〕412号",
        "scope": "局领导班子成员、派驻纪检监察组组长",
        "readers": tuple(
            Reader(
                name=name,
                sent_at=at(20, 9) + timedelta(hours=5 * n),
                back_at=at(20, 11) + timedelta(hours=5 * n) if n < 5 else None,
                read_at=at(20, 10) + timedelta(hours=5 * n) if n < 5 else None,
                words="请办公室将本件复印分送各乡镇农业综合服务中心，原件退机要室存档。" if n == 2 else "",
            )
            for n, name in enumerate(NAMES)
        ),
        "clerk": "陈雅文",
    }
    return Circulation(**{**values, **changes})


def stickers(count: int = 5) -> list[Label]:
    return [
        Label(
            reference=f"收〔2026〕{412 + n}号", sender="省农业农村厅", received_at=date(2026, 11, 20),
            qr=f"收〔2026〕{412 + n}号",
        )
        for n in range(count)
    ]  # fmt: skip
