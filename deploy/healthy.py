"""Whether the office answers from this container, database and queue with it; asked by Docker."""

import http.client
import os

host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
host = "localhost" if host == "*" else host
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
connection.request("GET", "/health/", headers={"Host": host, "X-Forwarded-Proto": "https"})
raise SystemExit(connection.getresponse().status != 200)
