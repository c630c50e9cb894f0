#!/bin/sh
# The services' own logins, each a member of one group and nothing else; run by the PostgreSQL container at its
# first start, after the roles. It can be repeated: a changed password takes effect.
set -eu

# login NAME GROUP PASSWORD
login() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set login="$1" --set group="$2" --set password="$3" \
    --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'login')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec
ALTER ROLE :"login" LOGIN PASSWORD :'password';
GRANT :"group" TO :"login";
SQL
}

login api_gateway genesis_gateway "${GATEWAY_DATABASE_PASSWORD:?the password of the api-gateway}"
login message_relay genesis_relay "${RELAY_DATABASE_PASSWORD:?the password of the message-relay}"
