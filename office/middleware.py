"""Who may come in: signed in, not idle, password not out of date, second factor where required."""

from collections.abc import Callable
from datetime import timedelta
from time import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone
from django_otp import user_has_device

# Addresses open to everybody; the walk over all addresses (tests/test_urls.py) reads this list.
OPEN_TO_ALL = {"login", "logout", "set_language", "health", "keys"}
# Addresses somebody may use whose password is out of date or whose second factor is missing.
ON_THE_WAY_IN = OPEN_TO_ALL | {"password_change", "password_change_done", "second_factor", "second_factor_setup"}


class IdleTimeout:
    """Signs out who has been away. Requests made by the page itself (polling, drafts) do not count as work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            seen = request.session.get("seen_at")
            now = int(time())
            if seen is not None and now - seen > settings.IDLE_MINUTES * 60:
                logout(request)
                return redirect(f"{reverse('login')}?idle=1&next={request.get_full_path()}")
            if request.headers.get("X-Background") != "1" and (seen is None or now - seen >= 60):
                request.session["seen_at"] = now
        return self.get_response(request)


class SignedIn:
    """Every address needs a signed-in person unless it is listed above: a forgotten decorator leaks nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/" + settings.STATIC_URL.lstrip("/")):
            return self.get_response(request)
        try:
            name = resolve(request.path_info).url_name
        except Exception:  # an address that leads nowhere gets its 404 from Django, signed in or not
            return self.get_response(request)
        if name in OPEN_TO_ALL:
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return redirect(f"{reverse('login')}?next={request.get_full_path()}")
        if name not in ON_THE_WAY_IN:
            if self._password_is_old(user):
                return redirect("password_change")
            if not user.is_verified() and self._needs_second_factor(user):
                return redirect("second_factor" if user_has_device(user) else "second_factor_setup")
        return self.get_response(request)

    @staticmethod
    def _password_is_old(user) -> bool:
        if user.must_change_password:
            return True
        changed = user.password_changed_at
        days = settings.PASSWORD_DAYS
        return bool(days and changed and timezone.now() - changed > timedelta(days=days))

    @staticmethod
    def _needs_second_factor(user) -> bool:
        return settings.SECOND_FACTOR == "required" or user_has_device(user)
