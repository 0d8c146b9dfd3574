"""A telephone by WebSocket (RFC 7118), as a browser's, or a caller by one: its messages are written by hand. It is told what to do by
lines on standard input and says in lines what happened.

    websocket_peer.py --transport ws --server 127.0.0.1:5062 --user 1002 [--domain demo --password-file FILE]
        [--authorities FILE] --log FILE

call NUMBER · keys 123 · hold · resume · refresh · transfer NUMBER · hang-up
"""

import argparse
import hashlib
import math
import queue
import random
import re
import socket
import struct
import sys
import threading
import time
import uuid

import websocket

DIRECTIONS = ("a=sendonly", "a=recvonly", "a=inactive", "a=sendrecv")


def say(*words):
    print(*words, flush=True)


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def a_law(sample):
    """One sample of 16 bits by ITU-T G.711."""
    value, segment = (sample if sample >= 0 else ~sample) >> 4, 0
    if value > 15:
        segment = 1
        while value > 31:
            value, segment = value >> 1, segment + 1
        value -= 16
    return (value | segment << 4 | (0x80 if sample >= 0 else 0)) ^ 0x55


class Sound:
    """RTP of a tone of 440 Hz, with keys between by RFC 4733, from one source in one sequence."""

    tone = bytes(a_law(int(8000 * math.sin(2 * math.pi * 440 * index / 8000))) for index in range(8000))

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.target, self.keys, self.sends, self.heard = None, queue.Queue(), True, 0
        self.sequence, self.clock, self.source = random.randrange(1 << 16), random.randrange(1 << 31), random.randrange(1 << 32)
        for work in (self.speak, self.hear):
            threading.Thread(target=work, daemon=True).start()

    def hear(self):
        while self.socket.recv(2048):
            self.heard += 1

    def packet(self, kind, clock, payload, marker=False):
        self.sequence = (self.sequence + 1) & 0xFFFF
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self.sequence, clock & 0xFFFFFFFF, self.source)
        self.socket.sendto(head + payload, self.target)

    def speak(self):
        due, key, pressed = time.monotonic(), None, 0
        while True:
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))
            self.clock += 160
            if not self.target or not self.sends:
                continue
            if key is None and not self.keys.empty():
                key, began, pressed = "0123456789*#ABCD".index(self.keys.get()), self.clock, 0
            if key is None:
                start = self.clock % 8000 // 160 * 160
                self.packet(8, self.clock, self.tone[start:start + 160])
                continue
            # A key of 160 ms; its end is said three times, and a pause follows.
            pressed += 1
            if pressed <= 8:
                self.packet(101, began, struct.pack("!BBH", key, 10, 160 * pressed), pressed == 1)
            elif pressed <= 11:
                self.packet(101, began, struct.pack("!BBH", key, 0x80 | 10, 160 * 8))
            elif pressed > 16:
                key = None


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.start, self.fields = lines[0], {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields.setdefault(name.strip().lower(), []).append(value.strip())

    def __getitem__(self, name):
        return self.fields.get(name, [""])[0]

    @property
    def code(self):
        return self.start.split()[1] if self.start.startswith("SIP/2.0") else None

    @property
    def method(self):
        return self["cseq"].split()[-1]

    @property
    def place(self):
        """Where sound goes."""
        host = re.search(r"^c=IN IP4 (\S+)", self.body, re.M)
        port = re.search(r"^m=audio (\d+)", self.body, re.M)
        return (host.group(1), int(port.group(1))) if host and port else None


class Telephone:
    def __init__(self, arguments):
        options = {"ca_certs": arguments.authorities} if arguments.transport == "wss" else {}
        self.arguments, self.log = arguments, open(arguments.log, "w", encoding="utf-8")
        url = "%s://%s/" % (arguments.transport, arguments.server)
        self.socket = websocket.create_connection(url, subprotocols=["sip"], sslopt=options, timeout=60)
        self.socket.settimeout(None)
        say("subprotocol", self.socket.getsubprotocol())
        self.domain = arguments.domain or arguments.server.split(":")[0]
        self.tag, self.host = uuid.uuid4().hex[:8], uuid.uuid4().hex[:10] + ".invalid"
        self.contact = "Contact: <sip:%s@%s;transport=ws>" % (arguments.user, self.host)
        self.way = arguments.transport.upper()
        self.sound, self.version, self.sequence, self.invite = Sound(), 0, 0, None
        self.call_id = self.local = self.remote = self.target = None

    # Messages

    def send(self, lines, body=""):
        text = "\r\n".join(lines + ["Content-Length: %d" % len(body), "", body])
        self.log.write("> " + text + "\n\n")
        self.log.flush()
        self.socket.send(text)

    def receive(self):
        text = self.socket.recv()
        self.log.write("< " + text + "\n\n")
        self.log.flush()
        return Message(text)

    def request(self, method, target, origin, destination, call_id, sequence, more=(), body=""):
        self.send([
            "%s %s SIP/2.0" % (method, target),
            "Via: SIP/2.0/%s %s;branch=z9hG4bK%s" % (self.way, self.host, uuid.uuid4().hex), "From: " + origin,
            "To: " + destination, "Call-ID: " + call_id, "CSeq: %d %s" % (sequence, method), "Max-Forwards: 70", *more], body)

    def answer(self, status, message, body="", more=()):
        to = message["to"] if "tag=" in message["to"] else message["to"] + ";tag=" + self.tag
        lines = ["SIP/2.0 " + status] + ["Via: " + value for value in message.fields["via"]]
        lines += ["Record-Route: " + value for value in message.fields.get("record-route", [])]
        lines += ["From: " + message["from"], "To: " + to, "Call-ID: " + message["call-id"], "CSeq: " + message["cseq"]]
        self.send(lines + list(more), body)
        return to

    def description(self, direction="sendrecv"):
        self.version += 1
        return "\r\n".join([
            "v=0", "o=- 1 %d IN IP4 127.0.0.1" % self.version, "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            "m=audio %d RTP/AVP 8 101" % self.sound.port, "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15", "a=" + direction, ""])

    # What it does

    def register(self, secret):
        address = "<sip:%s@%s>" % (self.arguments.user, self.domain)
        call_id, uri, more = uuid.uuid4().hex, "sip:" + self.domain, [self.contact, "Expires: 120"]
        origin = address + ";tag=" + self.tag
        self.request("REGISTER", uri, origin, address, call_id, 1, more)
        message = self.receive()
        say("register", message.code)
        challenge = [value for value in message.fields["www-authenticate"] if "MD5" in value][0]
        nonce = re.search(r'nonce="([^"]+)"', challenge).group(1)
        response = md5(":".join([
            md5("%s:%s:%s" % (self.arguments.user, self.domain, secret)), nonce, "00000001", "abc", "auth",
            md5("REGISTER:" + uri)]))
        credentials = 'Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", ' \
            'algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"' % (self.arguments.user, self.domain, nonce, uri, response)
        self.request("REGISTER", uri, origin, address, call_id, 2, more + [credentials])
        say("registered", self.receive().code)

    def call(self, number):
        host = self.arguments.server.split(":")[0]
        self.call_id, self.sequence = uuid.uuid4().hex, 1
        self.target = "sip:%s@%s" % (number, host)
        self.local = "<sip:%s@%s>;tag=%s" % (self.arguments.user, self.domain, self.tag)
        self.remote = "<%s>" % self.target
        self.say_invite([self.contact, "Supported: timer", "Session-Expires: 90;refresher=uac"], self.description())

    def say_invite(self, more, body):
        self.request(
            "INVITE", self.target, self.local, self.remote, self.call_id, self.sequence,
            more + ["Content-Type: application/sdp"], body)

    def within(self, method, more=(), body=""):
        self.sequence += 1
        self.request(method, self.target, self.local, self.remote, self.call_id, self.sequence, more, body)

    def do(self, word, rest):
        if word == "call":
            self.call(rest)
        elif word == "keys":
            for key in rest:
                self.sound.keys.put(key)
        elif word in ("hold", "resume"):
            self.sequence += 1
            self.sound.sends = word == "resume"
            self.say_invite([self.contact], self.description("sendonly" if word == "hold" else "sendrecv"))
        elif word == "refresh":
            self.within("UPDATE", [self.contact, "Supported: timer", "Session-Expires: 90;refresher=uac"])
        elif word == "transfer":
            self.within("REFER", [self.contact, "Refer-To: <sip:%s@%s>" % (rest, self.domain)])
        elif word == "heard":
            say("heard", self.sound.heard)
        elif word == "hang-up":
            self.within("BYE")
        else:
            say("unknown", word)

    # What comes

    def follow(self):
        while True:
            message = self.receive()
            if message.code:
                self.answered(message)
            else:
                self.asked(message)

    def answered(self, message):
        code, method = message.code, message.method
        if code < "200":
            return say("ringing", code) if code > "100" else None
        directions = [line[2:] for line in message.body.split("\r\n") if line in DIRECTIONS]
        say("got", code, method, message["session-expires"] or "-", *directions)
        if method == "BYE":
            say("ended", code)
        if method != "INVITE":
            return
        if code == "200":
            begins = "tag=" not in self.remote
            self.remote = message["to"]
            contact = re.search(r"<([^>]+)>", message["contact"])
            self.target = contact.group(1) if contact else self.target
            self.sound.target = message.place or self.sound.target
            self.request("ACK", self.target, self.local, self.remote, self.call_id, int(message["cseq"].split()[0]))
            if begins:
                say("answered")
        else:
            self.request("ACK", self.target, self.local, message["to"], self.call_id, int(message["cseq"].split()[0]))

    def asked(self, message):
        method = message.start.split()[0]
        say("asked", method)
        if method == "INVITE":
            again = "tag=" in message["to"]
            if not again:
                self.answer("180 Ringing", message, more=[self.contact])
            self.sound.target = message.place or self.sound.target
            more = [self.contact, "Content-Type: application/sdp", "Require: timer", "Session-Expires: 1800;refresher=uac"]
            if "timer" not in message["supported"]:
                more = more[:2]
            self.local = self.answer("200 OK", message, self.description(), more)
            self.remote, self.call_id = message["from"], message["call-id"]
            self.target = re.search(r"<([^>]+)>", message["contact"]).group(1)
            if not again:
                say("answered")
        elif method == "NOTIFY":
            self.answer("200 OK", message)
            say("transfer", (message.body.split() + ["", ""])[1])
        elif method != "ACK":
            self.answer("200 OK", message)
            if method == "BYE":
                say("ended", 200)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", required=True, choices=["ws", "wss"])
    parser.add_argument("--server", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--domain")
    parser.add_argument("--password-file")
    parser.add_argument("--authorities")
    parser.add_argument("--log", required=True)
    arguments = parser.parse_args()
    telephone = Telephone(arguments)
    if arguments.password_file:
        with open(arguments.password_file, encoding="utf-8") as secret:
            telephone.register(secret.read().strip())
    threading.Thread(target=telephone.follow, daemon=True).start()
    say("ready")
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        telephone.do(word, rest)


main()
