#!/bin/sh
# Writes the secrets docker-compose.yml names, once; what is there already stays. The certificate is a
# self-signed one to begin with: put the office's own in its place.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# The folder is closed. The files in it are not: inside the containers an ordinary user reads them.
chmod 700 secrets
cd secrets
umask 022

once() {
    [ -e "$1" ] || cat >"$1"
}

random() {
    head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

for name in secret_key postgres_password owner_password app_password redis_password; do
    random | once "$name"
done
printf 'postgresql://antou_app:%s@db:5432/antou' "$(cat app_password)" | once database_url
printf 'postgresql://antou_owner:%s@db:5432/antou' "$(cat owner_password)" | once database_owner_url
printf 'redis://:%s@redis:6379/0' "$(cat redis_password)" | once redis_url
# Empty: most mail servers inside a house ask for none, no key is older than the first, and
# figures are given to nobody before he has a token: openssl rand -hex 32 >deploy/secrets/metrics_token
once email_host_password </dev/null
once secret_key_fallbacks </dev/null
once metrics_token </dev/null
once notice_channels </dev/null
if [ ! -e tls_key ]; then
    name="${1:-localhost}"
    # Browsers read the alternative name alone, and an address there is no name.
    case "$name" in
        *:*) kind=IP ;;
        *[!0-9.]*) kind=DNS ;;
        *) kind=IP ;;
    esac
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$name" -addext "subjectAltName=$kind:$name" \
        -keyout tls_key -out tls_certificate 2>/dev/null
    chmod 644 tls_key
fi
echo "Secrets are in $(pwd)."
