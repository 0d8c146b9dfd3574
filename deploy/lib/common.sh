# What every script of deploy/ shares: where things are, how to speak, how to be root, ports. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail

CARILLON_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CARILLON_CONFIGURATION=${CARILLON_CONFIGURATION:-debug}

if [[ -t 1 ]]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'; else bold='' dim='' red='' plain=''; fi

say() { printf '%s\n' "$*"; }
step() { printf '%s▸ %s%s\n' "$bold" "$*" "$plain"; }
fail() {
    printf '%s%s: %s%s\n' "$red" "$(basename "$0")" "$*" "$plain" >&2
    exit 1
}

# Runs a command as root: as we are, or through sudo.
as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        return 126
    fi
}

# Runs a command as another user; needs root only if we are somebody else.
as_user() {
    local user=$1
    shift
    if [[ $(id -un) == "$user" ]]; then "$@"; else as_root setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"; fi
}

# The first of these ports that somebody listens on, or nothing. TCP (state 0A) and UDP (07).
taken_port() {
    local port used
    used=$(awk '$4 == "0A" || $4 == "07" { split($2, part, ":"); print part[2] }' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null)
    for port in "$@"; do
        if grep -qxF "$(printf '%04X' "$port")" <<<"$used"; then
            say "$port"
            return
        fi
    done
}

# A port on 127.0.0.1 that nobody listens on.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((10240 + RANDOM % 20000))
        if [[ -z $(taken_port "$port") ]]; then
            say "$port"
            return
        fi
    done
    fail "there is no free port"
}

# The directory that SwiftPM builds a configuration in.
binaries() { swift build --package-path "$CARILLON_ROOT" -c "${1:-$CARILLON_CONFIGURATION}" --show-bin-path; }

# Whether an ordinary user can reach a directory: one below /root cannot be.
is_reachable() { as_user "${2:-nobody}" test -x "$1" 2>/dev/null; }

# A place like .carillon that services' users can reach: below the checkout if they can, else below /var/lib.
reachable_place() {
    local wanted=$1 user=$2
    mkdir -p "$wanted"
    if [[ $EUID -ne 0 ]] || is_reachable "$wanted" "$user"; then
        say "$wanted"
    else
        local place
        place=/var/lib/carillon-$(printf '%s' "$wanted" | cksum | cut -d' ' -f1)
        mkdir -p "$place"
        chmod 755 "$place"
        say "$place"
    fi
}

random_word() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }

# A secret kept in a file that only we can read; made on first use.
kept_secret() {
    local file=$1
    if [[ ! -s $file ]]; then
        mkdir -p "$(dirname "$file")"
        (umask 077 && random_word >"$file.new" && mv "$file.new" "$file")
    fi
    cat "$file"
}
