# nginx as the front door of a suite that runs from the checkout.
# shellcheck shell=bash

# front_door_configure DIRECTORY OFFSET PUBLIC: writes DIRECTORY/nginx.conf, from deploy/nginx/carillon.conf with ports
# moved by the offset.
front_door_configure() {
    local directory=$1 offset=$2 public=$3 user=''
    mkdir -p "$directory"
    awk -v offset="$offset" -v public="$public" '
        /^ *root / { sub(/root .*/, "root " public ";") }
        /^ *listen / { sub(/listen [0-9]+/, "listen " 8080 + offset) }
        /^upstream/ {
            rest = $0; line = ""
            while (match(rest, /127\.0\.0\.1:[0-9]+/)) {
                port = substr(rest, RSTART + 10, RLENGTH - 10)
                line = line substr(rest, 1, RSTART - 1) "127.0.0.1:" port + offset
                rest = substr(rest, RSTART + RLENGTH)
            }
            $0 = line rest
        }
        { print }' "$CARILLON_ROOT/deploy/nginx/carillon.conf" >"$directory/carillon.conf"
    # Only root may change to another user; files below /root can be read by root alone.
    if [[ $EUID -eq 0 ]]; then
        user='user www-data;'
        is_reachable "$public" www-data || user='user root;'
    fi
    cat >"$directory/nginx.conf" <<EOF
daemon off;
$user
worker_processes 1;
pid $directory/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    client_body_temp_path $directory/body;
    proxy_temp_path $directory/proxy;
    fastcgi_temp_path $directory/fastcgi;
    uwsgi_temp_path $directory/uwsgi;
    scgi_temp_path $directory/scgi;
    include $directory/carillon.conf;
}
EOF
}
