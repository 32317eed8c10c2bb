#!/bin/sh
# Creates or updates both databases; run again at each start, it changes nothing that is current.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does, and
# DBNAME, VISIBILITY_DBNAME and SCHEMA_FOLDER.
set -eu

prepare() {
  temporal-sql-tool --db "$1" create-database
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "$SCHEMA_FOLDER/$2/versioned"
}

prepare "$DBNAME" temporal
prepare "$VISIBILITY_DBNAME" visibility
