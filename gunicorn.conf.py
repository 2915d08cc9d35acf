"""The web server, in the demo and in production; every figure can be set from the environment."""

import os
import shutil
import tempfile
from pathlib import Path

from office.environment import secret

bind = os.environ.get("WEB_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "3"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# The program is read once and shared by the workers; no connection is opened while reading it.
preload_app = True
timeout = 60
graceful_timeout = int(os.environ.get("WEB_GRACE_SECONDS", "30"))
# Workers are renewed now and then, so that memory once used for a large register is given back.
max_requests = 2000
max_requests_jitter = 200
# The heartbeat file belongs in memory: on a slow disk a healthy worker would look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Nobody talks to the running server but by signals; its socket would want a home folder to lie in.
control_socket_disable = True
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")

# Whoever is asked for the metrics answers for all processes: they count in files they share, in memory.
if secret("METRICS_TOKEN", "", may_be_empty=True):
    _counted = tempfile.mkdtemp(prefix="antou-metrics-", dir=worker_tmp_dir)
    os.environ.update(PROMETHEUS_MULTIPROC_DIR=_counted)

    def child_exit(server, worker):
        from office.metrics import put_together

        put_together(worker.pid)

    def on_exit(server):
        shutil.rmtree(_counted, ignore_errors=True)
