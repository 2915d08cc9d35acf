"""The clock that hands in periodic work, and the sign it gives of being alive."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

BEATEN = "office.beat"
# Something is due every minute; between two signs lies no more than that.
EVERY = 15.0
# Longer than any pause between two: it stands still.
SILENT = 180.0


class Scheduler(PersistentScheduler):
    """Celery's own, named in CELERY_BEAT_SCHEDULER; it writes down in the cache when it last looked for what is due."""

    beaten_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        pause = super().tick(*args, **kwargs)
        now = time.time()
        if now - self.beaten_at >= EVERY:
            self.beaten_at = now
            try:
                cache.set(BEATEN, now, timeout=None)
            except (RedisError, OSError) as error:
                # Without Redis nothing is handed in either; the clock goes on and tries again.
                log.warning("The beat could not be noted: %s", error)
        return pause


def silent_for() -> float | None:
    """Seconds since the last sign; None where there never was one. Raises RedisError."""
    beaten = cache.get(BEATEN)
    return None if beaten is None else max(0.0, time.time() - beaten)
