# The demo tenant of a suite that runs: its people at work, its callers, one call from ring to record.
# shellcheck shell=bash

DEMO_TENANT=demo
DEMO_NUMBER=+861088880001
# Left free for whoever tries the page.
DEMO_PERSON=li

demo_secrets() {
    DEMO_PASSWORD_FILE=$SUITE_STATE/secret/demo
    kept_secret "$SUITE_STATE/secret/operator" >/dev/null
    if [[ ! -s $DEMO_PASSWORD_FILE ]]; then
        (umask 077 && random_word | cut -c1-10 >"$DEMO_PASSWORD_FILE")
    fi
}

demo_make() {
    local problem
    problem=$("$CARILLON_BINARIES/carillon" demo make --url "$SUITE_URL" --password-file "$DEMO_PASSWORD_FILE" \
        --operator-password-file "$SUITE_STATE/secret/operator" --carrier "127.0.0.1:$((5070 + SUITE_OFFSET))" 2>&1) \
        || fail "the demo tenant could not be made: $problem"
}

# demo_sandbox NAME PORT FIRST LAST OPTION…: a start script of a sandbox carrier, which listens on the port of the suite's
# offset and uses these ports for sound.
demo_sandbox() {
    local name=$1 port=$(($2 + SUITE_OFFSET)) first=$(($3 + SUITE_OFFSET)) last=$(($4 + SUITE_OFFSET))
    shift 4
    suite_process "$name" "$CARILLON_BINARIES/sandbox-carrier" --listen "127.0.0.1:$port" \
        --switch "127.0.0.1:$((5060 + SUITE_OFFSET))" --rtp-ports "$first-$last" "$@"
}

# Telephones of the demo's agents, and the agents' diligence. All answer by themselves but the first, which is answered on
# the page.
demo_start_agents() {
    demo_sandbox carrier 5070 30000 30499 --phones 1002-1004 --phones-listen "127.0.0.1:$((5080 + SUITE_OFFSET))" \
        --tenant "$DEMO_TENANT" --password-file "$DEMO_PASSWORD_FILE" --answer-after 1.5
    demo_sandbox phone-1001 5071 30500 30699 --phones 1001-1001 --phones-listen "127.0.0.1:$((5081 + SUITE_OFFSET))" \
        --tenant "$DEMO_TENANT" --password-file "$DEMO_PASSWORD_FILE" --answer-after never
    suite_process demo-agents "$CARILLON_BINARIES/carillon" demo work --url "$SUITE_URL" \
        --password-file "$DEMO_PASSWORD_FILE" --except "$DEMO_PERSON"
    kill -USR1 "$SUITE_SUPERVISOR"
}

# Callers who press 1 for sales and 2 for support. They talk when they hear the agent's telephone, which sounds at 880 Hz.
demo_start_callers() {
    demo_sandbox callers-sales 5072 30700 31599 --to "$DEMO_NUMBER" --from 13800000001-13800000004 --keys 1 \
        --calls-per-minute 4 --hears 880 --talk 8-25 --seed 1
    demo_sandbox callers-support 5073 31600 32498 --to "$DEMO_NUMBER" --from 13800000001-13800000004 --keys 2 \
        --calls-per-minute 3 --hears 880 --talk 8-25 --seed 2
    kill -USR1 "$SUITE_SUPERVISOR"
}

# Calls out as well: today's small campaign. The demo goes on without it.
demo_start_campaign() {
    "$CARILLON_BINARIES/carillon" demo dial --url "$SUITE_URL" --password-file "$DEMO_PASSWORD_FILE" \
        >"$SUITE_LOGS/campaign.log" 2>&1 || say "${dim}no campaign: $(tail -1 "$SUITE_LOGS/campaign.log")${plain}" >&2
}

# One caller, from ring to hang-up; says in JSON how it went.
demo_call() {
    local number=$1
    "$CARILLON_BINARIES/sandbox-carrier" --listen "127.0.0.1:$((5074 + SUITE_OFFSET))" \
        --switch "127.0.0.1:$((5060 + SUITE_OFFSET))" --rtp-ports "$((30700 + SUITE_OFFSET))-$((31598 + SUITE_OFFSET))" \
        --once --to "$DEMO_NUMBER" --from "$number-$number" --keys 1 --hears 880 --talk 6
}

demo_sign_in() {
    DEMO_TOKEN=$(jq -n --arg tenant "$DEMO_TENANT" --rawfile password "$DEMO_PASSWORD_FILE" \
        '{tenant: $tenant, user: "admin", password: ($password | rtrimstr("\n"))}' \
        | curl --silent --show-error --fail --max-time 10 -H 'Content-Type: application/json' --data @- \
            "$SUITE_URL/api/crm/v1/sign-in" | jq -er .accessToken) || fail "the demo's administrator could not sign in"
}

# demo_ask PATH [FILE]: what an API answers to the demo's administrator, who has signed in. Neither password nor token is
# an argument of a program: everybody could see it.
demo_ask() {
    local path=$1
    curl --silent --show-error --fail --max-time 20 -H @<(printf 'Authorization: Bearer %s\n' "$DEMO_TOKEN") ${2:+--output "$2"} "$SUITE_URL/api$path"
}

# demo_until SECONDS SENTENCE COMMAND…: repeats a command until it succeeds.
demo_until() {
    local until=$((SECONDS + $1)) sentence=$2
    shift 2
    until "$@"; do
        ((SECONDS < until)) || fail "$sentence"
        sleep 0.3
    done
}

demo_agents_are_ready() {
    [[ $(demo_ask /cti/v1/agents | jq '[.items[] | select(.status == "ready")] | length') -ge 3 ]]
}

# The record of the call that began after a moment, when it is whole.
demo_record() {
    local number=$1 after=$2
    DEMO_RECORD=$(demo_ask "/reporting/v1/contacts?limit=5&number=$number&from=$after" \
        | jq -e '.items[0] | select(.endedAt != null and ([.segments[].kind] | index("afterCallWork")))')
}

demo_recording_holds_both_voices() {
    local id=$1 file=$SUITE_STATE/once.wav channel loudness
    demo_ask "/media/v1/recordings/$id" "$file" 2>/dev/null || return 1
    for channel in 1 2; do
        loudness=$(sox "$file" -n remix "$channel" stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }')
        awk -v loudness="${loudness:-0}" 'BEGIN { exit !(loudness > 0.005) }' || return 1
    done
}

# One call through everything; its record on standard output.
demo_once() {
    local number=13800000001 began kinds
    demo_sign_in
    step "waiting for the agents" >&2
    demo_until 60 "the demo's agents did not become ready within 60 s; see $SUITE_LOGS/demo-agents.log" demo_agents_are_ready
    began=$(date +%s%6N)
    step "calling $DEMO_NUMBER from $number" >&2
    demo_call "$number" >"$SUITE_LOGS/caller.log" 2>&1 \
        || { tail -5 "$SUITE_LOGS/caller.log" >&2; fail "the call did not come through; see $SUITE_LOGS/caller.log"; }
    step "waiting for the contact record" >&2
    demo_until 40 "no finished contact record of the call appeared within 40 s; what reporting has: $(demo_ask "/reporting/v1/contacts?limit=1" | head -c 600)" \
        demo_record "$number" "$began"
    kinds=$(jq -r '[.segments[].kind] | unique | join(" ")' <<<"$DEMO_RECORD")
    for kind in ivr queue ring talk afterCallWork; do
        [[ " $kinds " == *" $kind "* ]] || fail "the record lacks the segment $kind; it has: $kinds"
    done
    [[ $(jq .totals.addsUp <<<"$DEMO_RECORD") == true ]] || fail "the record's segments do not add up: $DEMO_RECORD"
    local recording
    recording=$(jq -er '.recordings[0].recordingID' <<<"$DEMO_RECORD") || fail "the record names no recording"
    demo_until 15 "the recording $recording does not hold both voices; see $SUITE_STATE/once.wav" \
        demo_recording_holds_both_voices "$recording"
    say "$DEMO_RECORD"
}

demo_greeting() {
    say
    say "  ${bold}$SUITE_URL/${plain}"
    say "  tenant ${bold}$DEMO_TENANT${plain}   user ${bold}$DEMO_PERSON${plain}   password ${bold}$(<"$DEMO_PASSWORD_FILE")${plain}   extension ${bold}1001${plain}, or this browser as telephone"
    say "  ${dim}others: wang, zhang, chen (they answer by themselves), admin; logs in $SUITE_LOGS${plain}"
    say
}

demo_stop() {
    [[ -z ${DEMO_FOLLOWER:-} ]] || kill "$DEMO_FOLLOWER" 2>/dev/null || true
}

demo_follow() {
    setpriv --pdeathsig TERM -- "$CARILLON_BINARIES/carillon" contacts --follow --url "$SUITE_URL" \
        --tenant "$DEMO_TENANT" --user admin --password-file "$DEMO_PASSWORD_FILE" </dev/null 9>&- &
    DEMO_FOLLOWER=$!
    # The front door and the services are kept running by the supervisor; if that goes, so do we.
    wait -n "$DEMO_FOLLOWER" "$SUITE_SUPERVISOR" || true
    fail "the suite stopped by itself; see $SUITE_LOGS/supervisor.log"
}
