from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("收文")

    def ready(self) -> None:
        from documents import procedures  # noqa: F401
