#!/usr/bin/python3
"""An agent at the web client: signs in, answers the next call, holds it, takes it back, hangs up, finds it in the list.

Drives headless Chromium against a suite that runs. Ends with 0 and the call's id on the last line, or with 1 and one
sentence that says which step did not happen. Screenshots of each step go to --screenshots.
"""

import argparse
import contextlib
import pathlib
import sys
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Step(Exception):
    """A step that did not happen, as a sentence."""


class Desk:
    """The page, in the words of an agent."""

    def __init__(self, driver, arguments):
        self.driver = driver
        self.arguments = arguments
        self.pictures = 0

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, sentence, condition, seconds=10):
        try:
            return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: condition())
        except TimeoutException:
            self.picture("failed")
            raise Step(f"{sentence} did not happen within {seconds} s. The page says: {self.words()}") from None

    def wait_for(self, sentence, selector, seconds=10):
        def shown():
            return next((element for element in self.find(selector) if element.is_displayed()), None)
        return self.wait(sentence, shown, seconds)

    def click(self, command):
        def enabled():
            buttons = self.find(f'[data-command="{command}"]')
            return buttons[0] if buttons and buttons[0].is_displayed() and buttons[0].is_enabled() else None
        self.wait(f"the button {command} to be pressed", enabled).click()

    def phase(self, name, seconds=10):
        return self.wait_for(f"the call bar saying {name}", f'section.call[data-phase="{name}"]', seconds)

    def status(self, name, seconds=10):
        return self.wait_for(f"the agent's state becoming {name}", f'.state[data-status="{name}"]', seconds)

    def words(self):
        with contextlib.suppress(WebDriverException):
            return " | ".join(self.driver.find_element(By.TAG_NAME, "body").text.split("\n"))[:400]
        return "nothing"

    def picture(self, name):
        self.pictures += 1
        if self.arguments.screenshots:
            with contextlib.suppress(WebDriverException):
                self.driver.save_screenshot(str(self.arguments.screenshots / f"{self.pictures:02d}-{name}.png"))

    def type(self, name, text):
        field = self.wait_for(f"the field {name} to be shown", f'input[name="{name}"]')
        field.clear()
        field.send_keys(text)


def sign_in(desk, arguments):
    desk.driver.get(arguments.url)
    if arguments.language == "en":
        desk.wait_for("the sign-in page", "button.language").click()
        desk.wait("the page in English", lambda: desk.driver.execute_script("return document.documentElement.lang") == "en")
    desk.type("tenant", arguments.tenant)
    desk.type("user", arguments.user)
    desk.type("password", arguments.password)
    desk.picture("sign-in")
    desk.find("button[type=submit]")[0].click()
    desk.wait("signing in", lambda: desk.find('input[name="phone"]') or desk.find("top-bar"))
    if not desk.find("top-bar"):
        desk.type("phone", arguments.phone)
        desk.picture("phone")
        desk.find("button[type=submit]")[0].click()
        desk.wait_for("signing in with the phone", "top-bar")
    state = desk.wait_for("the agent's state", ".state[data-status]")
    if state.get_attribute("data-status") == "paused":
        desk.click("ready")
        desk.wait("becoming ready", lambda: not desk.find('.state[data-status="paused"]'))
    desk.picture("ready")


def answer(desk, arguments):
    bar = desk.phase("offered", arguments.wait)
    call = bar.get_attribute("data-call")
    if arguments.customer and arguments.customer not in bar.text:
        desk.picture("failed")
        raise Step(f"the call bar does not name the customer {arguments.customer}; it says: {bar.text!r}")
    desk.picture("offered")
    desk.click("answer")
    desk.phase("talking")
    desk.status("talking")
    desk.picture("talking")
    return call


def survive_reload(desk, call):
    desk.driver.refresh()
    bar = desk.phase("talking")
    if bar.get_attribute("data-call") != call:
        raise Step("after the reload the page shows another call")


def hold_and_retrieve(desk, arguments):
    desk.click("hold")
    desk.phase("held")
    desk.picture("held")
    desk.click("retrieve")
    desk.phase("talking")
    # The conversation goes on for a while, so that there is something to record.
    until = time.monotonic() + arguments.talk
    desk.wait("talking on", lambda: time.monotonic() >= until, arguments.talk + 5)


def hang_up(desk, call):
    desk.click("hangUp")
    desk.wait("the call bar leaving the call", lambda: not any(
        bar.is_displayed() for phase in ("talking", "held") for bar in desk.find(f'section.call[data-phase="{phase}"]')))
    if desk.find('.state[data-status="afterCallWork"]'):
        desk.picture("after-call-work")
        desk.click("finish")
        desk.wait("after-call work ending", lambda: not desk.find('.state[data-status="afterCallWork"]'))
    desk.wait_for("the contact standing in the list", f'tr[data-call="{call}"][data-ended]', 30)
    desk.picture("contacts")


def complaints(driver):
    """What the browser's console reports as an error: a refused script or style, an exception."""
    return [entry["message"] for entry in driver.get_log("browser")
            if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]]


def run(driver, arguments):
    desk = Desk(driver, arguments)
    sign_in(desk, arguments)
    call = answer(desk, arguments)
    survive_reload(desk, call)
    hold_and_retrieve(desk, arguments)
    hang_up(desk, call)
    if found := complaints(driver):
        raise Step(f"the browser complains: {found[0]}")
    return call


def open_browser(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1366,768",
                 f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False})
    return driver


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="the front door, as http://127.0.0.1:8080/")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", required=True, type=pathlib.Path, help="what stands in an argument, everybody can see")
    parser.add_argument("--phone", required=True, help="the agent's extension; its telephone is registered already")
    parser.add_argument("--customer", default="", help="a name or number that the call bar has to show")
    parser.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a call")
    parser.add_argument("--talk", type=float, default=2, help="seconds to talk")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a directory for a picture of each step")
    arguments = parser.parse_args()
    arguments.password = arguments.password_file.read_text(encoding="utf-8").strip()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="carillon-browser.", ignore_cleanup_errors=True) as profile:
        driver = open_browser(profile)
        try:
            print(run(driver, arguments))
            return 0
        except Step as step:
            print(f"answer_call: {step}", file=sys.stderr)
            return 1
        except WebDriverException as error:
            print(f"answer_call: the browser failed: {(error.msg or '').splitlines()[:1]}", file=sys.stderr)
            return 1
        finally:
            driver.quit()


if __name__ == "__main__":
    sys.exit(main())
