"""What gunicorn serves: office.wsgi:application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "office.settings")

application = get_wsgi_application()

# The web workers print: loaded once, before they fork, its memory is theirs together.
import office.printing.engine  # noqa: E402, F401
