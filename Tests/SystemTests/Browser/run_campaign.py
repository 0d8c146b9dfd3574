#!/usr/bin/python3
"""Somebody who manages campaigns makes one of the kind that shows records first, gives it a list with a wrong line and starts
it; then he forbids a number to all campaigns.

Drives headless Chromium against a suite that runs. Ends with 0 and the campaign's id, or with 1 and one sentence that says
which step did not happen.
"""

import sys

from screens import Screen, Step, given, main, sign_in


def text_of(screen, selector):
    return " ".join(one.text for one in screen.find(selector))


def make(screen, arguments, names):
    screen.press('[data-command="new"]')
    screen.wait_for("the form", 'dialog [data-field="queueID"]')
    screen.speaks_one_language("the form of a campaign", names)
    screen.picture("form")
    screen.press('dialog [data-command="confirm"]')
    screen.wait("the form saying what is missing", lambda: text_of(screen, "dialog .problem"))
    screen.speaks_one_language("the form that lacks something", names)
    screen.write('dialog [data-field="name"] input', arguments.name)
    screen.choose('dialog [data-field="queueID"] select', arguments.queue)
    screen.write('dialog [data-field="fromNumber"] input', "+861088885799")
    screen.choose('dialog [data-field="mode"] select', "preview")
    screen.find('dialog [data-field="hours.days"] input')[6].click()
    screen.press('dialog [data-command="confirm"]')
    screen.gone("the form", "dialog")
    return screen.wait("the campaign's row", lambda: next(
        (row.get_attribute("data-item") for row in screen.find("tr[data-item]") if arguments.name in row.text), None))


def press(screen, selector):
    """The page looks again every few seconds: a row may have been made anew between being found and being pressed."""
    def pressed():
        found = [one for one in screen.find(selector) if one.is_displayed() and one.is_enabled()]
        for one in found[:1]:
            one.click()
        return found
    screen.wait(f"{selector} to be pressed", pressed)


def add_numbers(screen, row, names):
    press(screen, f'{row} [data-command="numbers"]')
    screen.write('dialog [data-new="numbers"]', "Telephone, name\n+86 139 0000 5741, Li Lei\n99\n13900005742\n13900005741")
    screen.press('dialog [data-command="confirm"]')
    report = screen.wait("the report of the list", lambda: text_of(screen, "dialog li"))
    if "3" not in report or "99" not in report:
        raise Step(f"the report does not name line 3 with 99: {report}")
    screen.speaks_one_language("the report of the list", names)
    screen.picture("report")
    screen.press("dialog button.quiet")
    screen.gone("the report", "dialog")


def run(driver, arguments):
    screen = Screen(driver, arguments)
    names = (arguments.tenant, arguments.user, arguments.name, arguments.queue, "UTC", *arguments.foreign)
    sign_in(screen, arguments)
    screen.press('nav [data-screen="campaigns"]')
    campaign = make(screen, arguments, names)
    row = f'tr[data-item="{campaign}"]'
    add_numbers(screen, row, names)
    if screen.find(f'{row} [data-command="remove"]')[0].get_attribute("disabled"):
        raise Step("a paused campaign cannot be removed")
    press(screen, f'{row} [data-command="start"]')
    screen.wait_for("the campaign running", f'{row} [data-command="pause"]')
    if not screen.find(f'{row} [data-command="remove"]')[0].get_attribute("disabled"):
        raise Step("a campaign that runs can be removed")
    screen.speaks_one_language("the screen of campaigns", names)
    screen.picture("campaigns")
    screen.press('nav [data-screen="doNotCall"]')
    screen.write('[data-new="numbers"]', arguments.forbidden)
    screen.write('[data-new="reason"]', "-")
    screen.press('[data-command="addNumbers"]')
    screen.wait_for("the forbidden number", f'tr[data-item="{arguments.forbidden}"]')
    screen.speaks_one_language("the numbers that no campaign calls", names)
    screen.picture("do-not-call")
    return campaign


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--name", required=True, help="the campaign's")
    words.add_argument("--queue", required=True)
    words.add_argument("--forbidden", required=True, help="a number that no campaign is to call")
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("run_campaign", words, run))
