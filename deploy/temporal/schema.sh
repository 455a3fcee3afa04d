#!/bin/sh
# Makes or updates the two databases of Temporal's server; run by its admin-tools image.
set -eu
schema=/etc/temporal/schema/postgresql/v12

for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*} kind=${pair##*:}
    sql() {
        temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" \
            -u "$POSTGRES_USER" --db "$database" "$@"
    }
    # These two fail where it was done before; what matters is the last.
    sql create || true
    sql setup-schema -v 0.0 || true
    sql update-schema -d "$schema/$kind/versioned"
done
