"""The version shown at the foot of every page; pyproject.toml names the same (tests/test_urls.py)."""

VERSION = "0.1.0"
