#!/bin/sh
# Entry point of the image. Where NAME_FILE names a file, NAME becomes the file's content, so that
# secrets can be mounted instead of standing in the environment of the container. Then becomes the
# command, which is pid 1 and gets the signals.
set -eu

for name in API_KEYS REPORT_SIGNING_KEY HISTORY_ENCRYPTION_KEY TEMPORAL_API_KEY \
  TEMPORAL_TLS_CLIENT_CERT_DATA TEMPORAL_TLS_CLIENT_KEY_DATA; do
  eval "file=\${${name}_FILE:-}"
  eval "value=\${${name}:-}"
  [ -n "$file" ] || continue
  if ! content=$(cat "$file"); then
    echo "${name}_FILE names $file, which user $(id -u) can't read" >&2
    exit 1
  fi
  # An empty file, as /dev/null, is no secret: compose mounts one where none is given.
  [ -n "$content" ] || continue
  if [ -n "$value" ]; then
    echo "Both $name and ${name}_FILE are set: leave one out" >&2
    exit 1
  fi
  export "$name=$content"
done

exec "$@"
