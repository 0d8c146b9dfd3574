#!/usr/bin/python3
"""A supervisor watches the floor: his agents by name, and the queues with who waits, for how long, and that nobody is there
who could answer.

Drives headless Chromium against a suite that runs; somebody else lets a caller wait when the page says `wants caller`, and
lets him go when it says `wants quiet`. Ends with 0 and `done`, or with 1 and one sentence that says which step did not happen.
"""

import sys

from selenium.webdriver.common.by import By

from screens import Screen, Step, given, main, sign_in


def run(driver, arguments):
    screen = Screen(driver, arguments)
    names = (arguments.tenant, arguments.user, *arguments.foreign)
    sign_in(screen, arguments)
    # Without a telephone of his own he begins here.
    queue = f'[data-queue="{arguments.queue}"]'
    screen.wait_for("the queues", queue, 20)
    agent = screen.wait_for("the agents", f'[data-agent="{arguments.agent}"]', 20)
    if arguments.name not in agent.text:
        raise Step(f"the agent is not named: {agent.text!r}")
    screen.speaks_one_language("the floor", names)
    screen.picture("quiet")
    print("wants caller", flush=True)
    screen.wait("a caller waiting with nobody there", lambda: screen.find(f'{queue}[data-alarm="true"]'), 40)
    cells = [cell.text for cell in screen.find(queue)[0].find_elements(By.TAG_NAME, "td")]
    if cells[0] != "1":
        raise Step(f"the queue says {cells}")
    screen.wait("the wait being counted", lambda: screen.find(f"{queue} td")[1].text not in ("–", "0:00"))
    screen.picture("alarm")
    print("wants quiet", flush=True)
    screen.wait("nobody waiting", lambda: screen.find(f'{queue}[data-alarm="false"]'), 40)
    # What is done to an agent is confirmed by what he does.
    screen.press(f'[data-agent="{arguments.agent}"] [data-act="ready"]')
    screen.wait_for("the agent being ready", f'[data-agent="{arguments.agent}"][data-status="ready"]')
    screen.press(f'[data-agent="{arguments.agent}"] [data-act="sign-out"]')
    screen.gone("the agent being signed out", f'[data-agent="{arguments.agent}"]')
    screen.speaks_one_language("the floor without agents", names)
    screen.picture("empty")
    return "done"


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--queue", required=True)
    words.add_argument("--agent", required=True)
    words.add_argument("--name", required=True, help="what the agent is called")
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("watch_floor", words, run))
