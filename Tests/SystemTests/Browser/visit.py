#!/usr/bin/python3
"""A visitor of a tenant's web site: his page, of another origin than the suite, calls in by the button of a web entry; he
hears and is heard, presses a key, is followed over a reload, and hangs up or is hung up on.

Serves the page itself, drives headless Chromium whose microphone is a tone, and says what happens, a word a line: `ringing`,
`answered`, `heard TONE`, `pressed`, `back`, `ended REASON`. Ends with 0, or with 1 and one sentence that says what did not happen.
"""

import argparse
import http.server
import pathlib
import sys
import tempfile
import threading
import time

from selenium.common.exceptions import WebDriverException

import talk_in_browser
from answer_call import Desk, Step, complaints

PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>Shop</title>
<body><h1>Shop</h1>
<script type="module" src="{server}/embed/web-call.js"></script>
<carillon-call tenant="{tenant}" entry="{entry}" visitor-name="访客小王" visitor-number="138 0000 0155" data-order="A-7"></carillon-call>
<script>
window.views = [];
addEventListener("carillon-call", (event) => views.push(event.detail));
</script>
"""


def serve(arguments):
    """The tenant's web site, at a port that is given or free: another origin than the suite's."""
    words = PAGE.format(language=arguments.language, server=arguments.server, tenant=arguments.tenant, entry=arguments.entry).encode()

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site.server_address[1]


class Button:
    """The button, in a visitor's words. What it is made of lies in its shadow."""

    def __init__(self, desk):
        self.desk = desk

    def part(self, selector):
        return self.desk.driver.execute_script(
            "return document.querySelector('carillon-call')?.shadowRoot?.querySelector(arguments[0]) ?? null", selector)

    def press(self, act):
        def shown():
            button = self.part(f'[data-act="{act}"]')
            return button if button is not None and button.is_displayed() else None
        self.desk.wait(f"the button {act} to be there", shown, 15).click()

    def state(self, name, seconds=20):
        def is_so():
            panel = self.part(".panel")
            return panel if panel is not None and panel.get_attribute("data-state") == name else None
        try:
            return self.desk.wait(f"the visitor's page saying {name}", is_so, seconds)
        except Step as step:
            raise Step(f"{step} Told: {self.views()}") from None

    def views(self):
        return self.desk.driver.execute_script("return window.views")


def hear(desk, tone):
    """Until a tone is heard now."""
    desk.driver.execute_script("soundHeard.wanted = arguments[0]; soundHeard.lastAt = null", tone)
    try:
        desk.wait(f"hearing {tone} Hz", lambda: talk_in_browser.heard(desk)["lastAt"] is not None, 30)
    except Step as step:
        raise Step(f"{step} Heard: {talk_in_browser.heard(desk)}") from None
    say(f"heard {tone}")


def say(word):
    print(word, flush=True)


def run(driver, arguments, port):
    desk = Desk(driver, arguments)
    button = Button(desk)
    driver.get(f"http://127.0.0.1:{port}/")
    desk.wait("the button to be there", lambda: button.part('[data-act="call"]'), 20)
    desk.picture("button")
    button.press("call")
    if arguments.refused:
        panel = button.state("ended")
        desk.picture("refused")
        return say(f"ended {panel.get_attribute('data-reason')}")
    button.state("answered", 30)
    say("answered")
    desk.picture("answered")
    if arguments.key:
        button.press("keys")
        desk.wait("the keypad being open", lambda: (key := button.part(f'[data-key="{arguments.key}"]')) and key.is_displayed() and key, 5)
        desk.picture("keypad")
        until = time.monotonic() + arguments.key_after
        desk.wait("the menu being heard", lambda: time.monotonic() >= until, arguments.key_after + 5)
        button.part(f'[data-key="{arguments.key}"]').click()
        say("pressed")
    if arguments.hears:
        hear(desk, arguments.hears)
        desk.picture("talking")
    if arguments.reloads:
        driver.refresh()
        button.state("answered", 30)
        hear(desk, arguments.hears)
        say("back")
        desk.picture("reloaded")
    until = time.monotonic() + arguments.talk
    desk.wait("talking on", lambda: time.monotonic() >= until, arguments.talk + 5)
    if arguments.hangs_up:
        button.press("hang-up")
    panel = button.state("ended", 60)
    desk.picture("ended")
    say(f"ended {panel.get_attribute('data-reason')}")
    if found := complaints(driver):
        raise Step(f"the browser complains: {found[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="the front door, as http://127.0.0.1:8080")
    parser.add_argument("--port", type=int, required=True, help="where the tenant's web site is served, on 127.0.0.1")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--entry", required=True)
    parser.add_argument("--key", default="", help="pressed once it is answered")
    parser.add_argument("--key-after", type=float, default=1, help="so many seconds after the answer")
    parser.add_argument("--hears", type=int, default=0, help="the tone that has to be heard")
    parser.add_argument("--tone", type=int, default=1000, help="what the visitor's microphone hears")
    parser.add_argument("--reloads", action="store_true", help="loads the page anew in mid-call")
    parser.add_argument("--hangs-up", action="store_true")
    parser.add_argument("--refused", action="store_true", help="the entry does not take this page's calls")
    parser.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
    parser.add_argument("--talk", type=float, default=3, help="seconds to talk")
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    port = serve(arguments)
    with tempfile.TemporaryDirectory(prefix="carillon-visitor.", ignore_cleanup_errors=True) as place:
        microphone = pathlib.Path(place) / "tone.wav"
        talk_in_browser.tone_file(microphone, arguments.tone)
        driver = talk_in_browser.open_browser(f"{place}/profile", microphone, False)
        try:
            run(driver, arguments, port)
            return 0
        except Step as step:
            print(f"visit: {step}", file=sys.stderr)
            for line in driver.get_log("browser")[-5:]:
                print(line["message"], file=sys.stderr)
            return 1
        except WebDriverException as error:
            print(f"visit: the browser failed: {(error.msg or '').splitlines()[:1]}", file=sys.stderr)
            return 1
        finally:
            driver.quit()


if __name__ == "__main__":
    sys.exit(main())
