# A whole suite that runs from the checkout: its places, its ports, its processes. Used by deploy/run.
# shellcheck shell=bash

SUITE_SERVICES=(crm cti acd media-server dialer reporting)
# Process by process: name, HTTP port, port of the bus.
SUITE_PROCESSES=(
    "crm 1 8101 7010"
    "cti 1 8111 7020"
    "cti 2 8112 7022"
    "acd 1 8121 7030"
    "acd 2 8122 7032"
    "media-server 1 8131 7040"
    "dialer 1 8141 7050"
    "reporting 1 8151 7060"
)

# The ports of a suite at an offset, those that matter.
suite_ports() {
    local offset=$1 process
    local -a ports=($((8080 + offset)) $((8191 + offset)) $((5060 + offset)) $((5061 + offset)) $((5062 + offset)) $((5063 + offset)) $((5070 + offset)) $((15432 + offset)))
    for process in "${SUITE_PROCESSES[@]}"; do
        # shellcheck disable=SC2086
        set -- $process
        ports+=($(($3 + offset)) $(($4 + offset)) $(($4 + 1 + offset)))
    done
    say "${ports[@]}"
}

# Decides the offset of the ports (SUITE_OFFSET) and takes the lock that keeps it ours: CARILLON_PORT_BASE, or the first
# of 0, 2500, 5000, 7500 whose ports are free.
suite_choose_ports() {
    local candidates=(0 2500 5000 7500) offset taken lock
    [[ -z ${CARILLON_PORT_BASE:-} ]] || candidates=("$CARILLON_PORT_BASE")
    for offset in "${candidates[@]}"; do
        [[ $offset =~ ^[0-9]{1,5}$ ]] || fail "CARILLON_PORT_BASE is $offset; allowed is a number from 0 to 20000 that is added to every port"
        lock=${TMPDIR:-/tmp}/carillon-ports-$offset-$EUID.lock
        exec 9>"$lock"
        flock --nonblock 9 || continue
        # shellcheck disable=SC2046
        taken=$(taken_port $(suite_ports "$offset"))
        if [[ -z $taken ]]; then
            SUITE_OFFSET=$offset
            return
        fi
    done
    if [[ -n ${taken:-} ]]; then
        fail "port $taken is taken; set CARILLON_PORT_BASE to a number that is added to every port, such as 2500"
    fi
    fail "another deploy/run has these ports; set CARILLON_PORT_BASE to a number that is added to every port, such as 2500"
}

# Names every directory of the suite and makes it.
suite_places() {
    local offset=$1
    SUITE_STATE=${CARILLON_STATE:-$CARILLON_ROOT/.carillon}
    [[ $offset -eq 0 || -n ${CARILLON_STATE:-} ]] || SUITE_STATE+=/at-$offset
    mkdir -p "$SUITE_STATE"
    SUITE_STATE=$(cd "$SUITE_STATE" && pwd -P)
    SUITE_LOGS=$SUITE_STATE/log
    mkdir -p "$SUITE_LOGS" "$SUITE_STATE"/{bus,journal,recordings,backup,prompts,pid}
    rm -rf "$SUITE_STATE/process" "$SUITE_LOGS"/*.log
    (umask 077 && mkdir -p "$SUITE_STATE"/{process,secret})
    [[ -s $SUITE_STATE/secret/recordings ]] \
        || (umask 077 && say "k1 $(openssl rand -base64 32)" >"$SUITE_STATE/secret/recordings")
    SUITE_POSTGRES=$(reachable_place "$SUITE_STATE" "$(postgres_user)")/postgres
}

# Starts the cluster and lets each service have its role and schema.
suite_database() {
    local password
    # Whoever removed .carillon wants to begin anew; the cluster may stand elsewhere.
    if [[ ! -s $SUITE_STATE/secret/postgres ]]; then
        postgres_stop "$SUITE_POSTGRES"
        rm -rf "$SUITE_POSTGRES"
    fi
    password=$(kept_secret "$SUITE_STATE/secret/postgres")
    postgres_create "$SUITE_POSTGRES" "$password"
    postgres_start "$SUITE_POSTGRES" $((15432 + SUITE_OFFSET)) max_connections=200 shared_buffers=128MB
    SUITE_OWNER_URL=postgresql://postgres:$password@127.0.0.1:$((15432 + SUITE_OFFSET))
}

suite_database_url() {
    local service=$1
    say "postgresql://carillon_${service//-/_}:$(kept_secret "$SUITE_STATE/secret/$service")@127.0.0.1:$((15432 + SUITE_OFFSET))/carillon"
}

# The certificate of the switch, of its own making: telephones that shall believe it are given the file.
suite_certificate() {
    local place=$SUITE_STATE/sip-tls
    [[ ! -s $place/certificate.pem ]] || openssl x509 -checkend 86400 -noout -in "$place/certificate.pem" >/dev/null || rm -rf "$place"
    [[ ! -s $place/certificate.pem ]] || return 0
    (umask 077 && mkdir -p "$place")
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=carillon demo" \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$place/key.pem" -out "$place/certificate.pem" 2>/dev/null \
        || fail "openssl could not make a certificate in $place"
}

# suite_process NAME COMMAND… : a start script of the process, with what it is told in the environment as KEY=value before
# the command. It can be started by hand as well.
suite_process() {
    local name=$1 script
    shift
    script=$SUITE_STATE/process/$name
    {
        say '#!/usr/bin/env bash'
        while [[ ${1:-} =~ ^[A-Z_]+= ]]; do
            printf 'export %s=%q\n' "${1%%=*}" "${1#*=}"
            shift
        done
        printf 'exec'
        printf ' %q' "$@"
        printf '\n'
    } >"$script"
    chmod 700 "$script"
}

# The start scripts of every service.
suite_processes() {
    local bin=$1 process
    for process in "${SUITE_PROCESSES[@]}"; do
        # shellcheck disable=SC2086
        set -- $process
        local service=$1 number=$2 http=$(($3 + SUITE_OFFSET)) bus=$(($4 + SUITE_OFFSET))
        mkdir -p "$SUITE_STATE/journal/$service-$number"
        local own=() events=tcp://127.0.0.1:$bus requests=tcp://127.0.0.1:$((bus + 1))
        if [[ ${CARILLON_BUS:-tcp} == ipc ]]; then
            # Nobody else may enter this directory.
            events=ipc://$SUITE_STATE/secret/$service-$number.events
            requests=ipc://$SUITE_STATE/secret/$service-$number.requests
        fi
        case $service in
            crm) own=(BOOTSTRAP_OPERATOR_PASSWORD_FILE="$SUITE_STATE/secret/operator") ;;
            media-server)
                own=(
                    SIP_PORT=$((5060 + SUITE_OFFSET)) SIP_TLS_PORT=$((5061 + SUITE_OFFSET))
                    SIP_WS_PORT=$((5062 + SUITE_OFFSET)) SIP_WSS_PORT=$((5063 + SUITE_OFFSET))
                    SIP_TLS_CERTIFICATE="$SUITE_STATE/sip-tls/certificate.pem" SIP_TLS_KEY="$SUITE_STATE/sip-tls/key.pem"
                    RTP_FIRST_PORT=$(suite_first_rtp_port) RTP_LAST_PORT=$(suite_last_rtp_port)
                    RECORDINGS_DIRECTORY="$SUITE_STATE/recordings"
                    TRACES_DIRECTORY="$SUITE_STATE/traces" RECORDINGS_KEYS_FILE="$SUITE_STATE/secret/recordings"
                    RECORDINGS_BACKUP_DIRECTORY="$SUITE_STATE/backup" RECORDINGS_FREE_MEGABYTES=64
                    RECORDINGS_BACKUP_FREE_MEGABYTES=64
                    PROMPTS_DIRECTORY="$SUITE_STATE/prompts" FAXES_DIRECTORY="$SUITE_STATE/faxes"
                )
                ;;
        esac
        suite_process "$service-$number" \
            INSTANCE="$number" HTTP_PORT="$http" DATABASE_URL="$(suite_database_url "$service")" \
            BUS_PUBLISH="$events" BUS_REQUESTS="$requests" BUS_KEYS="$SUITE_STATE/bus" \
            JOURNAL_DIRECTORY="$SUITE_STATE/journal/$service-$number" LOG_LEVEL="${LOG_LEVEL:-info}" LOG_FORMAT=text \
            "${own[@]}" "$bin/$service"
    done
}

# Starts the supervisor; it and all it started are gone when this script is, however it ends.
suite_start() {
    setsid setpriv --pdeathsig TERM -- "$CARILLON_ROOT/deploy/lib/supervise" \
        "$SUITE_STATE/process" "$SUITE_LOGS" "$SUITE_STATE/pid" >/dev/null 2>>"$SUITE_LOGS/supervisor.log" </dev/null 9>&- &
    SUITE_SUPERVISOR=$!
}

suite_stop() {
    if [[ -n ${SUITE_SUPERVISOR:-} ]]; then
        kill -TERM "$SUITE_SUPERVISOR" 2>/dev/null || true
        wait "$SUITE_SUPERVISOR" 2>/dev/null || true
        SUITE_SUPERVISOR=
    fi
    [[ -z ${SUITE_POSTGRES:-} ]] || postgres_stop "$SUITE_POSTGRES"
}

# Waits until an address answers 200, or says what is wrong with the end of the log.
suite_wait() {
    local name=$1 url=$2 seconds=${3:-60} answer=''
    local until=$((SECONDS + seconds))
    while ((SECONDS < until)); do
        if answer=$(curl --silent --max-time 3 --write-out '\n%{http_code}' "$url") && [[ ${answer##*$'\n'} == 200 ]]; then
            return
        fi
        kill -0 "$SUITE_SUPERVISOR" 2>/dev/null || break
        if grep -qF " $name is set up wrongly" "$SUITE_LOGS/supervisor.log" 2>/dev/null; then break; fi
        sleep 0.2
    done
    say "${dim}--- the end of $SUITE_LOGS/$name.log${plain}" >&2
    tail -8 "$SUITE_LOGS/$name.log" >&2 || true
    fail "$name is not ready after $seconds s. It answers: ${answer:-nothing}"
}

suite_wait_for_services() {
    local process
    for process in "${SUITE_PROCESSES[@]}"; do
        # shellcheck disable=SC2086
        set -- $process
        suite_wait "$1-$2" "http://127.0.0.1:$(($3 + SUITE_OFFSET))/readyz"
    done
}

# What the media-server may bind for sound, call by call.
suite_first_rtp_port() { say $((20000 + SUITE_OFFSET)); }
suite_last_rtp_port() { say $((22498 + SUITE_OFFSET)); }

# Where each process answers, as JSON: {"cti-1": "http://127.0.0.1:8111", …}
suite_addresses() {
    local process
    for process in "${SUITE_PROCESSES[@]}"; do
        # shellcheck disable=SC2086
        set -- $process
        say "$1-$2 http://127.0.0.1:$(($3 + SUITE_OFFSET))"
    done | jq --raw-input --null-input '[inputs | split(" ") | {(.[0]): .[1]}] | add'
}

suite_front_door() {
    local place public=$CARILLON_ROOT/Services/WebClient/public
    place=$SUITE_STATE/front-door
    SUITE_URL=http://127.0.0.1:$((8080 + SUITE_OFFSET))
    mkdir -p "$place"
    front_door_configure "$place" "$SUITE_OFFSET" "$public"
    suite_process front-door /usr/sbin/nginx -e stderr -c "$place/nginx.conf"
}
