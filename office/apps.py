from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = _("办公室")

    def ready(self) -> None:
        from office import checks, roles
        from office.handover import own  # noqa: F401
        from office.lists import found  # noqa: F401
        from office.rules import core  # noqa: F401

        checks.register()
        roles.register()
