"""The web server, in the demo and in production; every figure can be set from the environment."""

import os
from pathlib import Path

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
