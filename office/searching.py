"""Search over cases: pairs of neighbouring characters, ANDed in a GIN index, then rechecked letter by letter.

A word that few papers hold goes through the index; one that many hold is found faster by walking the
newest visible papers. Which it is, PostgreSQL's own statistics tell (read at most every ten minutes).
"""

import re
import unicodedata
from time import monotonic

from django.db import connection, transaction
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, StrIndex

from office import access
from office.models.cases import Case
from office.models.people import User
from office.shorthand import read_reference

# A pair found in more than this share of all papers counts as common.
COMMON = 0.002
_STATISTICS_SECONDS = 600
_common_pairs: dict[str, float] = {}
_read_at = float("-inf")


def folded(text: str) -> str:
    """Letters and figures only, in lower case: what office_bigrams() in the database makes of a text."""
    plain = unicodedata.normalize("NFC", text).lower()
    return "".join(char for char in plain if char.isalnum())


def words_of(text: str) -> list[str]:
    """The words of a query. Brackets and points part nothing: 收〔2026〕412号 is one word."""
    return [word for word in (folded(part) for part in re.split(r"[\s，,、；;]+", text)) if word]


def pairs_of(word: str) -> list[str]:
    return list(dict.fromkeys(word[place : place + 2] for place in range(len(word) - 1)))


def search(user: User, text: str, *, count: int = 50, before: int | None = None) -> list[Case]:
    """The newest visible cases that hold every word of `text`, newest first, with keys below `before`."""
    found = matching(access.visible_to(user), text)
    if before is not None:
        found = found.filter(pk__lt=before)
    found = found.order_by("-pk")[:count]
    if not is_common(text):
        return list(found)
    with transaction.atomic(), connection.cursor() as cursor:
        # GIN answers only through bitmaps: without them the planner walks the newest papers and stops early.
        cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        return list(found)


def matching(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Narrow `cases` to those that hold every word."""
    words = words_of(text)
    if not words:
        return cases.none()
    pairs = list(dict.fromkeys(pair for word in words for pair in pairs_of(word)))
    if pairs:
        query = " & ".join("'" + pair.replace("'", "''") + "'" for pair in pairs)
        if is_common(text):
            cases = cases.filter(
                RawSQL("office_case.search @@ %s::tsquery", [query], output_field=_boolean())
            )
        else:
            # OFFSET 0 keeps the planner from mixing the index with the grants' tests.
            cases = cases.filter(
                pk__in=RawSQL("SELECT id FROM office_case WHERE search @@ %s::tsquery OFFSET 0", [query])
            )
    unsure = [word for word in words if len(word) != 2]
    if unsure:
        cases = cases.annotate(_plain=_plain())
        for word in unsure:
            cases = cases.annotate(_at=StrIndex(F("_plain"), Value(word))).filter(_at__gt=0)
    return cases


def _boolean():
    from django.db.models import BooleanField

    return BooleanField()


def _plain() -> Func:
    whole = Concat("title", Value(" "), "search_text", Value(" "), "reference", output_field=TextField())
    return Func(
        Func(whole, function="lower"),
        Value("[^[:alnum:]]+"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )


def by_reference(user: User, text: str) -> Case | None:
    """The one case whose number was typed (收2026-412), scanned or pasted."""
    return access.visible_to(user).filter(reference=read_reference(text)).exclude(reference="").first()


def is_common(text: str) -> bool:
    """Whether even the rarest pair of the query is held by many papers."""
    pairs = [pair for word in words_of(text) for pair in pairs_of(word)]
    if not pairs:
        return True
    shares = _statistics()
    return min(shares.get(pair, 0.0) for pair in pairs) > COMMON


def _statistics() -> dict[str, float]:
    global _common_pairs, _read_at
    if monotonic() - _read_at > _STATISTICS_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
                " WHERE tablename = 'office_case' AND attname = 'search'"
            )
            row = cursor.fetchone()
        _common_pairs = dict(zip(row[0], row[1], strict=False)) if row and row[0] else {}
        _read_at = monotonic()
    return _common_pairs


def forget_statistics() -> None:
    global _read_at
    _read_at = float("-inf")
