#!/bin/sh
# Makes this machine ready: `./setup.sh` to run the office, `./setup.sh test` to run its tests as well.
# Installs missing system packages when it may (root, or sudo without a password); else it names the one
# line to type. Python packages go into .venv, and only when their list has changed.
set -eu
cd "$(dirname "$0")"
purpose=${1:-run}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# The system's own first, where it is whole: one compiled without optimisation, as pyenv does, is half as fast.
choose_python() {
    for name in "${PYTHON:-}" /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            if [ "$name" = /usr/bin/python3 ] && ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
                system=$name
                continue
            fi
            command -v "$name"
            return
        fi
    done
    [ -z "${system:-}" ] || echo "$system"
}

loads() {
    # Whether these shared libraries can be loaded, by their names on Linux or, without version, on macOS.
    "$python" - "$@" <<'EOF'
import ctypes, ctypes.util, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        if not ctypes.util.find_library(name.removeprefix("lib").split(".so")[0]):
            sys.exit(1)
EOF
}

browser() {
    [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome ||
        ls -d "$HOME"/.cache/ms-playwright/chromium-*
} >/dev/null 2>&1

# Prints the names of what is missing: python venv pango fontconfig gettext chromium.
missing() {
    if [ -z "$python" ]; then
        printf 'python venv '
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null && [ ! -x .venv/bin/python ]; then
        printf 'venv '
    fi
    if [ -z "$python" ] || ! loads libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz.so.0; then
        printf 'pango '
    fi
    if [ -z "$python" ] || ! loads libfontconfig.so.1; then
        printf 'fontconfig '
    fi
    command -v msgfmt >/dev/null 2>&1 || printf 'gettext '
    if [ "$purpose" = test ]; then
        browser || printf 'chromium '
    fi
}

version() {
    [ -z "$python" ] || "$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")'
}

# The package names of what is missing, for the package manager in $manager.
packages() {
    for thing in $wanted; do
        case $manager:$thing in
            apt-get:python) echo python3 ;;
            apt-get:venv) echo "python$(version)-venv" | sed 's/python-venv/python3-venv/' ;;
            apt-get:pango) echo libpango-1.0-0 libpangoft2-1.0-0 ;;
            dnf:python | yum:python) echo python3.11 ;;
            zypper:python) echo python311 ;;
            pacman:python | brew:python) echo python ;;
            apk:python) echo python3 ;;
            *:venv) ;;
            zypper:pango) echo libpango-1_0-0 ;;
            zypper:gettext) echo gettext-tools ;;
            *) echo "$thing" ;;
        esac
    done | tr '\n' ' '
}

install() {
    for manager in apt-get dnf yum zypper apk pacman brew none; do
        if command -v "$manager" >/dev/null 2>&1; then
            break
        fi
    done
    names=$(packages)
    # Lists may be old or absent: they are fetched first.
    case $manager in
        apt-get) line="apt-get update && apt-get install -y --no-install-recommends $names" ;;
        dnf | yum) line="$manager install -y $names" ;;
        zypper) line="zypper --non-interactive install $names" ;;
        apk) line="apk add --no-cache $names" ;;
        pacman) line="pacman -Sy --noconfirm --needed $names" ;;
        brew) line="brew install $names" ;;
        none) fail "Missing: $wanted- and no package manager known here. Install them and run this again." ;;
    esac
    if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then
        become=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        become="sudo -n"
    else
        fail "Missing: $wanted- type this line, then run the same command again:
  sudo sh -c '$line'"
    fi
    echo "Installing with $manager: $names"
    # An unreachable list among several must not keep the rest from being installed.
    line=$(printf '%s' "$line" | sed 's/update &&/update ;/')
    DEBIAN_FRONTEND=noninteractive $become sh -c "$line" </dev/null >.setup.log 2>&1 || {
        tail -n 20 .setup.log >&2
        fail "$manager could not install: $names(see .setup.log)"
    }
    rm -f .setup.log
}

python=$(choose_python)
wanted=$(missing)
if [ -n "$wanted" ]; then
    install
    python=$(choose_python)
    wanted=$(missing)
    [ -z "$wanted" ] || fail "Still missing after the installation: $wanted(Python must be 3.11 or newer)."
fi

.venv/bin/python -c pass 2>/dev/null || "$python" -m venv --clear .venv

stamp() {
    .venv/bin/python - "$@" <<'EOF'
import hashlib, pathlib, sys
print(sys.version, hashlib.sha256(b"".join(pathlib.Path(name).read_bytes() for name in sys.argv[1:])).hexdigest())
EOF
}

# What the tests need holds what the office needs.
for_running=$(stamp requirements.txt)
for_testing=$(stamp requirements.txt requirements-test.txt)
case $purpose in
    test) list=requirements-test.txt stamped=.venv/installed-test now=$for_testing ;;
    *) list=requirements.txt stamped=.venv/installed-run now=$for_running ;;
esac
if [ "$(cat "$stamped" 2>/dev/null)" != "$now" ]; then
    echo "Installing the Python packages of $list"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$list" </dev/null
    printf '%s\n' "$for_running" >.venv/installed-run
    [ "$purpose" != test ] || printf '%s\n' "$for_testing" >.venv/installed-test
    .venv/bin/python -c 'import weasyprint' || fail "WeasyPrint does not find its libraries; see above."
fi

# The English screens; whoever runs the office without make has them too.
for source in locale/*/LC_MESSAGES/*.po; do
    compiled=${source%.po}.mo
    [ "$compiled" -nt "$source" ] || msgfmt --check-format --output-file="$compiled" "$source"
done
