#!/usr/bin/env python
"""Runs a command of the office, with the embedded servers up when none are named in the environment."""

import os
import signal
import subprocess
import sys
from contextlib import nullcontext

# These change tables or see behind the guard rails, so they run as the role that owns the tables.
OWNER_COMMANDS = {
    "backup",
    "demo",
    "flush",
    "createcachetable",
    "loaddata",
    "makemigrations",
    "migrate",
    "populate",
    "restore",
    "sqlflush",
    "sqlmigrate",
    "sqlsequencereset",
    "squashmigrations",
}
# These ask no database, or bring their own; all others find the servers running.
SERVERLESS_COMMANDS = {
    "--help",
    "--version",
    "-h",
    "bench",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "startproject",
    "version",
    "write_docs",
}


# On embedded servers these make the tables themselves when there are none yet.
FIRST_OF_ALL = {
    "backup",
    "chase",
    "deadline",
    "first_run",
    "populate",
    "print_register",
    "print_slip",
    "verify_chain",
}


def needs_servers(arguments: list[str]) -> bool:
    """Whether this command line works on the database or the queue."""
    command = arguments[0] if arguments else "help"
    if command == "check":
        return "--database" in arguments or any(part.startswith("--database=") for part in arguments)
    if command == "restore" and "--check" in arguments:
        return False
    return command not in SERVERLESS_COMMANDS and not {"-h", "--help"} & set(arguments)


def main() -> None:
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "office.settings")
    if arguments and arguments[0] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")

    import psycopg2
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    from office import embedded
    from office.environment import named

    # Ended from outside, a command still leaves through the door and stops what only it used.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    postgres, redis = not named("DATABASE_URL"), not named("REDIS_URL")
    asked = needs_servers(arguments)
    if asked and (postgres or redis):
        servers = embedded.using(embedded.var_folder(), postgres=postgres, redis=redis)
    else:
        servers = nullcontext()
    try:
        with servers:
            first = asked and postgres and bool(FIRST_OF_ALL & set(arguments[:1]))
            if first and embedded.is_empty(embedded.var_folder()):
                migrate()
            execute_from_command_line(sys.argv)
    except (embedded.Unavailable, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database does not answer: {str(error).strip()}")
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg2.errors.UndefinedTable):
            raise
        sys.exit("The database has not all of the office's tables. Run: manage.py migrate")


def migrate() -> None:
    """In a process of its own: it works in the owner's role, which this one may not have."""
    sys.stderr.write("Making the tables, once.\n")
    command = [sys.executable, __file__, "migrate", "--verbosity", "0"]
    if code := subprocess.run(command, env={**os.environ, "DATABASE_ROLE": "owner"}, check=False).returncode:
        sys.exit(code)


if __name__ == "__main__":
    main()
