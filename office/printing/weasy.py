"""WeasyPrint, imported without its search for libraries under names they do not have here.

On Linux every library is found by its file name. Looking for the other names first asks gcc and ldconfig
fifty times, which is half a second in every process that prints.
"""

import ctypes.util
import sys

_search = ctypes.util.find_library
if sys.platform == "linux":
    ctypes.util.find_library = lambda name: None
try:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher
finally:
    ctypes.util.find_library = _search

__all__ = ["CSS", "HTML", "FatalURLFetchingError", "FontConfiguration", "URLFetcher"]
