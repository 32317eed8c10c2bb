#!/bin/sh
# Registers the namespaces and their search attributes, or brings them up to date, and waits until
# they can be used. Reads TEMPORAL_ADDRESS, NAMESPACES (separated by spaces), RETENTION, and
# SEARCH_ATTRIBUTES (Name=Type, separated by spaces).
set -eu

ATTEMPTS=60

# A new namespace is known to every part of the server only some seconds later.
until_done() {
  attempt=1
  until output=$("$@" 2>&1); do
    if [ "$attempt" -ge "$ATTEMPTS" ]; then
      echo "Given up after $ATTEMPTS attempts: $*" >&2
      echo "$output" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 1
  done
}

until_done temporal operator cluster health

for namespace in $NAMESPACES; do
  if temporal operator namespace describe -n "$namespace" >/dev/null 2>&1; then
    temporal operator namespace update -n "$namespace" --retention "$RETENTION"
  else
    temporal operator namespace create -n "$namespace" --retention "$RETENTION"
  fi
  until_done temporal workflow count -n "$namespace"
  for attribute in $SEARCH_ATTRIBUTES; do
    # Creating one that exists is not an error.
    until_done temporal operator search-attribute create -n "$namespace" \
      --name "${attribute%%=*}" --type "${attribute#*=}"
  done
  echo "Namespace $namespace is ready, retention $RETENTION"
done
