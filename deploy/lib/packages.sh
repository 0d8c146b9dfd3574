# The packages that building, running and testing need, and how they are installed.
# shellcheck shell=bash

CARILLON_PACKAGES=(
    # to build
    libpq-dev libzmq3-dev libsodium-dev libssl-dev libsrtp2-dev libspandsp-dev libopus-dev libpocketsphinx-dev pkg-config
    # to run
    postgresql nginx-light openssl espeak-ng pocketsphinx-en-us ghostscript libtiff-tools curl jq
    # to test
    sip-tester sipvicious baresip kamailio kamailio-tls-modules dnsmasq-base tshark sox ffmpeg chromium chromium-driver
    python3-zmq python3-selenium python3-venv fonts-wqy-microhei
)

missing_packages() {
    local package
    for package in "${CARILLON_PACKAGES[@]}"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || say "$package"
    done
}

# Installs what is missing; says what to do if it cannot.
install_packages() {
    command -v dpkg-query >/dev/null \
        || fail "this is not Debian or Ubuntu: install these packages' like by hand: ${CARILLON_PACKAGES[*]}"
    local missing
    mapfile -t missing < <(missing_packages)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    step "installing ${missing[*]}"
    local command="apt-get install --yes --no-install-recommends ${missing[*]}"
    [[ $EUID -eq 0 ]] || command -v sudo >/dev/null \
        || fail "missing: ${missing[*]}. Neither root nor sudo is at hand; as root, run: apt-get update && $command"
    as_root apt-get update -q || fail "apt-get update failed. Missing: ${missing[*]}. As root, run: apt-get update && $command"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -q "${missing[@]}" \
        || fail "apt-get failed. Missing: ${missing[*]}. As root, run: $command"
    mapfile -t missing < <(missing_packages)
    [[ ${#missing[@]} -eq 0 ]] || fail "still missing: ${missing[*]}. As root, run: $command"
}

# Telephones for the interop tests that Debian does not have, from PyPI.
PEERS=("pjsua2-python==2.15.1.post1" "websocket-client==1.8.0")

install_peers() {
    local place=$CARILLON_ROOT/.build/peers
    if [[ -f $place/installed && $(<"$place/installed") == "${PEERS[*]}" ]]; then return; fi
    step "installing ${PEERS[*]}"
    mkdir -p "$CARILLON_ROOT/.build"
    /usr/bin/python3 -m venv --clear "$place" || fail "python3 -m venv failed in $place"
    "$place/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "${PEERS[@]}" \
        || fail "pip could not install ${PEERS[*]}, which the interop tests call with"
    printf '%s' "${PEERS[*]}" >"$place/installed"
}

require_swift() {
    command -v swift >/dev/null \
        || fail "the Swift tool chain is missing: install Swift 6.2 or later from https://www.swift.org/install/linux and put its usr/bin on PATH"
}
