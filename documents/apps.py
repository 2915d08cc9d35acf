from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("收文")

    def ready(self) -> None:
        from documents import handover, listing, procedures, registers, rules  # noqa: F401
        from documents.diary import meetings
        from documents.sheets import print_slip
        from documents.subject import SUBJECT
        from office import demo, diary, jobs, slips, subjects

        subjects.register(SUBJECT)
        diary.add("documents", meetings)
        slips.prints("documents", print_slip)
        jobs.add("import", "documents.import_job.run")
        demo.adds("documents.demo.filling.fill")
