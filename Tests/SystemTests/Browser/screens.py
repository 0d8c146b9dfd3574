"""What the browser tests of the screens for those who manage have in common: signing in, pressing, writing, choosing by the
keyboard or the mouse, and whether a page speaks one language only. Imported, never run."""

import argparse
import pathlib
import re
import sys
import tempfile

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from answer_call import Desk, Step, complaints, open_browser

# What everybody sees of a page, and what a screen reader says besides.
WORDS = """
const said = [document.title, document.body.innerText];
for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
  if (!one.checkVisibility()) continue;
  for (const name of ["aria-label", "title", "placeholder"]) said.push(one.getAttribute(name) ?? "");
}
for (const one of document.querySelectorAll("option")) said.push(one.textContent);
return said.filter((words) => words.trim() !== "");
"""


class Screen(Desk):
    """A page, in the words of whoever works with it."""

    def wait(self, sentence, condition, seconds=10):
        def settled():
            try:
                return condition()
            except StaleElementReferenceException:
                return None  # It was changed while it was looked at.
        return super().wait(sentence, settled, seconds)

    def press(self, selector, seconds=10):
        def ready():
            return next((one for one in self.find(selector) if one.is_displayed() and one.is_enabled()), None)
        self.wait(f"{selector} to be pressed", ready, seconds).click()

    def press_by_key(self, selector, key=Keys.ENTER):
        """The keyboard alone: the element is gone to, and the key pressed there."""
        element = self.wait_for(f"{selector} to be gone to", selector)
        self.driver.execute_script("arguments[0].focus()", element)
        element.send_keys(key)

    def write(self, selector, text):
        field = self.wait(f"the field {selector} to be written into", lambda: next(
            (one for one in self.find(selector) if one.is_displayed() and one.is_enabled()), None))
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text if text else Keys.DELETE)

    def choose(self, selector, value):
        Select(self.wait_for(f"the choice {selector}", selector)).select_by_value(value)

    def rows(self, selector="tr[data-item]"):
        return self.wait("the rows standing still", lambda: (
            [row.get_attribute("data-item") for row in self.find(selector) if row.is_displayed()],))[0]

    def wait_for_rows(self, sentence, expected, seconds=15):
        return self.wait(sentence, lambda: sorted(self.rows()) == sorted(expected) or None, seconds)

    def gone(self, sentence, selector, seconds=15):
        self.wait(sentence, lambda: not [one for one in self.find(selector) if one.is_displayed()], seconds)

    def has_focus(self, selector):
        return self.driver.execute_script("return document.activeElement?.matches(arguments[0]) ?? false", selector)

    def speaks_one_language(self, where, foreign=()):
        """No key of a text stands in for the text; the Chinese page says nothing in Latin letters but names (`foreign`)."""
        for words in self.driver.execute_script(WORDS):
            key = re.search(r"\b[a-z][A-Za-z]*\.[a-z][A-Za-z]+(?:\.[A-Za-z]+)*\b", strip(words, foreign))
            if key:
                self.picture("wrong-words")
                raise Step(f"{where}: a text is missing: {key.group(0)!r} in {words[:200]!r}")
            if self.arguments.language != "zh-CN":
                if strange := re.search(r"[\u4e00-\u9fff]+", strip(words, (*foreign, "简体中文", "中文"))):
                    raise Step(f"{where}: the English page says {strange.group(0)!r} in {words[:200]!r}")
            elif strange := re.search(r"[A-Za-z]{3,}", strip(words, (*foreign, "Carillon", "English"))):
                self.picture("wrong-words")
                raise Step(f"{where}: the Chinese page says {strange.group(0)!r} in {words[:200]!r}")


def strip(words, foreign):
    for one in sorted(foreign, key=len, reverse=True):
        words = words.replace(one, " ")
    return words


def sign_in(screen, arguments):
    screen.driver.get(arguments.url)
    if arguments.language == "en":
        screen.wait_for("the sign-in page", "button.language").click()
        screen.wait("the page in English", lambda: screen.driver.execute_script("return document.documentElement.lang") == "en")
    for name in ("tenant", "user", "password"):
        screen.type(name, getattr(arguments, name))
    screen.find("button[type=submit]")[0].click()


def given(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="the front door, as http://127.0.0.1:8080/")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", required=True, type=pathlib.Path, help="what stands in an argument, everybody can see")
    parser.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a directory for a picture of each step")
    return parser


def main(name, parser, run):
    """Runs `run(driver, arguments)`: 0 and what it returns as the last line, or 1 and one sentence."""
    arguments = parser.parse_args()
    arguments.password = arguments.password_file.read_text(encoding="utf-8").strip()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="carillon-browser.", ignore_cleanup_errors=True) as profile:
        arguments.place = pathlib.Path(profile)
        driver = open_browser(f"{profile}/profile")
        try:
            result = run(driver, arguments)
            if found := complaints(driver):
                raise Step(f"the browser complains: {found[0]}")
            print(result)
            return 0
        except Step as step:
            print(f"{name}: {step}", file=sys.stderr)
            for entry in driver.get_log("browser")[-5:]:
                print(entry["message"], file=sys.stderr)
            return 1
        except WebDriverException as error:
            print(f"{name}: the browser failed: {(error.msg or '').splitlines()[:1]}", file=sys.stderr)
            return 1
        finally:
            driver.quit()
