#!/usr/bin/python3
"""Somebody minds faxes: is told when there are none and when a document is none, sends one that arrives, looks at both ends
of it, keeps one as a file, calls off one that is still to be sent, removes one.

Drives headless Chromium against a suite that runs. Ends with 0 and the ids of the fax that was sent and of the one that
arrived on the last line, or with 1 and one sentence that says which step did not happen.
"""

import re
import sys
import time

from screens import Screen, Step, given, main, sign_in

# One page with a line of text, as small as a PDF can be; readers repair the missing table.
PDF = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj <</Length 53>> stream
BT /F 36 Tf 90 700 Td (Carillon fax 12345) Tj ET     
endstream endobj
5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
trailer <</Root 1 0 R>>
%%EOF
"""


def row(fax, more=""):
    return f'tr[data-item="{fax}"]{more}'


def fill(screen, to, file):
    screen.press('[data-command="send"]')
    screen.write('dialog [data-new="to"]', to)
    screen.wait_for("the field for the document", 'dialog [data-new="file"]').send_keys(str(file))


def refuse(screen, arguments):
    """What is no document is refused in words, and the window stays with what was typed."""
    wrong = arguments.place / "wrong.pdf"
    wrong.write_text("no document at all", encoding="ascii")
    fill(screen, arguments.to, wrong)
    screen.speaks_one_language("the window for sending", (*arguments.names, "PDF", "TIFF", "wrong.pdf", arguments.to))
    screen.press('dialog [data-command="confirm"]')
    problem = screen.wait("the refusal", lambda: next((one for one in screen.find("dialog .problem") if one.text), None), 30)
    screen.speaks_one_language("the refusal of a document", (*arguments.names, "PDF", "TIFF", "wrong.pdf", arguments.to))
    screen.picture("refused")
    if screen.find('dialog [data-new="to"]')[0].get_attribute("value") != arguments.to:
        raise Step(f"the number is lost after the refusal {problem.text!r}")
    screen.press("dialog button.quiet")
    screen.gone("the window closing", "dialog")


def send(screen, arguments, document):
    fill(screen, arguments.to, document)
    screen.write('dialog [data-new="from"]', arguments.from_)
    screen.write('dialog [data-new="header"]', "Carillon")
    screen.picture("send")
    screen.press('dialog [data-command="confirm"]')
    screen.gone("the window closing", "dialog", 30)
    sent = screen.wait_for("the fax standing in the list", "tr[data-item]").get_attribute("data-item")
    screen.picture("sending")
    # Nobody presses anything: the list looks again by itself.
    screen.wait_for("the fax being sent", row(sent, '[data-state="sent"]'), 120)
    screen.press('[data-command="refresh"]')
    received = screen.wait_for("the fax having arrived", 'tr[data-state="received"]', 30).get_attribute("data-item")
    screen.speaks_one_language("the list of faxes", arguments.names)
    screen.picture("arrived")
    return sent, received


def find(screen, sent, received, arguments):
    screen.choose('[data-filter="direction"]', "received")
    screen.wait_for_rows("the one that was received", [received])
    screen.choose('[data-filter="direction"]', "")
    screen.choose('[data-filter="state"]', "sent")
    screen.wait_for_rows("the one that was sent", [sent])
    screen.choose('[data-filter="state"]', "")
    screen.write("[data-search]", "199")
    screen.gone("nothing being found", "tr[data-item]")
    # As people write numbers.
    screen.write("[data-search]", f"{arguments.to[:6]} {arguments.to[6:-2]}")
    screen.wait("those of the number", lambda: sent in screen.rows())
    screen.write("[data-search]", "")
    screen.wait_for_rows("both faxes again", [sent, received])


def look(screen, received):
    """A page of its own shows the PDF."""
    first = screen.driver.current_window_handle
    screen.press(row(received, ' [data-command="view"]'))
    screen.wait("a page of its own", lambda: len(screen.driver.window_handles) == 2)
    screen.driver.switch_to.window(next(one for one in screen.driver.window_handles if one != first))
    screen.wait("the PDF", lambda: screen.driver.execute_script("return document.contentType") == "application/pdf", 20)
    time.sleep(1)  # For the picture only: the viewer draws when it likes.
    screen.picture("pdf")
    screen.driver.close()
    screen.driver.switch_to.window(first)


def keep(screen, received, arguments):
    folder = arguments.place / "downloads"
    folder.mkdir()
    screen.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    screen.press_by_key(row(received, ' [data-command="save"]'))
    screen.wait("the file", lambda: [one for one in folder.glob("fax-*.pdf") if one.read_bytes().startswith(b"%PDF")], 20)


def call_off(screen, arguments, document):
    """One to a number that does not answer waits for its next try; it is called off."""
    known = set(screen.rows())
    fill(screen, arguments.nobody, document)
    screen.press('dialog [data-command="confirm"]')
    screen.gone("the window closing", "dialog", 30)
    waiting = screen.wait("the other fax in the list", lambda: next((one for one in screen.rows() if one not in known), None))
    screen.wait("the first try having failed", lambda: re.search("1(/| of )3", screen.find(row(waiting))[0].text), 60)
    screen.speaks_one_language("a fax that waits", arguments.names)
    screen.picture("waiting")
    screen.press(row(waiting, ' [data-command="remove"]'))
    screen.wait_for("the question before it is called off", "dialog")
    screen.speaks_one_language("the question", arguments.names)
    screen.press('dialog [data-command="confirm"]')
    screen.gone("the fax being called off", row(waiting))


def run(driver, arguments):
    screen = Screen(driver, arguments)
    arguments.names = (arguments.tenant, arguments.user, *arguments.foreign)
    document = arguments.place / "letter.pdf"
    document.write_bytes(PDF)
    sign_in(screen, arguments)
    screen.press('nav [data-screen="faxes"]')
    screen.wait("the page saying that there are none", lambda: next((one for one in screen.find(".empty-line") if len(one.text) > 3), None))
    screen.speaks_one_language("no faxes", arguments.names)
    screen.picture("none")
    refuse(screen, arguments)
    sent, received = send(screen, arguments, document)
    find(screen, sent, received, arguments)
    look(screen, received)
    keep(screen, received, arguments)
    call_off(screen, arguments, document)
    screen.press_by_key(row(sent, ' [data-command="remove"]'))
    screen.press('dialog [data-command="confirm"]')
    screen.gone("the fax being removed", row(sent))
    return f"{sent} {received}"


if __name__ == "__main__":
    words = given(__doc__)
    words.add_argument("--to", required=True, help="a number that receives faxes")
    words.add_argument("--from", required=True, dest="from_", help="the number that is shown")
    words.add_argument("--nobody", required=True, help="a number that nobody answers")
    words.add_argument("--foreign", nargs="*", default=[], help="names that may be written in any letters")
    sys.exit(main("mind_faxes", words, run))
