#!/usr/bin/python3
"""Somebody who manages queues says how much agents do at once: for all, and for one of them; what is senseless is refused.

Drives headless Chromium against a suite that runs. Ends with 0 and `done`, or with 1 and one sentence that says which step
did not happen.
"""

import sys

from selenium.webdriver.common.keys import Keys

from screens import Screen, Step, given, main, sign_in


def value(screen, selector):
    return screen.wait_for(selector, selector).get_attribute("value")


def run(driver, arguments):
    screen = Screen(driver, arguments)
    names = (arguments.tenant, arguments.user, arguments.agent, *arguments.foreign)
    sign_in(screen, arguments)
    screen.press('nav [data-screen="media"]')
    screen.wait_for("the rules", '[data-medium="mail"]')
    mine = f'tr[data-item="{arguments.agent}"]'
    screen.wait_for("the agents", mine)
    screen.speaks_one_language("the screen of capacities", names)
    screen.picture("capacities")
    screen.write('[data-rule="mail.most"]', "2")
    screen.press('[data-rule="chat.voice"]')
    screen.press('[data-command="save"]')
    screen.wait("the rules being kept", lambda: screen.find(".card .saving")[0].text)
    screen.write(f'{mine} [data-capacity="capacity"]', "60")
    screen.write(f'{mine} [data-capacity="ticket"]', "0" + Keys.TAB)
    screen.wait("the agent's capacity being kept", lambda: screen.find(f'{mine}[data-saving="false"]') and screen.find(f"{mine} .saving")[0].text)
    screen.picture("kept")
    # More than there can be: the browser says so, and nothing is sent.
    screen.write('[data-rule="mail.weight"]', "500")
    screen.press('[data-command="save"]')
    if not driver.execute_script("return document.querySelector('[data-rule=\"mail.weight\"]').validity.rangeOverflow"):
        raise Step("a weight of 500 is let through")
    driver.refresh()
    screen.wait_for("the rules after a reload", '[data-medium="mail"]')
    screen.wait("the agent after a reload", lambda: value(screen, f'{mine} [data-capacity="capacity"]') == "60")
    kept = (value(screen, '[data-rule="mail.most"]'), value(screen, f'{mine} [data-capacity="ticket"]'))
    if kept != ("2", "0") or not screen.find('[data-rule="chat.voice"]')[0].is_selected():
        raise Step(f"after a reload there stands {kept}")
    return "done"


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--agent", required=True)
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("set_capacities", words, run))
