"""A procedure as a drawing: cards from top to bottom, arrows in lanes beside them. Pure geometry, in SVG units.

Each move stands as a line of words on the card of its step and its arrow leaves from that line, so that no label ever
lies on an arrow. Moves forward run on the right, moves back on the left, side steps stand at the right with dashed
arrows. The template (office/_drawing.html) writes it down; office.css colours it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from office.dry_walk import Facts, whither
from office.levels import Outcome
from office.procedures import Move, Procedure, Step

CARD, SIDE_CARD = 268, 190
PAD, LINE, HEAD = 10, 19, 24
GAP = 30
LANE = 11
MARGIN = 12
# Of the type sizes in office.css: how wide a Chinese and a Latin character is.
WIDE, NARROW = 13.0, 7.0
# What is said in small type takes so much less room; beside it 未核实 must fit.
SMALL, CHIP = 0.9, 70


@dataclass
class Line:
    """A line of words on a card; `y` is its base line. `chip_x`: where 未核实 stands behind it, 0 where it does not."""

    words: str
    x: float
    y: float
    kind: str = ""
    chip_x: float = 0.0


@dataclass
class Card:
    """One step. `kind`: main, side; `dashed` when the office passes it over; `here` when the walk stands on it."""

    code: str
    x: float
    y: float
    width: float
    height: float = 0.0
    kind: str = "main"
    dashed: bool = False
    here: bool = False
    lines: list[Line] = field(default_factory=list)
    ports: dict[str, float] = field(default_factory=dict)
    rules: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + HEAD / 2 + 4


@dataclass(frozen=True)
class Arrow:
    """`path`: an SVG path; `kind`: forward, back, side; `words` are read aloud as its title."""

    path: str
    kind: str
    words: str


@dataclass
class Drawing:
    title: str
    cards: list[Card]
    arrows: list[Arrow]
    width: float
    height: float


def wrapped(words: str, width: float) -> list[str]:
    """Broken into lines that are at most `width` wide; Latin words stay whole where they can."""
    lines, line, used = [], "", 0.0
    for part in _parts(words):
        wide = wide_of(part)
        if line and used + wide > width:
            lines.append(line.rstrip())
            line, used, part = "", 0.0, part.lstrip()
            wide = wide_of(part)
        line += part
        used += wide
    return [*lines, line] if line or not lines else lines


def _parts(words: str) -> list[str]:
    """Pieces between which a line may end: after every wide character, and after a blank."""
    parts, piece = [], ""
    for one in words:
        # Nothing begins with a closing mark.
        if piece and one not in "，。；：、）”" and (_is_wide(one) or piece[-1] == " " or _is_wide(piece[-1])):
            parts.append(piece)
            piece = ""
        piece += one
    return [*parts, piece] if piece else parts


def _is_wide(one: str) -> bool:
    return unicodedata.east_asian_width(one) in "WF"


def wide_of(words: str) -> float:
    return sum(WIDE if _is_wide(one) else NARROW for one in words)


def draw(procedure: type[Procedure], facts: dict[str, Facts], *, here: Sequence[str] = ()) -> Drawing:
    """The drawing of a procedure; `facts` by the code of each step that is not retired, `here` the walk's places."""
    main = [one for one in procedure.steps.values() if not one.side and not one.retired]
    beside = [one for one in procedure.steps.values() if one.side and not one.retired]
    order = {step.code: place for place, step in enumerate(main)}
    back = _lanes([(step, move) for step in main for move in step.moves if _is_back(step, move, order)], order)
    forward = _lanes([(step, move) for step in main for move in step.moves if _is_forward(step, move, order)], order)
    left = MARGIN + LANE * (max(back.values(), default=-1) + 1) + (LANE if back else 0)
    right = left + CARD + LANE * (max(forward.values(), default=-1) + 2)
    turns = {step.code: right + LANE * place for place, step in enumerate(beside)}
    aside = right + LANE * len(beside) + 14
    cards, y = {}, float(MARGIN)
    for step in main:
        card = _card(procedure, facts[step.code], x=left, y=y, width=CARD, here=step.code in here)
        cards[step.code] = card
        y += card.height + GAP
    side_y = _beside(procedure, facts, beside, cards, main=main, x=aside, here=here)
    arrows = [
        *(_forward(procedure, cards, key, lane, edge=left + CARD) for key, lane in forward.items()),
        *(_back(procedure, cards, key, lane, edge=left) for key, lane in back.items()),
        *_to_sides(procedure, cards, main, start=left + CARD, turns=turns),
    ]
    width = (aside + SIDE_CARD if beside else right) + MARGIN
    return Drawing(str(procedure.title), list(cards.values()), arrows, width, max(y - GAP, side_y) + MARGIN)


def _is_forward(step: Step, move: Move, order: dict[str, int]) -> bool:
    return bool(move.to) and order[move.to] > order[step.code]


def _is_back(step: Step, move: Move, order: dict[str, int]) -> bool:
    return bool(move.to) and order[move.to] <= order[step.code]


Key = tuple[str, str]


def _lanes(moves: list[tuple[Step, Move]], order: dict[str, int]) -> dict[Key, int]:
    """A lane for each arrow, the short ones next to the cards; those that end in one step share its lane."""
    lanes: dict[Key, int] = {}
    spans: list[list[tuple[int, int, str]]] = []
    for step, move in sorted(moves, key=lambda one: abs(order[one[1].to] - order[one[0].code])):
        first, last = sorted((order[step.code], order[move.to]))
        free = (n for n, taken in enumerate(spans) if all(move.to == to or last < a or first > b for a, b, to in taken))
        lane = next(free, len(spans))
        if lane == len(spans):
            spans.append([])
        spans[lane].append((first, last, move.to))
        lanes[(step.code, move.code)] = lane
    return lanes


def _card(procedure: type[Procedure], facts: Facts, *, x: float, y: float, width: float, here: bool,
          kind: str = "main") -> Card:
    step = facts.step
    card = Card(step.code, x, y, width, kind=kind, dashed=facts.skipped, here=here)
    room = width - 2 * PAD
    at = y + HEAD - 5
    for words in wrapped(str(step.label), room - 8):
        card.lines.append(Line(words, x + PAD, at, "label"))
        at += LINE + 1
    if facts.skipped:
        at = _write(card, _("本单位不经过"), at, room, "quiet")
    at = _write(card, facts.hands, at, room, "who")
    for words in facts.limit_lines:
        at = _write(card, words, at, room, "limit")
    if facts.basis:
        at = _write(card, facts.basis, at, room - CHIP, "quiet")
        if facts.unverified:
            last = card.lines[-1]
            last.chip_x = last.x + wide_of(last.words) * SMALL + 6
    card.rules.append(at - LINE + 6)
    at += 4
    for move in step.moves:
        words = f"{move.label} {_mark(move)} {whither(procedure, move)}"
        card.ports[move.code] = at - 4
        kind_of = "close" if move.close else "side" if move.side or move.returns else "move"
        at = _write(card, words, at, room, kind_of)
    card.height = at - y - LINE + PAD + 4
    return card


def _mark(move: Move) -> str:
    return "■" if move.close else "⇢" if move.side else "↩" if move.returns else "→" if move.to else "○"


def _write(card: Card, words: str, at: float, room: float, kind: str) -> float:
    for line in wrapped(words, room):
        card.lines.append(Line(line, card.x + PAD, at, kind))
        at += LINE
    return at


def _beside(procedure, facts, beside: list[Step], cards: dict[str, Card], *, main: list[Step], x: float, here) -> float:
    """Side steps at the height of the first step that sends them out, one below another."""
    y = float(MARGIN)
    for step in sorted(beside, key=lambda one: _first_sender(one, main)):
        sender = _first_sender(step, main)
        y = max(y, cards[main[sender].code].y if sender < len(main) else y)
        card = _card(procedure, facts[step.code], x=x, y=y, width=SIDE_CARD, kind="side", here=step.code in here)
        cards[step.code] = card
        y += card.height + GAP
    return y - GAP


def _first_sender(step: Step, main: list[Step]) -> int:
    places = [n for n, one in enumerate(main) for move in one.moves if step.code in (move.side, move.others)]
    return min(places, default=len(main))


def _words(procedure: type[Procedure], key: Key) -> str:
    step = procedure.step(key[0])
    move = step.move(key[1])
    assert move is not None
    return _("%(step)s：%(move)s → %(to)s") % {
        "step": step.label, "move": move.label, "to": whither(procedure, move)
    }


def _forward(procedure, cards: dict[str, Card], key: Key, lane: int, *, edge: float) -> Arrow:
    out = edge + LANE * (lane + 1)
    return _bent(procedure, cards, key, edge=edge, out=out, kind="forward")


def _back(procedure, cards: dict[str, Card], key: Key, lane: int, *, edge: float) -> Arrow:
    out = edge - LANE * (lane + 1)
    return _bent(procedure, cards, key, edge=edge, out=out, kind="back")


def _bent(procedure, cards: dict[str, Card], key: Key, *, edge: float, out: float, kind: str) -> Arrow:
    """From the line of the move out into its lane, along it, and in again at the head of the other card."""
    move = procedure.step(key[0]).move(key[1])
    y, to = cards[key[0]].ports[key[1]], cards[move.to].middle
    return Arrow(f"M{edge:g} {y:g}H{out:g}V{to:g}H{edge:g}", kind, _words(procedure, key))


def _to_sides(procedure, cards: dict[str, Card], main: list[Step], *, start: float, turns) -> list[Arrow]:
    arrows = []
    for step in main:
        for move in step.moves:
            if target := move.side or move.others:
                card = cards[target]
                y = cards[step.code].ports[move.code]
                path = f"M{start:g} {y:g}H{turns[target]:g}V{card.middle:g}H{card.x:g}"
                words = _("%(step)s：%(move)s ⇢ %(to)s") % {
                    "step": step.label, "move": move.label, "to": procedure.step(target).label
                }
                arrows.append(Arrow(path, "side", words))
    return arrows


def outcomes(procedure: type[Procedure]) -> list[str]:
    """The ways a paper of this procedure may end, in words."""
    codes = dict.fromkeys(move.close for step in procedure.steps.values() for move in step.moves if move.close)
    return [str(Outcome(code).label) for code in codes]
