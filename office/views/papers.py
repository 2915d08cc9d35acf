"""The paper on screen: the files of a case as pages, for whoever may see the case."""

from django.urls import reverse
from django.utils.translation import gettext as _

from office import access
from office.acting.door import wordless
from office.models.cases import Case
from office.models.files import Attachment
from office.models.people import User

# Pictures are made when they come near, so that a long paper costs no more than its pages that are read.
PAGES_SHOWN = 500
PICTURE_WIDTH = 900


def attachments_of(case: Case) -> list[Attachment]:
    return list(
        case.attachments.filter(removed_at__isnull=True).select_related("stored").order_by("position", "pk")
    )


def paper_of(case: Case, *, user: User) -> dict:
    """Context of office/_paper.html: files with page pictures, or why there is none."""
    from office.files import previewable

    files = []
    for one in attachments_of(case):
        pages = min(one.stored.pages or 0, PAGES_SHOWN) if previewable(one.stored) else 0
        files.append(
            {
                "name": one.name,
                "kind": str(one.get_role_display()),
                "page_count": one.stored.pages or 0,
                "left_out": (one.stored.pages or 0) - pages if pages else 0,
                "pages": [
                    {
                        "url": f"{reverse('file_page', args=[case.public_id, one.pk, page])}?width={PICTURE_WIDTH}",
                        "alt": _("%(name)s 第 %(n)d 页") % {"name": one.name, "n": page},
                    }
                    for page in range(1, pages + 1)
                ],
                "download_url": reverse("file", args=[case.public_id, one.pk]),
                "previewable": pages > 0,
                "size_words": size_words(one.stored.size),
                "view_url": f"{reverse('file', args=[case.public_id, one.pk])}?inline=1" if pages else "",
            }
        )
    words = ""
    if wordless(case):
        words = _("涉密文件，本系统不存文件（R-SEC-03），请看纸质原件。")
    return {
        "files": files,
        "file_count": len(files),
        "page_total": files[0]["page_count"] if files else 0,
        "paper_words": words,
    }


def size_words(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def may_look(user: User, public_id: str) -> Case | None:
    return access.visible_to(user).filter(public_id=public_id).first()
