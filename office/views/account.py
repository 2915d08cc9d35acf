"""An account's own pages: signing in and out, the password, the second factor, small habits."""

from math import ceil
from typing import Any

import segno
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.contrib.auth import logout as sign_out
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import devices_for_user, match_token, user_has_device
from django_otp import login as verify_session
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from office import admission
from office.context import A_YEAR, KEYS_COOKIE, TEXT_SIZE_COOKIE
from office.forms.account import LoginForm, MySettingsForm, PasswordForm, TokenForm
from office.middleware import address_of, name_of, password_is_old
from office.models.people import User
from office.passwords import password_rule
from office.views.asked import Asked

SPARE_CODES = 8


def next_of(request: HttpRequest, *, user: User | None = None) -> str:
    """Where the reader wanted to go: an address of ours only, and for `user` only one open to his kind."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    if user is not None:
        path = wanted.split("?")[0].split("#")[0]
        if path.startswith("http"):
            path = "/" + path.split("/", 3)[3] if path.count("/") >= 3 else "/"
        if not admission.admits(name_of(path), user.kind):
            return "/"
    return wanted


# --- In and out ---


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Five tries, then half an hour (django-axes); the session gets a new key; idle people come back here."""
    if request.user.is_authenticated:
        return redirect(next_of(request, user=request.user))
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        # Signing in only notes the time of it, which is no change of the account.
        user.skip_history_when_saving = True
        sign_in(request, user)
        del user.skip_history_when_saving
        return redirect(next_of(request, user=user))
    return TemplateResponse(
        request,
        "registration/login.html",
        {"form": form, "next": next_of(request), "idle": request.GET.get("idle") == "1", **_demo_accounts()},
    )


def _demo_accounts() -> dict:
    """The invented accounts and their password stand on the login page of the demo office, nowhere else."""
    if not settings.DEMO:
        return {}
    from office.demo import accounts

    return accounts()


def locked(request: HttpRequest, original_response=None, credentials=None, *args) -> HttpResponse:
    """Asked by django-axes: says after how many minutes to try again. A further try makes it no longer."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    attempts = AccessAttempt.objects.filter(
        username=username, failures_since_start__gte=1, ip_address=address_of(request)
    )
    last = attempts.order_by("-attempt_time").first()
    minutes = None
    if last is not None:
        left = last.attempt_time + settings.AXES_COOLOFF_TIME - timezone.now()
        minutes = max(1, -int(-left.total_seconds() // 60))
    return render(request, "registration/locked.html", {"minutes": minutes}, status=429)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sign_out(request)
    return redirect("login")


# --- The password ---


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: Asked) -> HttpResponse:
    """Other places where the account is signed in fall out; here the session goes on under a new key."""
    form = PasswordForm(request.user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.password_changed_at = timezone.now()
        user.must_change_password = False
        user.save()
        update_session_auth_hash(request, user)
        return redirect("password_change_done")
    return TemplateResponse(
        request,
        "registration/password_change_form.html",
        {"form": form, "must": password_is_old(request.user), "one_time": request.user.must_change_password},
    )


@require_GET
def password_change_done(request: Asked) -> HttpResponse:
    return TemplateResponse(request, "registration/password_change_done.html", {})


# --- The second factor ---


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: Asked) -> HttpResponse:
    """After the password: six digits, or a spare code that works once. Wrong tries are slowed by django-otp."""
    if request.user.is_verified():
        return redirect(next_of(request, user=request.user))
    if not user_has_device(request.user):
        return redirect("second_factor_setup")
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        slowed = _slowed_down(request.user)
        device = match_token(request.user, form.cleaned_data["otp_token"])
        if device is not None:
            verify_session(request, device)
            request.session.cycle_key()
            return redirect(next_of(request, user=request.user))
        _note_wrong_code(request)
        form.add_error("otp_token", slowed or _("数字不对或已过期，请等手机上换了新的数字再输。"))
    return TemplateResponse(request, "registration/second_factor.html", {"form": form, "next": next_of(request)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request: Asked) -> HttpResponse:
    if user_has_device(request.user):
        return _switch_off(request)
    device = _device_in_the_making(request.user)
    form = TokenForm(request.POST or None, spare=False)
    if request.method == "POST" and form.is_valid():
        if not (wait := _seconds_left(device)) and device.verify_token(form.cleaned_data["otp_token"]):
            return _switched_on(request, device)
        form.add_error("otp_token", _wait_words(wait) or _("数字不对。请看看手机的时间准不准，再输一次。"))
    code = segno.make(device.config_url, error="m")
    return TemplateResponse(
        request,
        "registration/second_factor_setup.html",
        {
            "on": False,
            "form": form,
            "qr_url": code.svg_data_uri(scale=4, border=2),
            "secret": _typed(device),
            "required": settings.SECOND_FACTOR == "required",
        },
    )


def _seconds_left(device: Any) -> int:
    """How long django-otp takes no number after a wrong one, right or wrong; 0 when it takes one now."""
    allowed, why = device.verify_is_allowed()
    until = (why or {}).get("locked_until")
    return 0 if allowed or until is None else max(1, ceil((until - timezone.now()).total_seconds()))


def _wait_words(seconds: int) -> str:
    if not seconds:
        return ""
    words = ngettext(
        "刚才输错过，请等 %(n)d 秒再输；现在输对了也不算。",
        "刚才输错过，请等 %(n)d 秒再输；现在输对了也不算。",
        seconds,
    )
    return words % {"n": seconds}


def _slowed_down(user: User) -> str:
    return _wait_words(max((_seconds_left(one) for one in devices_for_user(user)), default=0))


def _note_wrong_code(request: Asked) -> None:
    """Whoever tries codes knows the password: the auditor sees it among the sign-ins."""
    AccessFailureLog.objects.create(
        username=request.user.username, ip_address=address_of(request), path_info=request.path_info[:255],
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:255], attempt_time=timezone.now(),
    )


def _device_in_the_making(user: User) -> TOTPDevice:
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="totp", confirmed=False)


def _typed(device: TOTPDevice) -> str:
    """The secret in groups of four, for telephones without a camera."""
    from base64 import b32encode

    plain = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))


def _switched_on(request: Asked, device: TOTPDevice) -> HttpResponse:
    """The spare codes are shown in this answer and never again."""
    with transaction.atomic():
        device.confirmed = True
        device.save()
        StaticDevice.objects.filter(user=request.user).delete()
        spare = StaticDevice.objects.create(user=request.user, name="spare")
        codes = [StaticToken.random_token() for _number in range(SPARE_CODES)]
        StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
    verify_session(request, device)
    request.session.cycle_key()
    return TemplateResponse(request, "registration/second_factor_setup.html", {"on": True, "spare_codes": codes})


def _switch_off(request: Asked) -> HttpResponse:
    """Only with a valid code, and only where the office does not ask for a second factor."""
    required = settings.SECOND_FACTOR == "required"
    form = TokenForm(request.POST if "remove" in request.POST else None)
    if request.method == "POST" and not required and form.is_valid():
        if match_token(request.user, form.cleaned_data["otp_token"]) is not None:
            forget_second_factor(request.user)
            messages.success(request, _("动态口令已停用。"))
            return redirect("my_settings")
        form.add_error("otp_token", _("数字不对或已过期，没有停用。"))
    return TemplateResponse(
        request, "registration/second_factor_setup.html", {"on": True, "form": form, "required": required}
    )


def forget_second_factor(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


# --- Habits ---


@require_http_methods(["GET", "HEAD", "POST"])
def my_settings(request: Asked) -> HttpResponse:
    initial = {
        "text_size": "large" if request.COOKIES.get(TEXT_SIZE_COOKIE) == "large" else "standard",
        "keys": request.COOKIES.get(KEYS_COOKIE) != "off",
    }
    form = MySettingsForm(request.POST or None, instance=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("已保存。"))
        response = redirect("my_settings")
        keep(response, TEXT_SIZE_COOKIE, form.cleaned_data["text_size"])
        keep(response, KEYS_COOKIE, "on" if form.cleaned_data["keys"] else "off")
        return response
    return TemplateResponse(
        request,
        "office/my_settings.html",
        {
            "form": form,
            "sessions": None,
            "second_factor_on": user_has_device(request.user),
            "password_rule": password_rule(),
        },
    )


@require_POST
def text_size(request: Asked) -> HttpResponse:
    response = redirect(next_of(request))
    keep(response, TEXT_SIZE_COOKIE, "large" if request.POST.get("size") == "large" else "standard")
    return response


def keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "office/keys.html", {})
