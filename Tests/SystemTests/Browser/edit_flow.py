#!/usr/bin/python3
"""An administrator at the flow editor: makes a flow, sees what is wrong at its node, repairs it, publishes, binds a number,
tries it, changes it and goes back to the version of before.

Drives headless Chromium against a suite that runs. Ends with 0 and the flow's id on the last line, or with 1 and one
sentence that says which step did not happen. Screenshots of each step go to --screenshots.
"""

import argparse
import pathlib
import sys
import tempfile

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from answer_call import Desk, Step, complaints, open_browser


class Editor(Desk):
    """The flow editor, in the words of its author."""

    def press(self, selector, seconds=10):
        def ready():
            return next((one for one in self.find(selector) if one.is_displayed() and one.is_enabled()), None)
        self.wait(f"{selector} to be pressed", ready, seconds).click()

    def write(self, selector, text):
        field = self.wait_for(f"the field {selector}", selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text)

    def choose(self, selector, value):
        Select(self.wait_for(f"the choice {selector}", selector)).select_by_value(value)

    def node(self, name):
        return self.wait_for(f"the node {name}", f'.node[data-node="{name}"]')

    def problems(self, node):
        return self.find(f'.node[data-node="{node}"].has-problem .badge.wrong')

    def saved(self):
        self.wait_for("the draft being saved", '.saving[data-saving="clean"]')

    def drag(self, start, end):
        ActionChains(self.driver).click_and_hold(start).move_to_element(end).release().perform()

    def tab(self, name):
        self.press(f'[data-tab="{name}"]')


def sign_in(editor, arguments):
    editor.driver.get(arguments.url)
    if arguments.language == "en":
        editor.wait_for("the sign-in page", "button.language").click()
        editor.wait("the page in English", lambda: editor.driver.execute_script("return document.documentElement.lang") == "en")
    editor.type("tenant", arguments.tenant)
    editor.type("user", arguments.user)
    editor.type("password", arguments.password)
    editor.find("button[type=submit]")[0].click()
    # An administrator takes no calls: he begins at the flows, without a telephone.
    editor.wait_for("the flows that there are", 'tr[data-flow="welcome"]')
    editor.picture("flows")


def make(editor, arguments):
    editor.press('[data-command="newFlow"]')
    editor.write('[data-new="name"]', "夜间 <b>值班</b>")
    editor.write('[data-new="id"]', arguments.flow)
    editor.press('[data-command="confirm"]')
    editor.node("greeting")
    editor.saved()
    editor.picture("new")


def draw(editor, arguments):
    """A queue behind the greeting: added from the palette, connected by dragging."""
    editor.node("greeting").click()
    editor.press('[data-add="queue"]')
    queue = editor.node("queue")
    port = editor.wait_for("the greeting's port", '.node[data-node="greeting"] .port')
    editor.drag(port, queue.find_element(By.CSS_SELECTOR, ".node-head"))
    editor.wait("the problems being shown at the nodes", lambda: editor.problems("queue") and editor.problems("end"))
    if editor.find('[data-command="publish"]')[0].is_enabled():
        raise Step("a flow with problems may be published")
    editor.picture("problems")


def repair(editor, arguments):
    editor.node("queue").click()
    editor.choose('[data-field="queue"] select', "sales")
    editor.choose('[data-field="onNoAgents"] select', "end")
    editor.wait("the problems being gone", lambda: not editor.find(".node.has-problem"))
    editor.saved()
    # Back and forth again: each step is undone as it was done.
    editor.press('[data-tool="undo"]')
    editor.wait("the problem coming back", lambda: editor.problems("end"))
    editor.press('[data-tool="redo"]')
    editor.wait("the problem being gone again", lambda: not editor.find(".node.has-problem"))
    editor.saved()
    editor.picture("repaired")


def survive_reload(editor):
    editor.driver.refresh()
    editor.node("queue")
    if editor.find(".node.has-problem"):
        raise Step("after a reload the draft has problems")


def publish(editor, version):
    editor.press('[data-command="publish"]')
    editor.wait_for("what changes", ".difference li")
    editor.picture(f"publish-{version}")
    editor.press('[data-command="confirm"]')
    editor.wait(f"version {version} being published", lambda: str(version) in editor.find(".flow-toolbar .badge")[0].text)
    editor.wait("nothing more to publish", lambda: not editor.find('[data-command="publish"]')[0].is_enabled())


def bind(editor, arguments):
    editor.tab("flow")
    editor.write("[data-bind]", arguments.number)
    editor.press('[data-command="bind"]')
    editor.wait_for("the number being bound", f'.numbers [data-number="{arguments.number}"]')
    editor.picture("bound")


def simulate(editor, script, end, nodes):
    editor.tab("trial")
    for name, value in script.items():
        editor.choose(f'[data-trial="{name}"]', value)
    editor.press('[data-command="simulate"]')
    editor.wait_for(f"the trial ending with {end}", f'.trial-end[data-end="{end}"]')
    editor.wait("the way being shown on the canvas", lambda: {
        node.get_attribute("data-node") for node in editor.find(".node.is-visited")} == set(nodes))
    editor.picture(f"trial-{end}")


def change_and_go_back(editor):
    """A second version, then the first one again, as the third."""
    editor.node("queue").click()
    editor.tab("node")
    editor.write('[data-field="priority"] input', "300")
    editor.saved()
    publish(editor, 2)
    editor.tab("versions")
    editor.press('[data-version="1"] [data-command="rollBack"]')
    editor.wait_for("what the roll-back changes", ".difference li")
    editor.press('[data-command="confirm"]')
    editor.wait("version 3 being the first one again", lambda: "3" in editor.find(".flow-toolbar .badge")[0].text)
    editor.node("queue").click()
    editor.tab("node")
    if editor.find('[data-field="priority"] input')[0].get_attribute("value"):
        raise Step("after the roll-back the priority of the second version is still there")


def read_table(editor):
    editor.press('[data-tool="outline"]')
    editor.wait_for("the flow as a table", 'tr[data-row="queue"]')
    editor.picture("table")
    editor.press('[data-tool="outline"]')


def run(driver, arguments):
    editor = Editor(driver, arguments)
    sign_in(editor, arguments)
    make(editor, arguments)
    draw(editor, arguments)
    repair(editor, arguments)
    survive_reload(editor)
    publish(editor, 1)
    bind(editor, arguments)
    simulate(editor, {"queues": "answered"}, "agent", ["greeting", "queue"])
    simulate(editor, {"queues": "noAgents"}, "hungUp", ["greeting", "queue", "end"])
    change_and_go_back(editor)
    read_table(editor)
    if found := complaints(driver):
        raise Step(f"the browser complains: {found[0]}")
    return arguments.flow


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="the front door, as http://127.0.0.1:8080/")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--user", required=True, help="an administrator")
    parser.add_argument("--password-file", required=True, type=pathlib.Path, help="what stands in an argument, everybody can see")
    parser.add_argument("--flow", required=True, help="the id of the flow that is made; there must be none yet")
    parser.add_argument("--number", required=True, help="the access number that is bound to it")
    parser.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
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
            print(f"edit_flow: {step}", file=sys.stderr)
            return 1
        except WebDriverException as error:
            print(f"edit_flow: the browser failed: {(error.msg or '').splitlines()[:1]}", file=sys.stderr)
            return 1
        finally:
            driver.quit()


if __name__ == "__main__":
    sys.exit(main())
