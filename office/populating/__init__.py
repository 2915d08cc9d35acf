"""A bulk load for measuring and for long tests: a million papers with chains that verify, written set-wise in SQL.

Beside office/acting this is the only place that writes turns and decisions, and it writes none that the door
would not have written: an app tells the walks its papers take (`Filling`), the declared procedures say what
every act is called, where it leads and by when, and `verify_chain` has nothing to say afterwards.
"""

from .fillings import FILLINGS, Filling, add
from .loading import Loaded, populate, tidy
from .people import Short
from .walks import Act, Walk

__all__ = ["FILLINGS", "Act", "Filling", "Loaded", "Short", "Walk", "add", "populate", "tidy"]
