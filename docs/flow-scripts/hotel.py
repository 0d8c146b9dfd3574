#!/usr/bin/env python3
"""A program that a script node of a flow may hand callers over to: a hotel that knows its guests by their rooms.

    python3 hotel.py 8099            # then: FLOW_HOSTS=127.0.0.1:8099, and a node {"type": "script",
                                     #   "url": "http://127.0.0.1:8099/hotel", "exits": {"desk": ...}, "next": ...}

It remembers no call: where it is with a caller is in `state`, which it gets back with the next question.
"""

import http.server
import json
import sys

ROOMS = {"101": "Li Lei", "205": "Han Meimei"}


def begin(question):
    return ask_for_room("en" if question["language"] == "en" else "zh")


def ask_for_room(language, tries=0):
    text = {"en": "Please enter your room number.", "zh": "请输入房间号。"}[language]
    return {
        "state": {"at": "room", "language": language, "tries": tries},
        "steps": [{"type": "collect", "prompts": [{"say": text, "language": language}], "maximumDigits": 3}],
    }


def room(question, state):
    language, digits = state["language"], question["event"]["digits"]
    if digits not in ROOMS:
        if state["tries"] == 2:
            return {"steps": [{"type": "exit", "name": "desk"}]}
        return ask_for_room(language, state["tries"] + 1)
    text = {"en": "Good evening, {guest}. To be woken at seven, press 1.", "zh": "{guest}，晚上好。七点叫醒请按1。"}[language]
    return {
        "state": {"at": "wake", "language": language, "room": digits},
        "steps": [
            {"type": "set", "values": {"room": digits, "guest": ROOMS[digits]}},
            {"type": "collect", "prompts": [{"say": text, "language": language}], "maximumDigits": 1},
        ],
    }


def wake(question, state):
    wanted = question["event"]["digits"] == "1"
    return {
        "steps": [
            {"type": "set", "values": {"wake": "07:00" if wanted else "no"}},
            {"type": "exit", "name": "next" if wanted else "desk"},
        ]
    }


def answer(question):
    state = question["state"] or {}
    if question["event"]["type"] == "hungUp":
        return {"steps": [{"type": "hangUp"}]}
    if question["event"]["type"] == "collected":
        return {"room": room, "wake": wake}[state["at"]](question, state)
    return begin(question)


class Program(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(answer(question)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        print(json.dumps(question), flush=True)

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Program)
    print(f"listens at {server.server_port}", flush=True)
    server.serve_forever()
