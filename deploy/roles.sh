#!/bin/sh
# Runs once, when the database container is new: the owner of the tables, and the application, which owns nothing.
set -eu
folder=${SECRETS:-/run/secrets}
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner_password="$(cat "$folder/owner_password")" \
    --set app_password="$(cat "$folder/app_password")" <<'SQL'
CREATE ROLE antou_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE antou_app LOGIN PASSWORD :'app_password';
CREATE DATABASE antou OWNER antou_owner;
REVOKE ALL ON DATABASE antou FROM PUBLIC;
GRANT CONNECT ON DATABASE antou TO antou_app;
SQL
