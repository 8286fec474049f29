#!/bin/sh
# Hands over what is secret from files, so that it stands in no compose file and no image: a file
# hub_database_url, hub_redis_url or hub_keys in SECRETS (/run/secrets) is the variable of that name.
set -eu
folder=${SECRETS:-/run/secrets}
for name in HUB_DATABASE_URL HUB_REDIS_URL HUB_KEYS; do
  file=$folder/$(printf %s "$name" | tr '[:upper:]' '[:lower:]')
  if [ -e "$file" ]; then
    value=$(cat "$file")
    export "$name=$value"
  fi
done
unset SECRETS value
exec "$@"
