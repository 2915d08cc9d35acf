"""Who may come in: signed in, not idle, password not out of date, second factor where required, right kind."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from time import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp.plugins.otp_totp.models import TOTPDevice

from office import admission
from office.models.people import User

log = logging.getLogger(__name__)

# The steps of coming in: the addresses open to who stands before each, where he is sent first.
SECOND_FACTOR = ("second_factor",)
PASSWORD = ("password_change", "password_change_done")
SETTING_UP = ("second_factor_setup",)
# Of the idle time every so manieth part a click is written down: not each one, and nobody is signed out much too early.
MARKS = 30
# Addresses a page asks for by itself, again and again: no sign that anybody is there.
POLLED = {"job"}
# The pages people write on for long, each with the address that keeps its draft.
DRAFTED = {"incoming_new": "incoming_draft", "turn": "turn_draft"}


def resolve_or_none(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def name_of(path: str) -> str:
    """The name of the address behind a path, with its namespace; "" where there is none."""
    found = resolve_or_none(path)
    return found.view_name or "" if found else ""


def typed_on(request: HttpRequest) -> str:
    """The page of ours that a form or a piece of a page was asked for from."""
    page = request.headers.get("HX-Current-URL") or request.META.get("HTTP_REFERER", "")
    known = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if known else request.get_full_path()


def to_login(request: HttpRequest, *, idle: bool = False) -> HttpResponse:
    """To the login page and afterwards back here. A lost post comes back to the page it was typed on."""
    back = request.get_full_path()
    if request.method not in ("GET", "HEAD") or request.headers.get("HX-Request") == "true":
        back = typed_on(request)
    query = {"next": back, **({"idle": "1"} if idle else {})}
    address = f"{reverse('login')}?{urlencode(query)}"
    if request.headers.get("HX-Request") == "true":
        # A piece of a page cannot hold the login page. The page is told, and keeps what was typed on it.
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"signed-out": address})})
    return redirect(address)


class NotKept:
    """What a signed-in person was shown stays in no browser: after him the Back button shows nobody his pages.

    Static files never come this far; a view that has decided for itself (pictures of pages) keeps its own word.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if (signed_in or request.user.is_authenticated) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class IdleTimeout:
    """Signs out who has been away. Requests the page makes by itself do not count as work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            seen = request.session.get("seen_at")
            now = int(time())
            if seen is not None and now - seen > settings.IDLE_MINUTES * 60:
                keep_words(request, user=request.user)
                logout(request)
                return to_login(request, idle=True)
            by_itself = request.headers.get("HX-Request") == "true" and name_of(request.path_info) in POLLED
            if not by_itself and (seen is None or now - seen >= settings.IDLE_MINUTES * 60 / MARKS):
                request.session["seen_at"] = now
        return self.get_response(request)


def keep_words(request: HttpRequest, *, user: User) -> None:
    """What was sent too late becomes the draft of its page, at the address that keeps drafts, with all its rules.

    Nothing is kept for whom the office would not have heard: a form from elsewhere, somebody still on his way in.
    """
    asked = resolve_or_none(request.path_info) if request.method == "POST" else None
    if asked is None or asked.view_name not in DRAFTED:
        return
    if next_step(user) or not admission.admits(asked.view_name, user.kind):
        return
    kept_at = resolve(reverse(DRAFTED[asked.view_name], kwargs=asked.kwargs))
    # Its own check comes after the middleware; it answers only where it refuses.
    if CsrfViewMiddleware(lambda _request: HttpResponse()).process_view(request, kept_at.func, (), {}) is not None:
        return
    with suppress(Http404):
        kept_at.func(request, **kept_at.kwargs)


class SignedIn:
    """Every address is closed unless office/admission.py opens it: a forgotten decorator leaks nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/" + settings.STATIC_URL.lstrip("/")):
            return self.get_response(request)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("No address of the office holds a NUL.")
        name = name_of(request.path_info)
        if not name or admission.ALL in admission.ADMITTED.get(name, ()):
            # What leads nowhere gets its 404 from Django, signed in or not.
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return to_login(request)
        step = next_step(user)
        if step and name not in step:
            if step == SECOND_FACTOR and request.method == "GET" and request.path_info != "/":
                # After his number he is where he wanted to go.
                return redirect(f"{reverse(step[0])}?{urlencode({'next': request.get_full_path()})}")
            return redirect(step[0])
        if not admission.admits(name, user.kind):
            if name not in admission.ADMITTED:
                log.warning("The address %r is classified nowhere in office/admission.py and stays closed.", name)
            if request.path_info == "/":
                return redirect(admission.start_url(user.kind))
            raise Http404
        return self.get_response(request)


def next_step(user: User) -> tuple[str, ...]:
    """What still lies between a signed-in person and the office: the addresses of that step, or nothing.

    The second factor comes before the password: whoever knows the password only must not change it.
    """
    # Spare codes are only ever given out beside a telephone: asking for the telephone is enough.
    if not user.is_verified() and TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        return SECOND_FACTOR
    if password_is_old(user):
        return PASSWORD
    if settings.SECOND_FACTOR == "required" and not user.is_verified():
        return SETTING_UP
    return ()


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from. Behind a proxy it is the last address the header names, the one the proxy wrote."""
    if settings.BEHIND_PROXY:
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        try:
            return str(ip_address(named))
        except ValueError:
            log.warning("The proxy named no address a request came from: %r", named[:60])
    return request.META.get("REMOTE_ADDR") or None


def password_is_old(user: User) -> bool:
    """A one-time password, or one older than PASSWORD_DAYS (等保 habit, 未核实)."""
    if user.must_change_password:
        return True
    changed = user.password_changed_at
    days = settings.PASSWORD_DAYS
    return bool(days and changed and timezone.now() - changed > timedelta(days=days))
