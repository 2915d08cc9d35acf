"""Whether the office answers: for load balancers and containers, who learn nothing else."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from office.models.people import Kind


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """{"status": "ok"} with 200, {"status": "down"} with 503; a signed-in 系统管理员 also reads which part."""
    parts = {"database": _database_answers(), "redis": _redis_answers()}
    well = all(parts.values())
    answer: dict = {"status": "ok" if well else "down"}
    if parts["database"] and getattr(request.user, "kind", "") == Kind.SYSTEM:
        answer |= parts
    return JsonResponse(answer, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True
