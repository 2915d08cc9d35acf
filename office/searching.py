"""Search over cases: pairs of neighbouring characters, ANDed in a GIN index, then rechecked letter by letter.

Three ways lead to the newest papers that hold a word and that somebody may see. A word that few hold: all that
hold it, from the index. A word that many hold: the newest papers he may see, until a page is full. Between the
two: those that hold it, from the newest keys downward, a stretch at a time. Which is shortest is reckoned from
PostgreSQL's own statistics of the word (read at most every ten minutes) and from how densely his grants lie; a
wrong guess costs time, never a paper.
"""

import re
import unicodedata
from time import monotonic
from typing import cast

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Col
from django.db.models.functions import Concat, StrIndex
from django.utils import timezone

from office import access, subjects
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case, Decision, Turn
from office.models.people import Kind, User
from office.shorthand import read_reference, read_short_reference

# So many papers are read and tested one by one in a few milliseconds: then all that hold a word are taken.
AT_ONCE = 2_000
# Reading one paper and testing it, against passing over one entry of a list in the index.
PAPER, ENTRY = 1.0, 0.02
# Of papers that many words part, the later ones of a stretch are fewer than the first let hope.
MARGIN = 2
# The page read by sight after which the index is asked after all, counted from 0.
TRIES = 1
_STATISTICS_SECONDS = 600
# A public id alone, or at the end of an address of a case.
_PUBLIC_ID = re.compile(r"(?:^|/cases/)(?P<id>[A-Za-z0-9_-]{16})/?$")
_shares: dict[str, float] = {}
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
    if not words_of(text):
        return []
    found = _by_words(user, text, count=count, before=before)
    secrets = state_secrets(user, access.visible_to(user), text)
    if before is not None:
        secrets = [case for case in secrets if case.pk < before]
    both = {case.pk: case for case in (*found, *secrets)}
    return [both[key] for key in sorted(both, reverse=True)[:count]]


def state_secrets(user: User, cases: QuerySet[Case], text: str) -> list[Case]:
    """The state secrets among `cases` that bear these words in what they may be registered by, number and sender: not
    a word of theirs is in the column that is searched (R-SEC-03). Nobody asks who is cleared for none; and whether he
    may see them is asked of those that bear the words, as a rule of none."""
    words = words_of(text)
    if user.clearance < FIRST_STATE_SECRET or not words:
        return []
    secret = Case.objects.filter(secrecy__gte=FIRST_STATE_SECRET).order_by("-pk").values_list("pk", flat=True)
    keys = [key for find in subjects.numbers() for key in find(secret, words)[:AT_ONCE]]
    return list(cases.filter(pk__in=keys).order_by("-pk")) if keys else []


def _by_words(user: User, text: str, *, count: int, before: int | None) -> list[Case]:
    share = share_of(text)
    if share is None:
        if access.identity(user).sees and (page := _all_there_are(user, text, count=count, before=before)) is not None:
            return page
        few = _few(text)
        if few is not None:
            return _of_few(user, text, [key for key in few if before is None or key < before], count=count)
        share = least_share()
    elif before is None and MARGIN * count / share <= AT_ONCE and access.identity(user).sees:
        found = _at_the_top(user, text, count=count)
        if len(found) == count:
            return found
    top = _top() if before is None else before - 1
    seen = access.density(user, below=top + 1)
    # By the list of those that hold the word, or by what he may see, newest first: whichever is read less.
    by_word = share * top * ENTRY + min(share * top, count / seen if seen else top) * PAPER
    by_sight = min(seen * top, count / share) * PAPER
    if seen == 1:
        return _downward(
            user, text, count=count, top=top, width=MARGIN * count / share, by_index=by_word < by_sight
        )
    if by_word < by_sight:
        return _downward(user, text, count=count, top=top, width=MARGIN * count / share / seen)
    return _by_sight(user, text, count=count, top=top, step=min(AT_ONCE, round(MARGIN * count / share)))


def _all_there_are(user: User, text: str, *, count: int, before: int | None) -> list[Case] | None:
    """All papers that hold these pairs, where they fill no page and nothing has to be read letter by letter: one
    statement, for those to whom a rule opens most of them. None where there are more."""
    if any(len(word) != 2 for word in words_of(text)):
        return None
    cases = matching(access.visible_to(user), text)
    if before is not None:
        cases = cases.filter(pk__lt=before)
    found = list(cases[: count + 1])
    return sorted(found, key=lambda case: -case.pk) if len(found) <= count else None


def _at_the_top(user: User, text: str, *, count: int) -> list[Case]:
    """Among the newest papers, whichever they are: for words so many hold that a page of them is soon full."""
    newest = Subquery(Case.objects.order_by("-pk").values("pk")[:1], output_field=BigIntegerField())
    page = matching(access.visible_to(user).filter(pk__gt=newest - AT_ONCE), text, by_index=False)
    return list(page.order_by("-pk")[:count])


def _by_sight(user: User, text: str, *, count: int, top: int, step: int) -> list[Case]:
    """The newest papers he may see, a page of them at a time; when the words turn out rare after all, by the index."""
    found: list[Case] = []
    for turn, keys in enumerate(access.newest_keys(user, step=step, before=top + 1)):
        page = matching(access.visible_to(user).filter(pk__in=keys), text, by_index=False)
        found.extend(page.order_by("-pk")[: count - len(found)])
        if len(found) == count:
            break
        if turn == TRIES:
            rest, width = keys[-1] - 1, 10.0 * (top - keys[-1])
            return found + _downward(user, text, count=count - len(found), top=rest, width=width, turn=1)
    return found


def _downward(
    user: User, text: str, *, count: int, top: int, width: float, by_index: bool = True, turn: int = 0
) -> list[Case]:
    """A stretch of keys at a time, each much wider than the one before; from the second on by the index."""
    found: list[Case] = []
    while top > 0 and len(found) < count:
        if turn == 1 and _several(text):
            # Each of the words may be common and hardly a paper hold them all.
            few = _few(text)
            if few is not None:
                return found + _of_few(user, text, [key for key in few if key <= top], count=count - len(found))
        low = max(0, top - max(AT_ONCE, round(width)))
        page = matching(access.visible_to(user), text, by_index=by_index or turn > 0).filter(pk__gt=low, pk__lte=top)
        found.extend(page.order_by("-pk")[: count - len(found)])
        top, width, turn = low, width * 10, turn + 1
    return found


def _of_few(user: User, text: str, keys: list[int], *, count: int) -> list[Case]:
    """The newest of these (newest first) that he may see; what is no pair of characters is looked for letter by
    letter. Where a rule opens the newest of them all, nothing else is asked."""
    for seen in (access.seen_by_rule(user), access.visible_to(user)):
        found = list(_letter_by_letter(seen.filter(pk__in=keys), text).order_by("-pk")[:count])
        if [case.pk for case in found] == keys[:count]:
            break
    return found


def _few(text: str) -> list[int] | None:
    """The keys of all cases that hold these pairs, newest first, or None when they are many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM office_case WHERE search @@ %s::tsquery LIMIT %s", [_query(text), AT_ONCE + 1]
        )
        keys = [key for (key,) in cursor.fetchall()]
    return sorted(keys, reverse=True) if len(keys) <= AT_ONCE else None


def _several(text: str) -> bool:
    return sum(max(1, len(word) - 1) for word in words_of(text)) > 1


def _top() -> int:
    return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _query(text: str) -> str:
    """Every pair, and of a single character the pairs that begin with it."""
    parts: dict[str, None] = {}
    for word in words_of(text):
        quoted = ["'" + part.replace("'", "''") + "'" for part in pairs_of(word) or [word]]
        parts |= dict.fromkeys(quoted if len(word) > 1 else [quoted[0] + ":*"])
    return " & ".join(parts)


def matching(cases: QuerySet[Case], text: str, *, by_index: bool = True) -> QuerySet[Case]:
    """Narrow `cases` to those that hold every word. `by_index=False`: tested one by one, where `cases` are few."""
    words = words_of(text)
    if not words:
        return cases.none()
    return _letter_by_letter(cases.filter(Holds(_query(text), by_index=by_index)), text)


def _letter_by_letter(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Pairs that follow each other need not stand in one word: what the index cannot tell is read."""
    unsure = [word for word in words_of(text) if len(word) != 2]
    if unsure:
        cases = cases.annotate(_plain=_plain())
        for word in unsure:
            cases = cases.annotate(_at=StrIndex(F("_plain"), Value(word))).filter(_at__gt=0)
    return cases


class Holds(Func):
    """Whether the case's generated column `search`, which is no field of the model, holds these pairs."""

    output_field = BooleanField()

    def __init__(self, query: str, *, by_index: bool) -> None:
        super().__init__(F("pk"))
        self.query, self.by_index = query, by_index

    def as_sql(
        self, compiler, connection, function=None, template=None, arg_joiner=None, **extra_context
    ) -> tuple[str, tuple[str, ...]]:
        table = compiler.quote_name_unless_alias(cast(Col, self.source_expressions[0]).alias)
        holds = f"{table}.search @@ %s::tsquery"
        # What may be unknown cannot be looked up in an index.
        return (holds if self.by_index else f"({holds}) IS TRUE"), (self.query,)


def _plain() -> Func:
    return plain("title", "search_text", "reference")


def plain(*columns: str) -> Func:
    """Letters and figures of these columns, one behind the other, in lower case: `folded` in the database."""
    parts = [part for column in columns for part in (Value(" "), F(column))]
    whole = Concat(*parts, output_field=TextField())
    return Func(
        Func(whole, function="lower"),
        Value("[^[:alnum:]]+"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )


def by_reference(user: User, text: str) -> Case | None:
    """The one case whose number was typed (收2026-412, this year's 收0412), scanned or pasted: a paper that has no
    number bears its public id in its code, and an address holds that too."""
    short = read_short_reference(text, year=timezone.localdate().year)
    numbers = [number for number in (read_reference(text), short) if number]
    if (scanned := _PUBLIC_ID.search(text.strip())) is not None:
        numbered = Q(reference__in=numbers) | Q(public_id=scanned["id"])
        return access.visible_to(user).filter(numbered).first()
    return access.visible_to(user).filter(reference__in=numbers).first()


def by_hands(user: User, name: str, *, count: int, before: int | None = None) -> list[Case]:
    """The newest visible cases that have been in the hands of somebody of this name, or that he has signed, himself or
    through a deputy or a clerk who wrote it down; of his last thousand of each."""
    people = list(User.objects.filter(name=name.strip(), kind=Kind.OFFICE).values_list("pk", flat=True))
    if not people:
        return []
    turns = Turn.objects.filter(holder__in=people).order_by("-case_id")
    # The newest of each by its key, as 已办 reads them: a leader has signed half a million.
    who = ({"actor__in": people}, {"on_behalf_of__in": people})
    signed = [Decision.objects.filter(**by).order_by("-pk") for by in who]
    below = {} if before is None else {"case_id__lt": before}
    keys = set(turns.filter(**below).values_list("case_id", flat=True).distinct()[:1_000])
    for rows in signed:
        keys.update(rows.filter(**below).values_list("case_id", flat=True)[:1_000])
    return list(access.visible_to(user).filter(pk__in=keys).order_by("-pk")[:count]) if keys else []


def share_of(text: str) -> float | None:
    """What part of all papers holds the rarest of the query's words, at most; None where that is not known."""
    shares = _statistics()
    found: list[float] = []
    for word in words_of(text):
        if len(word) == 1:
            beginning = [share for pair, share in shares.items() if pair.startswith(word)]
            found.append(max(beginning, default=-1.0))
        else:
            found += [shares.get(pair, -1.0) for pair in pairs_of(word)]
    rarest = min(found)
    return None if rarest < 0 else rarest


def least_share() -> float:
    """No pair that the statistics leave out is held by a larger part of all papers."""
    return min(_statistics().values(), default=1.0)


def _statistics() -> dict[str, float]:
    global _shares, _read_at
    if monotonic() - _read_at > _STATISTICS_SECONDS:
        with connection.cursor() as cursor:
            # Behind the shares of the elements stand the least, the greatest and that of NULL.
            cursor.execute(
                "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
                " WHERE schemaname = current_schema() AND tablename = 'office_case' AND attname = 'search'"
            )
            row = cursor.fetchone()
        _shares = dict(zip(row[0], row[1], strict=False)) if row and row[0] else {}
        _read_at = monotonic()
    return _shares


def forget_statistics() -> None:
    global _read_at
    _read_at = float("-inf")
