"""A telephone of baresip. It is told what to do by lines on standard input and says in lines what happened.

    baresip_peer.py --transport udp --server 127.0.0.1:5060 --user 1002 [--domain demo --password-file FILE]
        [--authorities FILE] --log FILE --place DIRECTORY

call NUMBER · keys 123 · hold · resume · refresh · transfer NUMBER · hang-up
"""

import argparse
import json
import math
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import wave

EVENTS = {
    "CALL_RINGING": "ringing",
    "CALL_ESTABLISHED": "answered",
    "CALL_CLOSED": "ended",
}


def say(*words):
    print(*words, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_pair():
    """A port for UDP and TCP, with the next for TLS."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


def tone(path):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (int(8000 * math.sin(2 * math.pi * 440 * index / 8000)) for index in range(8000 * 40))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def configure(arguments, control):
    place = arguments.place
    tone(place + "/tone.wav")
    lines = [
        "audio_player aufile," + place + "/heard.wav", "audio_source aufile," + place + "/tone.wav",
        "rtp_ports 18000-18999", "module_path /usr/lib/baresip/modules", "module g711.so", "module aufile.so",
        "module_tmp account.so", "module_app menu.so", "module ctrl_tcp.so",
        "ctrl_tcp_listen 127.0.0.1:%d" % control, "sip_listen 127.0.0.1:%d" % free_pair(),
    ]
    if arguments.authorities:
        lines.append("sip_cafile " + arguments.authorities)
    way = ";transport=" + arguments.transport
    if arguments.password_file:
        with open(arguments.password_file, encoding="utf-8") as file:
            secret = file.read().strip()
        user = arguments.user + "*" + arguments.domain
        more = ";auth_user=%s;auth_pass=%s;regint=60;answermode=auto" % (arguments.user, secret)
    else:
        user, more = arguments.user, ";regint=0"
    account = "<sip:%s@%s%s>%s;audio_codecs=PCMA/8000/1" % (user, arguments.server, way, more)
    for name, text in (("config", "\n".join(lines)), ("accounts", account), ("contacts", "")):
        with open(os.path.join(place, name), "w", encoding="utf-8") as file:
            file.write(text + "\n")


def follow_wire(stream, log):
    """What the telephone receives, as its trace shows it: a final response a line, with the direction of its sound."""
    code, method, direction = None, None, []
    for raw in stream:
        log.write(raw)
        log.flush()
        line = re.sub(r"\x1b\[[0-9;]*m", "", raw.decode("utf-8", "replace")).strip()
        if re.match(r"^(SIP/2\.0 \d+|[A-Z]+ sips?:)", line):
            if code and method and code >= "200":
                say("got", code, method, "-", *direction)
            found = re.match(r"^SIP/2\.0 (\d+)", line)
            code, method, direction = (found.group(1) if found else None), None, []
        elif line.lower().startswith("cseq:"):
            method = line.split()[-1]
            if code and code >= "200" and method != "INVITE":
                say("got", code, method, "-")
                if (code, method) == ("200", "REGISTER"):
                    say("registered", code)
                code = None
        elif line in ("a=sendonly", "a=recvonly", "a=inactive", "a=sendrecv"):
            direction.append(line[2:])
            if code and code >= "200" and method:
                say("got", code, method, "-", *direction)
                code = None


def follow_events(control):
    waiting = b""
    while True:
        more = control.recv(65536)
        if not more:
            return
        waiting += more
        while b":" in waiting:
            head, rest = waiting.split(b":", 1)
            length = int(head)
            if len(rest) < length + 1:
                break
            event, waiting = json.loads(rest[:length]), rest[length + 1:]
            if event.get("event"):
                word = EVENTS.get(event.get("type"))
                if word:
                    say(word, event.get("param", ""))
                elif event.get("type") == "TRANSFER_FAILED":
                    say("transfer 603 last")
            elif not event.get("ok", True):
                say("failed", event.get("data", ""))


def connect(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=None)
        except OSError:
            time.sleep(0.1)
    sys.exit("baresip did not start")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", required=True, choices=["udp", "tcp", "tls"])
    parser.add_argument("--server", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--domain")
    parser.add_argument("--password-file")
    parser.add_argument("--authorities")
    parser.add_argument("--log", required=True)
    parser.add_argument("--place", required=True)
    arguments = parser.parse_args()
    arguments.place = os.path.abspath(arguments.place)
    port = free_port()
    configure(arguments, port)
    telephone = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", "baresip", "-s", "-f", arguments.place], cwd=arguments.place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    signal.signal(signal.SIGTERM, lambda *_: (telephone.kill(), os._exit(0)))
    log = open(arguments.log, "wb")
    threading.Thread(target=follow_wire, args=(telephone.stdout, log), daemon=True).start()
    control = connect(port)
    threading.Thread(target=follow_events, args=(control,), daemon=True).start()

    def command(name, parameters=""):
        text = json.dumps({"command": name, "params": parameters, "token": name}).encode()
        control.sendall(b"%d:%s," % (len(text), text))

    say("ready")
    way = ";transport=" + arguments.transport
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "call":
            command("dial", "sip:%s@%s%s" % (rest, arguments.server, way))
        elif word == "keys":
            # It sends a key for 450 ms at least and its end three times, a packet each 50 ms; the next one would cut it short.
            for key in rest:
                command("sndcode", key)
                time.sleep(1)
        elif word == "transfer":
            command("transfer", "sip:%s@%s" % (rest, arguments.server))
        elif word in ("hold", "resume"):
            command(word)
        elif word == "refresh":
            command("reinvite")
        elif word == "hang-up":
            command("hangup")
        else:
            say("unknown", word)
    telephone.kill()


main()
