#!/bin/sh
# Makes each service's own database, with an owner who sees no other. PostgreSQL's image runs it once, at the first start.
set -eu

for service in referral notifications reporting; do
    password=$(sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' "/run/secrets/$service-database-url")
    psql --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<END
CREATE ROLE $service LOGIN PASSWORD '$password';
CREATE DATABASE $service OWNER $service ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE $service FROM PUBLIC;
END
done
