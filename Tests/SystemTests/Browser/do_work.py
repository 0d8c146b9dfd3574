#!/usr/bin/python3
"""An agent does work beside calls on his page: takes a mail that he is offered and finishes it, declines a chat, takes a
ticket by the keyboard alone, sees a call interrupt it, goes on with it, gives it back.

Drives headless Chromium against a suite that runs; somebody else enters the work when the page asks for it, in lines such as
`wants mail`. Ends with 0 and `done`, or with 1 and one sentence that says which step did not happen.
"""

import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from screens import Screen, Step, given, main, sign_in


def item(work, more=""):
    return f'[data-work="{work}"]{more}'


def wants(what):
    print(f"wants {what}", flush=True)


def keys(screen, letter):
    ActionChains(screen.driver).key_down(Keys.CONTROL).key_down(Keys.SHIFT).send_keys(letter).key_up(Keys.SHIFT).key_up(Keys.CONTROL).perform()


def begin(screen, arguments):
    sign_in(screen, arguments)
    screen.type("phone", arguments.phone)
    screen.find("button[type=submit]")[0].click()
    screen.wait_for("signing in with the phone", "top-bar")
    if screen.wait_for("the agent's state", ".state[data-status]").get_attribute("data-status") == "paused":
        screen.click("ready")
    screen.status("ready")
    if [one for one in screen.find("work-panel section") if one.is_displayed()]:
        raise Step("there is a panel for work although there is none")


def take_mail(screen, arguments):
    wants("mail")
    offered = screen.wait_for("the mail being offered", item(f"mail-{screen.arguments.tag}", '[data-state="offered"]'), 20)
    if arguments.title not in offered.text or "li@example.com" not in offered.text:
        raise Step(f"the offer says neither what nor whose: {offered.text!r}")
    if not (link := offered.find_element(By.CSS_SELECTOR, "a")).get_attribute("href").startswith("https://mail.example/"):
        raise Step(f"the link leads to {link.get_attribute('href')}")
    screen.wait("the title of the page telling it", lambda: arguments.title in screen.driver.title)
    screen.speaks_one_language("work that is offered", arguments.names)
    screen.picture("offered")
    screen.press(item(f"mail-{screen.arguments.tag}", ' [data-command="acceptWork"]'))
    screen.wait_for("the mail being in hand", item(f"mail-{screen.arguments.tag}", '[data-state="open"]'))
    screen.picture("open")
    screen.press(item(f"mail-{screen.arguments.tag}", ' [data-command="finishWork"]'))
    screen.choose('[data-new="disposition"]', "resolved")
    screen.write('[data-new="note"]', "已回信")
    screen.speaks_one_language("the window for finishing", (*arguments.names, "已回信"))
    screen.picture("finish")
    screen.press('[data-command="confirm"]')
    screen.gone("the mail being done", item(f"mail-{screen.arguments.tag}"))


def decline_chat(screen):
    wants("chat")
    screen.wait_for("the chat being offered", item(f"chat-{screen.arguments.tag}", '[data-state="offered"]'), 20)
    screen.press(item(f"chat-{screen.arguments.tag}", ' [data-command="refuseWork"]'))
    screen.gone("the chat being gone", item(f"chat-{screen.arguments.tag}"))
    wants("no chat")


def ticket_and_call(screen, arguments):
    wants("ticket")
    screen.wait_for("the ticket being offered", item(f"ticket-{screen.arguments.tag}", '[data-state="offered"]'), 20)
    keys(screen, "a")
    screen.wait_for("the ticket being in hand", item(f"ticket-{screen.arguments.tag}", '[data-state="open"]'))
    wants("call")
    screen.phase("offered", 40)
    keys(screen, "a")
    screen.phase("talking", 20)
    screen.wait_for("the call interrupting the ticket", item(f"ticket-{screen.arguments.tag}", '[data-state="interrupted"]'), 15)
    screen.speaks_one_language("work beside a call", arguments.names)
    screen.picture("interrupted")
    keys(screen, "e")
    screen.wait_for("going on with the ticket", item(f"ticket-{screen.arguments.tag}", '[data-state="open"]'), 20)
    screen.driver.refresh()
    screen.wait_for("the ticket being there after a reload", item(f"ticket-{screen.arguments.tag}", '[data-state="open"]'), 20)
    screen.press(item(f"ticket-{screen.arguments.tag}", ' [data-command="giveWorkBack"]'))
    screen.speaks_one_language("the window for giving back", arguments.names)
    screen.picture("give-back")
    screen.press('[data-command="confirm"]')
    screen.gone("the ticket being given back", item(f"ticket-{screen.arguments.tag}"))


def run(driver, arguments):
    screen = Screen(driver, arguments)
    arguments.names = (arguments.tenant, arguments.user, arguments.title, *arguments.foreign)
    begin(screen, arguments)
    take_mail(screen, arguments)
    decline_chat(screen)
    ticket_and_call(screen, arguments)
    screen.click("signOut")
    screen.wait_for("signing out", 'input[name="password"]')
    return "done"


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--phone", required=True)
    words.add_argument("--tag", required=True, help="ends the ids of what is entered")
    words.add_argument("--title", required=True, help="what the mail is about")
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("do_work", words, run))
