#!/usr/bin/python3
"""Somebody minds callers' messages: lists and filters them, plays one, deals with it, gives it to an agent with a note,
removes it, all in one language; much of it by the keyboard alone.

Drives headless Chromium against a suite that runs, where two callers have left messages. Ends with 0 and the id of the
message that it removed on the last line, or with 1 and one sentence that says which step did not happen.
"""

import sys

from selenium.webdriver.common.keys import Keys

from screens import Screen, Step, given, main, sign_in


def row(message, more=""):
    return f'tr[data-item="{message}"]{more}'


def find(screen, arguments):
    """Both are there; each is found by the beginning of its number and by its state."""
    screen.wait_for("the two messages being listed", "tr[data-item]:nth-child(2)", 20)
    both = screen.rows()
    if len(both) != 2:
        raise Step(f"there are {len(both)} messages, not 2")
    screen.speaks_one_language("the list of messages", arguments.names)
    screen.picture("messages")
    screen.write("[data-search]", arguments.number[:-1])
    screen.wait_for_rows("both, whose numbers begin alike", both)
    screen.write("[data-search]", arguments.number)
    screen.wait("the other message being left out", lambda: len(screen.rows()) == 1)
    mine = screen.rows()[0]
    screen.write("[data-search]", "199")
    screen.gone("nothing being found", "tr[data-item]")
    screen.wait_for("the page saying that nothing is found", ".empty-line")
    screen.speaks_one_language("nothing found", arguments.names)
    screen.picture("nothing-found")
    screen.write("[data-search]", "")
    screen.wait_for_rows("both messages again", both)
    screen.choose('[data-filter="state"]', "done")
    screen.gone("no message being dealt with", "tr[data-item]")
    screen.choose('[data-filter="state"]', "new")
    screen.wait_for_rows("both messages being new", both)
    screen.choose('[data-filter="state"]', "")
    screen.wait_for_rows("both messages at last", both)
    return mine, next(one for one in both if one != mine)


def hear(screen, mine):
    """Played by a key; while it plays the row learns that it was heard, and the playing goes on."""
    screen.press_by_key(row(mine, ' [data-command="play"]'))
    screen.wait_for("the player", row(mine, " recording-player"))
    screen.wait_for("the message being heard", row(mine, '[data-state="heard"]'), 15)
    audio = f"return document.querySelector('{row(mine, ' audio')}')"
    screen.wait("the message sounding", lambda: screen.driver.execute_script(f"{audio}.currentTime") > 0.3)
    screen.picture("heard")
    if not screen.driver.execute_script(f"{audio}.duration") > 1:
        raise Step("the message is shorter than a second")


def deal(screen, mine, arguments):
    done = row(mine, ' [data-command="done"]')
    screen.press_by_key(done)
    screen.wait_for("the message being dealt with", row(mine, '[data-state="done"]'))
    screen.wait("the button keeping the focus", lambda: screen.has_focus(done))
    screen.picture("done")
    screen.press_by_key(done)
    screen.wait_for("the message being open again", row(mine, '[data-state="heard"]'))
    screen.press(row(mine, ' [data-command="assign"]'))
    screen.choose('[data-new="assignedTo"]', arguments.agent)
    screen.write('[data-new="note"]', "明天上午回电 <b>急</b>")
    screen.speaks_one_language("the window for assigning", (*arguments.names, "明天上午回电", "急", "<b>", "</b>"))
    screen.picture("assign")
    screen.press('[data-command="confirm"]')
    screen.gone("the window closing", "dialog")
    screen.wait("the note standing in the row", lambda: "明天上午回电 <b>急</b>" in screen.find(row(mine))[0].text)


def remove(screen, mine, other):
    screen.press_by_key(row(mine, ' [data-command="remove"]'))
    screen.wait_for("the question before a removal", "dialog")
    screen.picture("remove")
    screen.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    screen.gone("Escape closing the window", "dialog")
    if mine not in screen.rows():
        raise Step("the message is gone although nobody agreed")
    screen.press_by_key(row(mine, ' [data-command="remove"]'))
    screen.press('dialog [data-command="confirm"]')
    screen.wait_for_rows("the message being gone", [other])
    screen.wait("the next row having the focus", lambda: screen.has_focus(row(other, " button")))


def switch_language(screen, other):
    """The words change; what is looked for stays."""
    screen.choose('[data-filter="state"]', "new")
    before = screen.find(".screen-head h1")[0].text
    screen.press("nav button.language")
    screen.wait("the screen in the other language", lambda: screen.find(".screen-head h1")[0].text != before)
    screen.wait_for_rows("the same messages", [other])
    if screen.find('[data-filter="state"]')[0].get_attribute("value") != "new":
        raise Step("the filter is lost with the change of language")
    screen.press("nav button.language")


def run(driver, arguments):
    screen = Screen(driver, arguments)
    arguments.names = (arguments.tenant, arguments.user, arguments.agent, *arguments.foreign)
    sign_in(screen, arguments)
    screen.press('nav [data-screen="voicemails"]')
    mine, other = find(screen, arguments)
    hear(screen, mine)
    deal(screen, mine, arguments)
    remove(screen, mine, other)
    switch_language(screen, other)
    return mine


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--number", required=True, help="of the caller whose message is played and removed")
    words.add_argument("--agent", required=True, help="who is to deal with it")
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("mind_voicemails", words, run))
