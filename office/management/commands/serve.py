"""Opens the office on this machine: web server, worker and clock, until Ctrl+C."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, get_commands
from django.utils.translation import gettext as _

from office import embedded
from office.celery import app as celery
from office.environment import named
from office.supervisor import Child, Refused, Supervisor, free_port


class Command(BaseCommand):
    help = (
        "Migrates the database and runs web server, Celery worker and Celery beat side by side until Ctrl+C. "
        "PORT names the port (8000), WEB_WORKERS the web processes (3), WORKERS the worker's (2)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="fill the demo office and print its accounts")

    def handle(self, *, demo: bool, **options):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal without Chinese must not stop the office
        try:
            port = free_port(os.environ.get("PORT") or "8000")
            serve(port=port, demo=demo, say=self._say)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def serve(*, port: int, demo: bool, say) -> None:
    address = f"http://127.0.0.1:{port}/"
    supervisor = Supervisor(environment=child_environment(port=port, demo=demo), say=say, tend=_tend)
    supervisor.listen()
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    say(_("正在准备数据库……"))
    supervisor.first(_("数据库准备"), [*manage, "migrate", "--verbosity", "0"])
    fill = demo and "demo" in get_commands()
    if fill and not supervisor.ending.is_set():
        # People and settings at once; the papers follow in the worker, behind a banner.
        supervisor.first(_("演示数据"), [*manage, "demo", "--quick"])
        celery.send_task("office.tasks.fill_demo")
    supervisor.keep(
        children(),
        ready=lambda: _answers(address),
        opened=lambda: say(_("案头已启动：{address} （按 Ctrl+C 停止）").format(address=address)),
    )


def children() -> list[Child]:
    python = [sys.executable, "-m"]
    worker = [*python, "celery", "--quiet", "--app", "office", "worker", "--loglevel", "WARNING"]
    beat = [*python, "celery", "--quiet", "--app", "office", "beat", "--loglevel", "WARNING"]
    schedule = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    schedule.parent.mkdir(parents=True, exist_ok=True)
    return [
        Child("web", [*python, "gunicorn", "office.wsgi"]),
        Child("worker", [*worker, "--concurrency", os.environ.get("WORKERS", "2")]),
        Child("beat", [*beat, "--schedule", str(schedule), "--pidfile="]),
    ]


def child_environment(*, port: int, demo: bool) -> dict[str, str]:
    environment = {**os.environ, "PORT": str(port), "WEB_GRACE_SECONDS": "4", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    # Advice for whoever runs servers by hand (Celery as root, WhiteNoise before collectstatic) is noise here.
    environment.setdefault("PYTHONWARNINGS", "ignore")
    environment.pop("DATABASE_ROLE", None)  # each command takes its own; web and worker are the application
    if demo:
        environment["DEMO"] = "1"
    return environment


def _answers(address: str) -> bool:
    """Whether the web server answers at all; what it says is no concern here."""
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _tend() -> None:
    """An embedded server that died is started again; the web server's connections mend themselves."""
    postgres, redis = not named("DATABASE_URL"), not named("REDIS_URL")
    if postgres or redis:
        embedded.revive(embedded.var_folder(), postgres=postgres, redis=redis)
