"""Measuring a register of N rows against one plain WeasyPrint document of them. `make bench` calls it."""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path

from office.printing import engine
from office.printing.sheets import CHINA

from . import Column, Imprint, Register, Row, Selection, grid
from .book import to_pdf
from .workers import ROOT

_SENDERS = [
    ("省农业农村厅", "农办"), ("市农业农村局", "市农发"), ("县委办公室", "县委办"),
    ("县政府办公室", "县政办函"), ("县财政局", "县财农"), ("市财政局", "市财农"), ("县纪委监委", "纪发"),
    ("省农业农村厅种植业管理处", "农种函"), ("县自然资源和规划局", "自然资发"),
    ("城关镇人民政府", "城政"), ("县发展和改革局", "发改农"),
]  # fmt: skip
_TOPICS = [
    "低温雨雪冰冻灾害防范应对工作", "2026年第三批农业专项资金", "全县高标准农田建设管护办法（征求意见稿）",
    "农产品质量安全专项检查", "秋冬季农机安全生产", "农村集体资产清查核资成果验收", "动物疫病强制免疫",
    "做好第四季度固定资产投资项目调度并按月报送进展情况和存在问题",
]  # fmt: skip
_PATTERNS = ["关于做好{}的通知", "关于下达{}的通知", "关于开展{}的通知", "关于征求《{}》意见的函",
             "关于转发《某某省农业农村厅关于切实加强{}的紧急通知》并抓好贯彻落实的通知"]  # fmt: skip
_UNITS = ["种植业股", "农田建设股", "质量监管股", "农机站", "计划财务股", "办公室"]
_PEOPLE = ["王志远", "刘敏", "孙长河", "周国强", "赵立军", "陈雅文", "欧阳喆", "吴堃"]


class Incoming(Register):
    """The fields of a printed 收文登记簿, filled with invented papers."""

    code = "bench.incoming"
    title = "收文登记簿"
    columns = (
        Column("收文号", 13, "center"), Column("收文\n日期", 13, "center"), Column("来文机关", 26),
        Column("来文字号", 28), Column("标　　题", 62, kind="title"), Column("密级", 9, "center"),
        Column("缓急", 10, "center"), Column("份数", 8, "center"), Column("页数", 8, "center"),
        Column("附件", 8, "center"), Column("份号", 14, "center"), Column("承办单位", 20),
        Column("签收人", 18), Column("办理结果", 22), Column("归档号", 18), Column("备注", 9),
    )  # fmt: skip

    def __init__(self, count: int):
        self.count = count

    def rows(self, selection: Selection) -> Iterator[Row]:
        dice = random.Random(9704)
        first = date(selection.year, 1, 2)
        for number in range(1, self.count + 1):
            sender, mark = dice.choice(_SENDERS)
            # Thirty papers a day: an entry does not change when others follow.
            day = first + timedelta(days=number // 30 % 360)
            later = day + timedelta(days=dice.randrange(1, 9))
            title = dice.choice(_PATTERNS).format(dice.choice(_TOPICS))
            closed = dice.random() < 0.8
            cells = [
                f"{number:04}", f"{day:%m-%d}", sender, f"{mark}〔2026〕{dice.randrange(1, 400)}号",
                title, "", dice.choice(["", "", "", "", "加急", "特急"]), "1", str(dice.randrange(1, 30)),
                dice.choice(["", "", "1", "2"]), "", dice.choice(_UNITS),
                f"{dice.choice(_PEOPLE)} {day:%m-%d}", f"办结 {later:%m-%d}" if closed else "承办",
                f"D10-{number:04}" if closed else "", "",
            ]  # fmt: skip
            void = f"重复登记，同 {number - 1:04}（陈雅文 {day:%m-%d}）" if dice.random() < 0.02 else None
            yield Row(cells, void=void, key=str(number))


IMPRINT = Imprint(
    office="某某县农业农村局办公室", registrar="陈雅文", anchor="校验码 7f3a91c2",
    printed_at=datetime(2026, 11, 22, 9, 0, tzinfo=CHINA),
)  # fmt: skip


def bench_register(rows: int = 10_000) -> dict[str, float]:
    """Seconds and MiB of one plain document, the first print, a tenth of it, and a print after 50 new rows.

    Each measurement runs in a process of its own, so that memory is each one's own.
    """
    with tempfile.TemporaryDirectory(prefix="bench-register-") as name:
        folder = Path(name)
        small = _measured("pieces", rows // 10, folder / "small")
        first = _measured("pieces", rows, folder / "large")
        again = _measured("pieces", rows + 50, folder / "large")
        plain = _measured("plain", rows, folder)
    return {
        "rows": rows,
        "plain_seconds": plain["seconds"],
        "plain_mib": plain["mib"],
        "first_seconds": first["seconds"],
        "first_mib": first["mib"],
        "pages": first["pages"],
        "times_as_fast_as_plain": plain["seconds"] / first["seconds"],
        "per_row_against_a_tenth": first["seconds"] / small["seconds"] / 10,
        "again_seconds": again["seconds"],
        "again_times_as_fast": first["seconds"] / again["seconds"],
    }


def _measured(what: str, rows: int, folder: Path) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "office.registers.bench", what, str(rows), str(folder)],
        check=True, capture_output=True, text=True, cwd=ROOT,
    ).stdout.split()  # fmt: skip
    return {"seconds": float(answer[0]), "mib": float(answer[1]), "pages": float(answer[2])}


def _pieces(rows: int, folder: Path) -> tuple[int, int]:
    folder.mkdir(exist_ok=True)
    printed = to_pdf(
        Incoming(rows), Selection(year=2026),
        target=folder / "register.pdf", folder=folder / "pieces", imprint=IMPRINT,
    )  # fmt: skip
    return printed.pages, printed.peak


def plain_html(register: Register, selection: Selection) -> str:
    """The same rows as anyone would write them: one table with fixed columns and a repeated head."""
    columns = "".join(f'<col style="width:{width}mm">' for _left, width in grid.placed(register.columns))
    head = "".join(f"<th>{escape(column.label)}</th>" for column in register.columns)
    body = []
    for row in register.rows(selection):
        cells = []
        for column, cell in zip(register.columns, row.cells, strict=True):
            text = f"<s>{escape(cell)}</s>" if row.void else escape(cell)
            if row.void and column.kind == "title":
                text += f"<br>作废：{escape(row.void)}"
            cells.append(f'<td class="{column.align}">{text}</td>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<html lang="zh-CN"><body><h1>{register.title}</h1><table><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></body></html>"
    )


def _plain(rows: int, folder: Path) -> tuple[int, int]:
    html = plain_html(Incoming(rows), Selection(year=2026))
    style = engine.CSS(
        string=engine.fonts.css((engine.STYLES / "plain.css").read_text(encoding="utf-8")),
        font_config=engine.font_configuration(), url_fetcher=engine.OwnFilesOnly(),
    )  # fmt: skip
    document = engine.HTML(string=html).render(stylesheets=[style], font_config=engine.font_configuration())
    document.write_pdf(folder / "plain.pdf")
    return len(document.pages), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(what: str, rows: int, folder: Path) -> None:
    begun = time.perf_counter()
    pages, mib = (_plain if what == "plain" else _pieces)(rows, folder)
    sys.stdout.write(f"{time.perf_counter() - begun:.3f} {mib} {pages}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
