#!/bin/sh
# The service's own role and its database. Where another role owns the database, the service can only do what
# migrations, which run as the owner, have granted. Run at the first start; again by deploy/own, where a
# database of an earlier version still belongs to its service.
set -eu
user=${POSTGRES_USER:-postgres} secrets=${KETUK_SECRETS_DIR:-/run/secrets} database=${KETUK_DATABASE:-$KETUK_ROLE}
psql -q -v ON_ERROR_STOP=1 -U "$user" -d postgres \
    -v role="$KETUK_ROLE" -v database="$database" -v password="$(cat "$secrets/role_password")" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'role', :'password')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
[ "$KETUK_OWNER" != "$KETUK_ROLE" ] || exit 0
# in one transaction: a service that is at work is never without its tables
psql -q -1 -v ON_ERROR_STOP=1 -U "$user" -d "$database" \
    -v role="$KETUK_ROLE" -v owner="$KETUK_OWNER" -v database="$database" -v password="$(cat "$secrets/owner_password")" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'owner', :'password')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
ALTER DATABASE :"database" OWNER TO :"owner";
REASSIGN OWNED BY :"role" TO :"owner";
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', :'role')
    WHERE to_regclass('audit_log') IS NULL \gexec
SQL
