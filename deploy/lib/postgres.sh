# A PostgreSQL cluster of our own: made, started and stopped by its directory. Never touches the distribution's.
# shellcheck shell=bash

# PostgreSQL refuses to run as root; then it runs as the distribution's user.
postgres_user() { if [[ $EUID -eq 0 ]]; then say postgres; else id -un; fi; }

postgres_binaries() {
    local found
    found=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
    [[ -n $found ]] || fail "PostgreSQL is missing: as root, run: apt-get install postgresql"
    say "$found"
}

# postgres_create DIRECTORY [PASSWORD]: makes a cluster whose superuser is postgres; without a password, all of this host
# are trusted, which is for tests.
postgres_create() {
    local directory=$1 password=${2:-} user
    user=$(postgres_user)
    if [[ -s $directory/data/PG_VERSION ]]; then return; fi
    mkdir -p "$directory"
    [[ $EUID -ne 0 ]] || chown "$user" "$directory"
    chmod 700 "$directory"
    local options=(--pgdata="$directory/data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums)
    if [[ -n $password ]]; then
        (umask 077 && printf '%s\n' "$password" >"$directory/password")
        [[ $EUID -ne 0 ]] || chown "$user" "$directory/password"
        options+=(--auth=scram-sha-256 --pwfile="$directory/password")
    else
        options+=(--auth=trust --no-sync)
    fi
    (cd / && as_user "$user" "$(postgres_binaries)/initdb" "${options[@]}" >"$directory.initdb.log" 2>&1) \
        || { cat "$directory.initdb.log" >&2; fail "initdb failed in $directory"; }
    rm -f "$directory.initdb.log" "$directory/password"
}

# postgres_start DIRECTORY PORT [SETTING…]: as `fsync=off`. Waits until it answers.
postgres_start() {
    local directory=$1 port=$2 user options setting
    shift 2
    user=$(postgres_user)
    options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    for setting in "$@"; do options+=" -c $setting"; done
    postgres_stop "$directory"
    (cd / && as_user "$user" "$(postgres_binaries)/pg_ctl" --pgdata="$directory/data" --log="$directory/log" \
        --options="$options" --wait --timeout=60 --silent start >/dev/null 2>&1 8>&- 9>&-) \
        || { as_user "$user" tail -5 "$directory/log" >&2; fail "PostgreSQL did not start in $directory on port $port"; }
}

# Stops it if it runs; sessions are cut, nothing committed is lost.
postgres_stop() {
    local directory=$1 user
    user=$(postgres_user)
    as_user "$user" test -e "$directory/data/postmaster.pid" || return 0
    (cd / && as_user "$user" "$(postgres_binaries)/pg_ctl" --pgdata="$directory/data" --mode=fast --wait --timeout=60 \
        --silent stop >/dev/null 2>&1) || true
}
