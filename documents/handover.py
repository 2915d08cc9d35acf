"""What a clerk hands over beside what lies in the tray: the closed papers on the shelf, book by book (R-CIR-17)."""

from collections.abc import Sequence

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from office import access, handover
from office.acting import Refused
from office.handover import Entry, Held, Order, Part, Way
from office.models.cases import Case
from office.models.handovers import Handover
from office.models.people import User

from .models import Custody, IncomingDocument

# Older ones have gone to the archives by the end of March (R-ARC-02), on paper where the program does not know it.
YEARS = 2


def kept_by(person: User, *, year: int) -> QuerySet[IncomingDocument]:
    """Paper that was closed here and is not filed: on the shelf of who registered it, or of who took it over since."""
    closed = Q(case__closed_at__isnull=False, case__series__year__gt=year - YEARS)
    own = Q(custody__isnull=True, case__opened_by=person) | Q(custody__keeper=person)
    found = IncomingDocument.objects.filter(closed, own, archived_as="", imported__isnull=True)
    return found.exclude(carrier=IncomingDocument.Carrier.ELECTRONIC).exclude(case__outcome__in=["void", "refused"])


@handover.add
class Shelf(Part):
    code = "documents.shelf"
    title = gettext_lazy("已办结未归档的收文")
    ways = (Way("to", gettext_lazy("移交接收人"), wants=True),)

    def held(self, person: User) -> list[Held]:
        books = (
            kept_by(person, year=timezone.localdate().year)
            .values("case__series", "case__opened_by", book=F("case__series__name"), year=F("case__series__year"),
                    registrar=F("case__opened_by__name"))
            .annotate(n=Count("pk"), papers=Sum("copies"))
            .order_by("case__series__position", "case__series__name", "-case__series__year", "case__opened_by")
        )  # fmt: skip
        return [
            Held(
                key=f"{one['case__series']}-{one['case__opened_by']}", number=f"{one['book']}〔{one['year']}〕",
                what=ngettext("%(n)d 件，%(who)s登记", "%(n)d 件，%(who)s登记", one["n"])
                % {"n": one["n"], "who": one["registrar"]},
                note=_("照收文登记簿清点，缺的写明编号"), copies=one["papers"],
            )
            for one in books
        ]  # fmt: skip

    def _papers(self, held: Sequence[Held], *, of: User) -> dict[str, list[IncomingDocument]]:
        """By the keys of the lines. The papers of everything on the shelf, in one query."""
        found: dict[str, list[IncomingDocument]] = {one.key: [] for one in held}
        for paper in kept_by(of, year=timezone.localdate().year).select_related("case").order_by("case_id"):
            found.setdefault(f"{paper.case.series_id}-{paper.case.opened_by_id}", []).append(paper)
        return found

    def cases(self, held: Sequence[Held], *, of: User) -> list[int]:
        papers = self._papers(held, of=of)
        return [paper.case_id for one in held for paper in papers[one.key]]

    def unfit(self, held: Sequence[Held], *, to: User, of: User) -> set[str]:
        papers = self._papers(held, of=of)
        cases: list[Case] = [paper.case for one in held for paper in papers[one.key]]
        fit = access.reaching(to, cases)
        return {one.key for one in held if any(paper.case_id not in fit for paper in papers[one.key])}

    def given_back(self, held: Sequence[Held], *, taken: Handover) -> list[Held]:
        return [one for one in held if one.key.endswith(f"-{taken.person_id}")]

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        papers = self._papers([one.held for one in entries], of=order.person)
        rows, went = [], []
        for one in entries:
            if one.to is None:
                raise Refused(_("%(book)s 的文件要有人保管，请另选一位接收人。") % {"book": one.held.number})
            rows += [Custody(document=paper, keeper=one.to, since=order.at) for paper in papers[one.held.key]]
            went.append(one.to.name)
        Custody.objects.bulk_create(
            rows, batch_size=1000, update_conflicts=True, unique_fields=["document"], update_fields=["keeper", "since"]
        )
        return went
