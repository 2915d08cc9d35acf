"""Incoming papers by the hundred thousand, for measuring and for long tests (office/populating)."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from office import numbering, populating
from office.levels import Urgency
from office.models.contacts import Organisation
from office.models.numbers import Series
from office.populating import Act, Walk

from .registering import sender_named

FUNCTION = "documents.incoming"
REAL = Path(__file__).parent / "demo_data" / "real-documents.csv"

SENDERS = [
    ("省农业农村厅", "农办", "above"), ("市农业农村局", "市农发", "above"), ("县委办公室", "县委办", "above"),
    ("县政府办公室", "县政办函", "above"), ("县财政局", "县财农", "peer"), ("市财政局", "市财农", "above"),
    ("县自然资源和规划局", "自然资发", "peer"), ("县发展和改革局", "发改农", "peer"),
    ("城关镇人民政府", "城政", "below"), ("东河乡人民政府", "东政", "below"), ("西岭镇人民政府", "西政", "below"),
    ("县水利局", "水发", "peer"), ("县气象局", "气发", "peer"), ("县市场监督管理局", "市监函", "peer"),
]  # fmt: skip
PATTERNS = [
    "关于做好{place}{topic}的通知", "关于开展{place}{topic}的通知", "关于下达{place}{topic}任务的通知",
    "关于{place}{topic}情况的报告", "关于{place}{topic}的请示", "关于征求《{place}{topic}方案》意见的函",
    "关于转发《省农业农村厅关于切实加强{topic}的紧急通知》的通知", "关于召开{topic}会议的预备通知",
    "{place}{topic}工作简报",
]  # fmt: skip
TOPICS = [
    "低温雨雪冰冻灾害防范应对", "第三批农业专项资金绩效自评", "高标准农田建设管护", "农产品质量安全专项检查",
    "秋冬季农机安全生产", "农村集体资产清查核资成果验收", "动物疫病强制免疫", "固定资产投资项目调度",
    "粮食生产功能区划定", "农业保险承保理赔", "耕地地力保护补贴发放", "农村厕所革命问题整改",
    "蔬菜大棚水毁修复", "种子市场执法", "渔业船舶检验", "农民合作社示范社评定", "秸秆综合利用", "土地延包试点",
]  # fmt: skip
# Villages of two of these characters: most of their names are on few papers, as real names are.
SYLLABLES = (
    "东西南北上下大小前后新老高石沙柳杨松竹梅桃李枣槐梨杏荷莲桥河溪泉井塘湾坡岭岗坪寨堡营店铺庙塔碑窑林岩"
    "峰洞坝渡港洲圩郢墩台丰安福永兴和顺泰康宁吉庆祥瑞仁义礼智信忠孝廉平清明朗星云霞"
)
VILLAGES = ["村", "组", "社区", ""]

READ = ("已阅。", "阅。", "已阅，请办公室跟进。", "")
FINISHED = ("材料齐全，办结。", "办结。", "")
REPORTED = ("已按要求布置并上报。", "已办理完毕，材料已报送。", "经核实情况属实，已整改到位。", "已转发各乡镇执行。")
PROPOSED = ("拟请领导阅示，由相关股室承办。", "拟由业务股室承办，请领导批示。", "请领导阅批。")

M = 60
WALKS = [
    Walk("documents.incoming", 420, [
        Act("review", "pass", "clerk", 0, 9 * M + 30),
        Act("propose", "submit", "office-director", 0, 10 * M + 20, to=("leader",), words=PROPOSED),
        Act("instruct", "circle", "leader", 1, 9 * M + 10),
        Act("assign", "hand_over", "clerk", 1, 10 * M, to=("unit",)),
        Act("handle", "report", "unit", 4, 15 * M, words=REPORTED),
        Act("conclude", "finish", "clerk", 5, 9 * M, words=FINISHED),
    ]),
    Walk("documents.incoming", 80, [
        Act("review", "pass", "clerk", 0, 9 * M + 30),
        Act("propose", "submit", "office-director", 0, 10 * M + 20, to=("leader",), words=PROPOSED),
        Act("instruct", "instruct", "leader", 1, 9 * M + 10, words=("同意拟办意见。", "请抓紧办理，月底前报结果。")),
        Act("assign", "send", "clerk", 1, 10 * M, to=("reader", "reader2")),
        Act("read", "read", "reader", 1, 14 * M + 40, words=READ),
        Act("read", "read", "reader2", 1, 15 * M + 10, words=READ),
        Act("assign", "hand_over", "clerk", 2, 9 * M, to=("unit",)),
        Act("handle", "report", "unit", 5, 15 * M, words=REPORTED),
        Act("conclude", "finish", "clerk", 6, 9 * M, words=FINISHED),
    ]),
    Walk("documents.short", 150, [
        Act("propose", "submit", "office-director", 0, 10 * M + 20, to=("leader",), words=PROPOSED),
        Act("instruct", "instruct", "leader", 1, 9 * M + 10, to=("unit",), words=("请承办部门办理。", "照办。")),
        Act("handle", "report", "unit", 4, 15 * M, words=REPORTED),
        Act("conclude", "finish", "clerk", 5, 9 * M, words=FINISHED),
    ]),
    Walk("documents.reading", 310, [
        Act("circulate", "send", "clerk", 0, 9 * M + 30, to=("reader", "reader2")),
        Act("read", "read", "reader", 1, 9 * M + 10, words=READ),
        Act("read", "read", "reader2", 2, 10 * M, words=READ),
        Act("circulate", "finish", "clerk", 2, 15 * M),
    ]),
    Walk("documents.incoming", 20, [
        Act("review", "not_ours", "clerk", 0, 10 * M, words=("来文非本单位职责，退回。", "份数与清单不符，退回。")),
    ]),
    Walk("documents.incoming", 20, [
        Act("review", "void", "clerk", 0, 9 * M + 30, words=("重复登记",)),
    ]),
]  # fmt: skip

WORDS = """
CREATE TEMP TABLE sender (place int PRIMARY KEY, id bigint, name text, words text, mark text);
CREATE TEMP TABLE real (place int PRIMARY KEY, sender int, title text, number text);
CREATE TEMP TABLE words (pattern text[], topic text[], syllable text, village text[], senders int, reals int,
    invented int);
"""
# Three of ten have a title as it was really written, with its issuer; the others are put together.
PAPER = """
CREATE TEMP TABLE paper ON COMMIT DROP AS
SELECT p.n, p.case_id, p.title, s.id AS sender_id, p.number, p.received_on, p.dated_on, p.pages,
       p.enclosures, p.purpose, concat_ws(' ', nullif(s.words, ''), p.number,
           regexp_replace(p.number, '〔.*〕(.*)号', '\\1')) AS search_text,
       ARRAY[p.title, p.reference, p.urgency, '0', s.name, p.number, p.received_on::text,
             p.dated_on::text, '1', p.pages::text, p.enclosures::text, '', p.purpose, ''] AS content
FROM (
    SELECT d.*, coalesce(r.title, replace(replace(w.pattern[1 + d.h %% cardinality(w.pattern)], '{topic}',
               w.topic[1 + d.h / 16 %% cardinality(w.topic)]), '{place}', CASE WHEN d.h %% 5 < 2 THEN '全县' ELSE
               substr(w.syllable, 1 + d.g %% length(w.syllable), 1)
               || substr(w.syllable, 1 + d.g / 256 %% length(w.syllable), 1)
               || w.village[1 + d.g / 65536 %% cardinality(w.village)] END)) AS title,
           coalesce(r.sender, d.h / 31 %% w.invented) AS sender,
           CASE WHEN r.number IS NOT NULL AND d.g %% 7 > 0 THEN r.number
                ELSE m.mark || '〔' || d.year || '〕' || 1 + d.g %% 600 || '号' END AS number
    FROM (SELECT n, case_id, h, hashint8(case_id + 1) & 2147483647 AS g, year, reference, urgency,
                 opened_at::date AS received_on, opened_at::date - (1 + h %% 9) AS dated_on,
                 1 + h / 5 %% 30 AS pages, greatest(0, h / 3 %% 6 - 3) AS enclosures,
                 CASE procedure WHEN 'documents.reading' THEN 'reading' ELSE 'decision' END AS purpose
          FROM plan) d CROSS JOIN words w
    LEFT JOIN real r ON d.h / 64 %% 10 < 3 AND r.place = d.g %% w.reals
    JOIN sender m ON m.place = d.h / 31 %% w.invented) p
JOIN sender s ON s.place = p.sender
"""
# The proposal names unit and date (R-IN-10, R-IN-15): who opens such a paper can circle it and hand it over.
ROWS = """
WITH document AS (
    INSERT INTO documents_incomingdocument (case_id, received_on, channel, carrier, category, sender_id, number,
        number_typed, dated_on, copies, pages, enclosures, copy_number, telegram, purpose, answer_wanted,
        from_meeting, mismatch, archived_as, note)
    SELECT q.case_id, q.received_on, (ARRAY['exchange', 'system', 'post', 'hand'])[1 + q.pages %% 4], 'paper',
           'directive', q.sender_id, q.number, q.number, q.dated_on, 1, q.pages, q.enclosures, '', '', q.purpose, false,
           '', '', '', ''
    FROM paper q ORDER BY q.n
    RETURNING id, case_id)
INSERT INTO documents_named (document_id, decision_id, lead_id, due_on)
SELECT d.id, r.id, h.post_id, r.at::date + 14
FROM document d JOIN ready r ON r.case_id = d.case_id AND r.move = 'submit'
JOIN hand h ON h.n = r.n AND h.role = 'unit'
"""


def books(year: int) -> list[int]:
    """The year's books that need nothing but the usual columns; an office without any gets 收."""
    names = Series.objects.filter(
        function=FUNCTION, retired=False, number_only=False, form=Series.Form.YEAR
    ).exclude(name__in=["会", "电", "信"])
    ordered = list(dict.fromkeys(names.order_by("position", "name").values_list("name", flat=True)))
    if not ordered:
        made, _new = Series.objects.get_or_create(
            name="收", year=year, defaults={"title": "收文登记簿", "function": FUNCTION}
        )
        return [made.pk]
    return [numbering.of_year(name, year=year).pk for name in ordered]


def ready(now: datetime) -> None:
    """The senders, those of the real titles among them."""
    with transaction.atomic():
        for name, _mark, group in SENDERS:
            sender = sender_named(name)
            if sender.group != group:
                sender.group = group
                sender.save(update_fields=["group"])
        for issuer in {row["issuer"] for row in _real()}:
            sender_named(issuer)


def _real() -> list[dict[str, str]]:
    with REAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{**row, "issuer": " ".join(row["issuer"].split())[:120].strip()} for row in rows if row["issuer"].strip()]


def prepare(cursor: Any) -> None:
    cursor.execute(WORDS)
    real = _real()
    names = list(dict.fromkeys([*(name for name, _mark, _group in SENDERS), *(row["issuer"] for row in real)]))
    marks = {name: mark for name, mark, _group in SENDERS}
    known = {one.name: one for one in Organisation.objects.filter(name__in=names)}
    for place, name in enumerate(names):
        one = known[name]
        words = " ".join(dict.fromkeys(filter(None, [one.name, one.short_name])))
        cursor.execute(
            "INSERT INTO sender VALUES (%s, %s, %s, %s, %s)", [place, one.pk, one.name, words, marks.get(name, "")]
        )
    for place, row in enumerate(real):
        cursor.execute(
            "INSERT INTO real VALUES (%s, %s, %s, %s)",
            [place, names.index(row["issuer"]), row["title"][:500], row["doc_number"][:80]],
        )
    cursor.execute(
        "INSERT INTO words VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [PATTERNS, TOPICS, SYLLABLES, VILLAGES, len(names), len(real), len(SENDERS)],
    )


assert {choice.value for choice in Urgency} == {"normal", "urgent", "flash"}

populating.add(
    populating.Filling(
        code="documents", walks=WALKS, books=books, prepare=prepare, paper=PAPER, rows=(ROWS,), ready=ready
    )
)
