"""A telephone by WebSocket (RFC 7118), as a browser's: its messages are written by hand. What it does is said in lines.

    websocket_peer.py URL PHONE DOMAIN PASSWORD-FILE [AUTHORITIES]

Registers, answers the first call, waits for a line on standard input, and hangs up.
"""

import hashlib
import ssl
import sys
import threading
import uuid

import websocket

SOUND = "\r\n".join([
    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 18900 RTP/AVP 8",
    "a=rtpmap:8 PCMA/8000", "a=sendrecv", ""])


def say(*words):
    print(*words, flush=True)


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Telephone:
    def __init__(self, url, phone, domain, secret, authorities):
        options = {"ca_certs": authorities} if authorities else {}
        self.socket = websocket.create_connection(url, subprotocols=["sip"], sslopt=options, timeout=60)
        say("subprotocol", self.socket.getsubprotocol())
        self.phone, self.domain, self.secret = phone, domain, secret
        self.tag, self.call_id, self.host = uuid.uuid4().hex[:8], uuid.uuid4().hex, uuid.uuid4().hex[:10] + ".invalid"
        self.contact = "<sip:%s@%s;transport=ws>" % (phone, self.host)
        self.way = "WSS" if url.startswith("wss:") else "WS"

    def send(self, lines, body=""):
        self.socket.send("\r\n".join(lines + ["Content-Length: %d" % len(body), "", body]))

    def receive(self):
        message = self.socket.recv()
        head, _, body = message.partition("\r\n\r\n")
        lines = head.split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), []).append(value.strip())
        return lines[0], fields, body

    def request(self, method, target, origin, destination, call_id, sequence, more=()):
        self.send([
            "%s %s SIP/2.0" % (method, target),
            "Via: SIP/2.0/%s %s;branch=z9hG4bK%s" % (self.way, self.host, uuid.uuid4().hex), "From: " + origin,
            "To: " + destination, "Call-ID: " + call_id, "CSeq: %d %s" % (sequence, method), "Max-Forwards: 70", *more])

    def register(self):
        address = "<sip:%s@%s>" % (self.phone, self.domain)
        origin, more = address + ";tag=" + self.tag, ["Contact: " + self.contact, "Expires: 120"]
        self.request("REGISTER", "sip:" + self.domain, origin, address, self.call_id, 1, more)
        start, fields, _ = self.receive()
        say("register", start.split()[1])
        challenge = [value for value in fields["www-authenticate"] if "MD5" in value][0]
        values = dict(part.strip().split("=", 1) for part in challenge[len("Digest "):].split(","))
        nonce = values["nonce"].strip('"')
        uri = "sip:" + self.domain
        response = md5(":".join([
            md5("%s:%s:%s" % (self.phone, self.domain, self.secret)), nonce, "00000001", "abc", "auth",
            md5("REGISTER:" + uri)]))
        answer = 'Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", ' \
            'algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"' % (self.phone, self.domain, nonce, uri, response)
        self.request("REGISTER", uri, origin, address, self.call_id, 2, more + [answer])
        say("registered", self.receive()[0].split()[1])

    def answer(self, status, fields, body="", more=()):
        lines = ["SIP/2.0 " + status] + ["Via: " + value for value in fields["via"]]
        to = fields["to"][0] if "tag=" in fields["to"][0] else fields["to"][0] + ";tag=" + self.tag
        lines += ["From: " + fields["from"][0], "To: " + to, "Call-ID: " + fields["call-id"][0]]
        self.send(lines + ["CSeq: " + fields["cseq"][0], *more], body)
        return to

    def take_call(self):
        start, fields, _ = self.receive()
        say("asked", start.split()[0])
        self.answer("180 Ringing", fields, more=["Contact: " + self.contact])
        more = ["Contact: " + self.contact, "Content-Type: application/sdp"]
        local = self.answer("200 OK", fields, SOUND, more)
        target = fields["contact"][0].strip("<>")
        return target, local, fields["from"][0], fields["call-id"][0]

    def follow(self):
        while True:
            start, fields, _ = self.receive()
            if start.startswith("SIP/2.0"):
                say("got", start.split()[1], fields["cseq"][0].split()[1])
            else:
                say("asked", start.split()[0])
                if not start.startswith("ACK"):
                    self.answer("200 OK", fields)


def main():
    url, phone, domain, file = sys.argv[1:5]
    with open(file, encoding="utf-8") as secret:
        telephone = Telephone(url, phone, domain, secret.read().strip(), sys.argv[5] if len(sys.argv) > 5 else None)
    telephone.register()
    target, local, remote, call_id = telephone.take_call()
    threading.Thread(target=telephone.follow, daemon=True).start()
    sys.stdin.readline()
    telephone.request("BYE", target, local, remote, call_id, 1)
    sys.stdin.readline()


main()
