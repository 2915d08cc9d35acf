"""The office's settings while the tests run: servers, data and queue of their own, away from any real ones."""

import os
import tempfile
from pathlib import Path

from office import embedded
from office.environment import redis_database

for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ROLE", "REDIS_URL", "SECRET_KEY", "NOTICE_CHANNELS"):
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)
# The first process makes the folder, its xdist workers find it by the variable.
if "ANTOU_TEST_VAR" not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="antou-test-"))
    folder.chmod(0o755)  # the servers' user has to get through
    os.environ["ANTOU_TEST_VAR"] = str(folder)
os.environ["ANTOU_VAR"] = os.environ["ANTOU_TEST_VAR"]
# Two Redis databases for each worker: queue and cache. The controller has the first two.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
os.environ["REDIS_URL"] = redis_database(embedded.addresses(embedded.var_folder()).redis_url, after=2 * NUMBER)
# One of each kind, so that every page is seen with all of them. Nobody listens at the first, nobody has an account.
os.environ["NOTICE_CHANNELS"] = """
webhook json://127.0.0.1:9/{to}
wecom wechat://corp:s3cr3t@1000002/{to}
dingtalk/cheng dingtalk://s3cr3t@t0ken
feishu/cheng feishu://t0ken
"""
# Playwright's synchronous interface keeps an event loop in the test's own thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from office.settings import *  # noqa: E402, F403

SECRET_KEY = "only for the tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Read a static file when it is asked for: going through them all for every new test client takes 50 ms.
WHITENOISE_AUTOREFRESH = True
# Nobody listens here: what a test hands to the queue waits, unless it asks for `celery_worker_process`.
CELERY_TASK_DEFAULT_QUEUE = "unheard"
