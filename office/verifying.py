"""Was anything altered, cut or deleted behind the program's back? Asked of the whole database at once.

Each question is one statement over all cases, so that a million decisions take seconds; what the papers
themselves say is read in pieces. All of it sees one moment, so the office may go on working meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import anchoring, chain, procedures, tally
from office import files as stored_files
from office.models.cases import Anchor, Case
from office.models.files import StoredFile
from office.models.numbers import Series

Say = Callable[[str], None]
PIECE = 2_000


@dataclass(frozen=True)
class Finding:
    """What is wrong, and with which case. Of sealed cases only the public id is told."""

    public_id: str
    reference: str
    words: str

    @property
    def name(self) -> str:
        if self.reference and self.public_id:
            return f"{self.reference} ({self.public_id})"
        return self.reference or self.public_id


# The cases asked about: all, or those whose number (or, without one, whose opening) is of one year.
EVERY = "office_case"
OF_YEAR = """(
    SELECT c.* FROM office_case c LEFT JOIN office_series s ON s.id = c.series_id
    WHERE coalesce(s.year, extract(year FROM c.opened_at AT TIME ZONE 'Asia/Shanghai')) = %(year)s
)"""

# Acts beside the path: they say where the paper lay, never where it went, and the hub's may come after
# its own turn is over.
BESIDE = ("correct", "confirm_record", "content", "add_readers", "recall", "reorder", "drop", "bar")
LAST = """LEFT JOIN LATERAL (
    SELECT d.number, d.hash, d.content_hash FROM office_decision d WHERE d.case_id = c.id
    ORDER BY d.number DESC LIMIT 1) d ON true"""
WHERE_TO = f"""LEFT JOIN LATERAL (
    SELECT d.leads_to, d.at FROM office_decision d
    WHERE d.case_id = c.id AND NOT d.side AND d.move NOT IN ({", ".join(f"'{move}'" for move in BESIDE)})
    ORDER BY d.number DESC LIMIT 1) d ON true"""

# Words and statement; each row found is (public id, reference, sealed, number of the decision or null).
QUESTIONS: list[tuple[Any, str]] = [
    (
        gettext_lazy("第%(n)s条办理记录被改动"),
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id
        WHERE d.hash <> office_decision_hash(d, c.public_id)""",
    ),
    (
        gettext_lazy("第%(n)s条办理记录的意见或理由被改动"),
        # Blanked by a retention order: the words and the salt are gone, the digest still stands in the chain.
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id
        WHERE d.opinion_digest <> office_opinion_digest(d.salt, d.opinion, d.reason)
        AND NOT (d.opinion = '' AND d.reason = '' AND d.salt = ''
                 AND EXISTS (SELECT 1 FROM office_retentionorder r WHERE r.case_id = d.case_id))""",
    ),
    (
        gettext_lazy("第%(n)s条办理记录接不上前一条，中间有记录被删除或改动"),
        """FROM (SELECT case_id, number, previous_hash, lag(hash, 1, '') OVER run AS before,
                     row_number() OVER run AS place
              FROM office_decision WINDOW run AS (PARTITION BY case_id ORDER BY number)) d
        JOIN {cases} c ON c.id = d.case_id
        WHERE d.number <> d.place OR d.previous_hash <> d.before""",
    ),
    (
        gettext_lazy("没有办理记录，或末尾的记录被删除，或链头被改动"),
        f"""FROM {{cases}} c {LAST}
        WHERE d.number IS NULL OR c.decisions_count <> d.number OR c.head <> d.hash""",
    ),
    (
        gettext_lazy("登记内容的校验值与最后一条办理记录不符"),
        f"FROM {{cases}} c {LAST} WHERE c.content_hash <> d.content_hash",
    ),
    (
        gettext_lazy("登记人或登记时间被改动"),
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id
        WHERE d.number = 1 AND (d.happened_at <> c.opened_at OR d.actor_id <> c.opened_by_id)""",
    ),
    (
        gettext_lazy("现在所在的环节与最后一条办理记录不符"),
        f"""FROM {{cases}} c {WHERE_TO}
        LEFT JOIN office_turn t ON t.case_id = c.id AND t.ended_at IS NULL AND NOT t.side
        WHERE d.leads_to <> CASE WHEN c.closed_at IS NOT NULL THEN c.outcome ELSE coalesce(t.step, '') END
        OR (c.closed_at IS NOT NULL AND (t.id IS NOT NULL OR c.closed_at <> d.at))""",
    ),
    (
        gettext_lazy("第%(n)s条办理记录与它的待办不符"),
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id
        LEFT JOIN office_turn t ON t.id = d.turn_id AND t.case_id = d.case_id
        WHERE CASE WHEN d.turn_id IS NULL THEN d.number > 1
                   ELSE t.id IS NULL OR t.step <> d.step OR t.side <> d.side END""",
    ),
    (
        gettext_lazy("第%(n)s条更正的对象被改动"),
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id
        LEFT JOIN office_decision o ON o.id = d.corrects_id AND o.case_id = d.case_id
        WHERE (d.corrects_id IS NULL) <> (d.corrects_number = 0)
        OR d.corrects_number > 0 AND d.corrects_number <> coalesce(o.number, 0)""",
    ),
    (
        gettext_lazy("有办过的待办没有办理记录"),
        """FROM office_turn t JOIN {cases} c ON c.id = t.case_id
        WHERE t.ended_how = 'moved'
        AND NOT EXISTS (SELECT 1 FROM office_decision d WHERE d.turn_id = t.id)""",
    ),
    (
        gettext_lazy("随第%(n)s条办理记录签署的文件被删除"),
        """FROM office_decision d JOIN {cases} c ON c.id = d.case_id,
        unnest(string_to_array(d.files, ' ')) AS signed(hash)
        WHERE d.files <> '' AND NOT EXISTS (
            SELECT 1 FROM office_attachment a JOIN office_storedfile f ON f.id = a.stored_id
            WHERE a.decision_id = d.id AND f.hash = signed.hash)""",
    ),
    (
        gettext_lazy("已作废，作废登记里却没有这个号"),
        """FROM {cases} c WHERE c.outcome = 'void' AND c.series_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM office_voided v WHERE v.series_id = c.series_id AND v.number = c.serial)""",
    ),
]
# Only some of them speak of one decision.
NUMBERED = "%(n)s"


@contextmanager
def one_moment() -> Iterator[None]:
    """One snapshot for all questions. Inside a transaction of the caller it is the caller's to see to."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        # These statements are simple and long: compiling them costs more than it saves.
        cursor.execute("SET LOCAL jit = off")
        yield


def verify(
    *, year: int | None = None, files: bool = False, say: Say = lambda words: None
) -> Iterator[Finding]:
    """Everything found altered, cut or deleted.

    `year` narrows it to the cases of one year; anchors are always asked in full. `files` also reads every
    stored file and compares it with its hash. `say` hears of progress.
    """
    named: set[str] = set()
    with one_moment():
        for found in (
            _chains(year=year, say=say),
            _numbers(year=year, say=say),
            _anchors(say=say),
            _contents(year=year, say=say),
        ):
            for one in found:
                named.add(one.public_id)
                yield one
        yield from _tallies(year=year, known=named, say=say)
        yield from _guards()
        if files:
            yield from _files(say=say)


def count(*, year: int | None = None) -> int:
    """How many cases verify() goes through."""
    cases = EVERY if year is None else OF_YEAR
    return next(_rows(f"SELECT count(*) FROM {cases} c", {"year": year}))[0]


def _chains(*, year: int | None, say: Say) -> Iterator[Finding]:
    cases = EVERY if year is None else OF_YEAR
    for place, (words, question) in enumerate(QUESTIONS, 1):
        say(_("核对 %(place)d/%(all)d") % {"place": place, "all": len(QUESTIONS)})
        numbered = NUMBERED in str(words)
        number = "d.number" if numbered else "NULL"
        statement = f"SELECT c.public_id, c.reference, c.sealed, {number} {question.format(cases=cases)}"
        for public_id, reference, sealed, n in _rows(statement, {"year": year}):
            yield Finding(
                public_id, "" if sealed else reference, str(words) % {"n": n} if numbered else str(words)
            )


def _rows(statement: str, values: dict[str, Any] | None = None) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()


def _many_rows(statement: str, values: dict[str, Any] | None = None) -> Iterator[tuple]:
    """Through a cursor on the server: moderate memory, but no parallel plan, so only where all rows come."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(PIECE):
            yield from rows


def _numbers(*, year: int | None, say: Say) -> Iterator[Finding]:
    """Every number to the last is a case, a hand-over or a void entry: whoever deletes one leaves a hole in its book.
    Of what was kept elsewhere before, the nightly anchors know that nothing has gone."""
    say(_("核对编号"))
    books = {book.pk: book for book in Series.objects.all() if year is None or book.year == year}
    rows = _rows(
        """
        SELECT s.id, n.number, EXISTS (SELECT 1 FROM office_case o WHERE o.series_id = s.id AND o.sealed)
        FROM office_series s CROSS JOIN LATERAL generate_series(s.imported_to + 1, s.last) AS n(number)
        LEFT JOIN office_case c ON c.series_id = s.id AND c.serial = n.number
        LEFT JOIN office_voided v ON v.series_id = s.id AND v.number = n.number
        LEFT JOIN office_reservednumber r ON r.series_id = s.id AND r.number = n.number AND r.case_id IS NULL
        LEFT JOIN office_handover h ON h.series_id = s.id AND h.serial = n.number
        WHERE c.id IS NULL AND v.id IS NULL AND r.id IS NULL AND h.id IS NULL AND s.id = ANY(%(books)s)
        ORDER BY s.id, n.number
        """,
        {"books": list(books)},
    )
    for key, number, sealed in rows:
        if sealed:
            # Not even the number of a sealed paper is named; which book it is, is no secret.
            yield Finding("", books[key].name, _("密封的编号系列缺号，可能有事项被删除"))
        else:
            yield Finding("", books[key].written(number), _("编号空缺，事项可能被删除"))
    rows = _rows(
        """
        SELECT c.public_id, c.reference, c.sealed
        FROM office_case c JOIN office_series s ON s.id = c.series_id
        WHERE c.serial > s.last AND s.id = ANY(%(books)s) ORDER BY c.id
        """,
        {"books": list(books)},
    )
    for public_id, reference, sealed in rows:
        yield Finding(public_id, "" if sealed else reference, _("编号大于系列已用到的号，系列被改动"))


def _anchors(*, say: Say) -> Iterator[Finding]:
    """What each night saw must still be there.

    All lines count, not the last of a case: a chain cut or written anew is anchored again the next night,
    and that line agrees with it.
    """
    say(_("核对每夜存证"))
    rows = _rows(
        """
        SELECT l.public_id, max(l.reference), bool_or(c.id IS NULL),
               min(l.decisions) FILTER (WHERE d.id IS NULL),
               min(l.decisions) FILTER (WHERE d.hash <> l.head), bool_or(c.sealed)
        FROM office_anchorline l
        LEFT JOIN office_case c ON c.public_id = l.public_id
        LEFT JOIN office_decision d ON d.case_id = c.id AND d.number = l.decisions
        WHERE c.id IS NULL OR d.id IS NULL OR d.hash <> l.head OR l.reference NOT IN ('', c.reference)
        GROUP BY l.public_id ORDER BY min(l.id)
        """
    )
    for public_id, reference, gone, cut, other, sealed in rows:
        if gone:
            words = _("存证里有，事项已不存在，被删除")
        elif cut is not None:
            words = _("存证时有%(n)s条办理记录，之后被删除") % {"n": cut}
        elif other is not None:
            words = _("第%(n)s条办理记录与存证不符，链被重写") % {"n": other}
        else:
            words = _("编号与存证不符")
        yield Finding(public_id, "" if sealed else reference, words)
    for sealed in (False, True):
        yield from _anchor_chain(sealed=sealed)


def _anchor_chain(*, sealed: bool) -> Iterator[Finding]:
    previous = ""
    for row in Anchor.objects.filter(sealed=sealed).order_by("pk"):
        name = _("%(day)s 的存证") % {"day": timezone.localdate(row.at).isoformat()}
        if row.previous_hash != previous:
            yield Finding("", name, _("接不上前一夜的存证，有存证被删除或改动"))
        if anchoring.anchor_hash(row, lines=anchoring.lines_of(row.pk)) != row.hash:
            yield Finding("", name, _("存证或其中的行被改动、删除"))
        previous = row.hash


def _contents(*, year: int | None, say: Say) -> Iterator[Finding]:
    """What each paper says now, hashed again: title, number, sender, dates, files as registered."""
    done, cases = 0, EVERY if year is None else OF_YEAR
    statement = f"""
        SELECT c.procedure, c.id, c.public_id, c.reference, c.sealed, c.content_hash
        FROM {cases} c ORDER BY c.procedure, c.id
    """
    for code, rows in groupby(_many_rows(statement, {"year": year}), key=itemgetter(0)):
        procedure = procedures.REGISTRY.get(code)
        for piece in _pieces(rows):
            said = _said(procedure, [row[1] for row in piece])
            for _code, key, public_id, reference, sealed, expected in piece:
                if procedure is None:
                    words = _("流程“%(code)s”没有声明，内容无从核对") % {"code": code}
                elif procedure.sealed and not sealed:
                    words = _("密封标记被去掉")
                elif key not in said or chain.digest(said[key]) != expected:
                    words = _("标题、编号、文件或其他登记内容被改动")
                else:
                    continue
                hidden = sealed or (procedure is not None and procedure.sealed)
                yield Finding(public_id, "" if hidden else reference, words)
            done += len(piece)
            if done % (PIECE * 25) < PIECE:
                say(_("核对登记内容：%(n)d 件") % {"n": done})
    say(_("核对登记内容：%(n)d 件") % {"n": done})


def _said(procedure: type[procedures.Procedure] | None, keys: list[int]) -> dict[int, list[str]]:
    if procedure is None:
        return {}
    return procedure.contents(list(Case.objects.filter(pk__in=keys).defer("search_text")))


def _pieces(rows: Iterator[tuple]) -> Iterator[list[tuple]]:
    piece: list[tuple] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _tallies(*, year: int | None, known: set[str], say: Say) -> Iterator[Finding]:
    """Every row that hangs on a case as the program wrote it (office/tally.py). What has been said of a case in
    closer words is not said again."""
    say(_("核对在手、时限、文件、查阅等数据"))
    cases = EVERY if year is None else OF_YEAR
    counted = f"(SELECT case_id, bit_xor(hash) AS sum FROM ({tally.rows()}) AS every GROUP BY case_id)"
    statement = f"""
        SELECT c.public_id, c.reference, c.sealed FROM {cases} c
        LEFT JOIN {counted} n ON n.case_id = c.id LEFT JOIN office_tally t ON t.case_id = c.id
        WHERE t.sum IS DISTINCT FROM n.sum ORDER BY c.id
    """
    for public_id, reference, sealed in _rows(statement, {"year": year}):
        if public_id not in known:
            words = _("在手、时限、限知、文件、催办、查阅等数据与程序写下的不一致，被改动或删除")
            yield Finding(public_id, "" if sealed else reference, words)
    if year is not None:
        return
    gone = """SELECT t.case_id FROM office_tally t LEFT JOIN office_case c ON c.id = t.case_id
        WHERE c.id IS NULL AND t.sum <> 0 ORDER BY 1"""
    for (key,) in _rows(gone):
        yield Finding("", f"#{key}", _("程序写过的事项已不存在，被删除"))


def _guards() -> Iterator[Finding]:
    """Whoever switched our triggers off and left them off has written without them, or will."""
    rows = _rows(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O' ORDER BY 1"
    )
    for (table,) in rows:
        yield Finding("", table, _("这张表的防改动触发器被关闭"))


def _files(*, say: Say) -> Iterator[Finding]:
    """Every stored file is read and compared with its hash; the cases it hangs on are named."""
    for place, row in enumerate(StoredFile.objects.order_by("pk").iterator(), 1):
        if place % 500 == 0:
            say(_("核对文件：%(n)d 份") % {"n": place})
        if stored_files.verify(row):
            continue
        words = _("存放的文件丢失或被改动")
        hanging = Case.objects.filter(attachments__stored=row).order_by("pk").distinct()
        named = [Finding(case.public_id, "" if case.sealed else case.reference, words) for case in hanging]
        yield from named or [Finding("", row.hash[:16], words)]
