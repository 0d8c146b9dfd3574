#!/usr/bin/python3
"""An agent whose telephone is the browser: signs in, answers, hears and is heard, loads the page anew in mid-call, holds,
takes back, mutes, hangs up, and still has his telephone.

Drives headless Chromium, whose microphone is a tone from a file, against a suite that runs. Ends with 0 and one line of
JSON (the call, how long the sound was away after the reload, and the codecs that were heard and said), or with 1 and one sentence that says which step did not
happen.
"""

import argparse
import json
import math
import pathlib
import struct
import sys
import tempfile
import time
import wave

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

from answer_call import Desk, Step, answer, complaints, hang_up

CALLER_TONE = 440

# Listens to whatever the page receives, from before the page's own scripts run. Times are since the page began to load.
LISTENER = """
(() => {
  const sound = (window.soundHeard = { frequency: 0, level: -200, firstAt: null, lastAt: null, wanted: %d });
  const Original = window.RTCPeerConnection;
  if (!Original) return;
  window.RTCPeerConnection = class extends Original {
    constructor(...given) {
      super(...given);
      sound.codecs = async () => {
        const all = await this.getStats();
        const named = (kind) => all.get([...all.values()].find((one) => one.type === kind)?.codecId)?.mimeType ?? null;
        return [named("inbound-rtp"), named("outbound-rtp")];
      };
      sound.sent = async () => [...(await this.getStats()).values()].find((one) => one.type === "outbound-rtp")?.packetsSent ?? 0;
      this.addEventListener("track", ({ track }) => listen(new MediaStream([track])));
    }
  };
  let timer = null;
  function listen(stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    clearInterval(timer);
    timer = setInterval(() => {
      analyser.getFloatFrequencyData(bins);
      const peak = bins.indexOf(Math.max(...bins));
      sound.frequency = (peak * context.sampleRate) / analyser.fftSize;
      sound.level = bins[peak];
      if (sound.level > -60 && Math.abs(sound.frequency - sound.wanted) < 25) {
        sound.firstAt ??= performance.now();
        sound.lastAt = performance.now();
      }
    }, 20);
  }
})();
""" % CALLER_TONE


def tone_file(path, frequency):
    """A tone that comes and goes like syllables: what never changes, browsers take for noise."""
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = bytearray()
        for index in range(rate * 6):
            phase = index % (rate // 2) / (rate // 2)
            loudness = 12_000 if phase < 0.7 else 0
            samples += struct.pack("<h", int(loudness * math.sin(2 * math.pi * frequency * index / rate)))
        file.writeframes(bytes(samples))


def open_browser(profile, microphone, is_denied):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1366,768",
                 "--deny-permission-prompts" if is_denied else "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                 f"--use-file-for-fake-audio-capture={microphone}", "--autoplay-policy=no-user-gesture-required",
                 f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.execute_cdp_cmd("Page.enable", {})
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTENER})
    return driver


def phone(desk, value, seconds=20):
    return desk.wait_for(f"the browser phone becoming {value}", f'phone-line[data-phone="{value}"]', seconds)


def heard(desk):
    return desk.driver.execute_script("return window.soundHeard")


def wait_for_caller(desk, moment):
    """Until the caller is heard now. Returns when he was heard first since the page was loaded, in ms."""
    begun = desk.driver.execute_script("return performance.now()")

    def is_heard():
        sound = heard(desk)
        return sound if sound["lastAt"] is not None and sound["lastAt"] > begun else None
    try:
        return desk.wait(f"hearing the caller {moment}", is_heard, 20)["firstAt"]
    except Step as step:
        raise Step(f"{step} Heard: {heard(desk)}") from None


def sent(desk):
    """How many packets of sound the browser has sent."""
    return desk.driver.execute_async_script("window.soundHeard.sent().then(arguments[0])")


def codecs(desk):
    """What the browser hears, and what it says."""
    return desk.driver.execute_async_script("window.soundHeard.codecs().then(arguments[0])")


def sign_in(desk, arguments):
    desk.driver.get(arguments.url)
    if arguments.language == "en":
        desk.wait_for("the sign-in page", "button.language").click()
        desk.wait("the page in English", lambda: desk.driver.execute_script("return document.documentElement.lang") == "en")
    for name in ("tenant", "user", "password"):
        desk.type(name, getattr(arguments, name))
    desk.find("button[type=submit]")[0].click()
    desk.click("browserPhone")
    if arguments.denied:
        return
    desk.wait_for("signing in with the browser as telephone", "top-bar", 25)
    phone(desk, "connected")
    desk.picture("browser-phone")
    desk.click("ready")
    desk.status("ready")


def matrix(desk, arguments):
    """Is called, presses keys, talks on for longer than consent lasts (RFC 7675: 30 s); is transferred away from, and calls out."""
    call = answer(desk, arguments)
    wait_for_caller(desk, "after the answer")
    desk.click("keys")
    for key in "159#":
        desk.wait_for(f"the key {key}", f'call-keypad [data-key="{key}"]').click()
    desk.picture("keys")
    until = time.monotonic() + 40
    desk.wait("talking on", lambda: time.monotonic() >= until, 50)
    wait_for_caller(desk, "after forty seconds")
    print("talked", call, flush=True)
    desk.wait("the call leaving the agent", lambda: not desk.find(f'section.call[data-call="{call}"][data-phase="talking"]'), 20)
    phone(desk, "connected")
    print("free", flush=True)
    out = desk.phase("talking", 40).get_attribute("data-call")
    # A melody, not the caller's tone.
    desk.wait("hearing whom he has called", lambda: heard(desk)["level"] > -60, 20)
    spoken = codecs(desk)
    hang_up(desk, out)
    phone(desk, "connected")
    desk.click("signOut")
    return {"call": call, "out": out, "codecs": spoken}


def run(driver, arguments):
    desk = Desk(driver, arguments)
    sign_in(desk, arguments)
    if arguments.denied:
        said = desk.wait("the page saying why there is no telephone", lambda: desk.find("p.problem")[0].text)
        desk.picture("denied")
        return {"problem": said}
    if arguments.until_back:
        print("connected", flush=True)
        phone(desk, "reconnecting", 60)
        desk.picture("reconnecting")
        phone(desk, "connected", 60)
        desk.click("signOut")
        return {"isBack": True}
    if arguments.deaf:
        # Nothing that the page says of its telephone gets anywhere any more.
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/browser-phones*"]})
        print("deaf", flush=True)
        time.sleep(60)
        return {}
    if arguments.matrix:
        return matrix(desk, arguments)
    if arguments.until_cut:
        call = answer(desk, arguments)
        wait_for_caller(desk, "after the answer")
        print("talking", flush=True)
        desk.wait_for("being asked who one is, after the line was cut", 'input[name="password"]', 90)
        desk.picture("cut")
        return {"call": call}
    if number := sent(desk):
        raise Step(f"nobody calls, but the browser sends sound: {number} packets")
    call = answer(desk, arguments)
    wait_for_caller(desk, "after the answer")
    driver.refresh()
    if desk.phase("talking").get_attribute("data-call") != call:
        raise Step("after the reload the page shows another call")
    phone(desk, "connected")
    back = wait_for_caller(desk, "after the reload")
    desk.picture("reloaded")
    desk.click("hold")
    desk.phase("held")
    desk.wait("silence on hold", lambda: driver.execute_script("return performance.now() - soundHeard.lastAt > 1000"), 20)
    desk.click("retrieve")
    desk.phase("talking")
    wait_for_caller(desk, "after he was taken back")
    desk.click("mute")
    desk.wait_for("the microphone being mute", '[data-command="unmute"]')
    desk.picture("muted")
    desk.click("unmute")
    desk.wait_for("the microphone being heard", '[data-command="mute"]')
    # So that there is something to record.
    until = time.monotonic() + arguments.talk
    desk.wait("talking on", lambda: time.monotonic() >= until, arguments.talk + 10)
    spoken = codecs(desk)
    hang_up(desk, call)
    number = sent(desk)
    time.sleep(0.5)
    if sent(desk) != number:
        raise Step("the call is over, but the browser goes on sending sound")
    phone(desk, "connected")
    if found := complaints(driver):
        raise Step(f"the browser complains: {found[0]}")
    desk.click("signOut")
    desk.wait_for("signing out", 'input[name="password"]')
    return {"call": call, "soundBackAfterReload": round(back), "codecs": spoken}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="the front door, as http://127.0.0.1:8080/")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", required=True, type=pathlib.Path, help="what stands in an argument, everybody can see")
    parser.add_argument("--tone", type=int, default=880, help="what the microphone hears, in hertz")
    parser.add_argument("--denied", action="store_true", help="allow no microphone, and tell what the page says")
    parser.add_argument("--until-back", action="store_true", help="say that the phone is connected, and wait until it is lost and back")
    parser.add_argument("--until-cut", action="store_true", help="answer, say that there is talk, and wait until the page asks for a password")
    parser.add_argument("--matrix", action="store_true", help="the cells of docs/interop.md: keys, a long talk, a transfer, a call out")
    parser.add_argument("--deaf", action="store_true", help="say that the page cannot speak of its telephone any more, and wait")
    parser.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
    parser.add_argument("--customer", default="", help="a name or number that the call bar has to show")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a call")
    parser.add_argument("--talk", type=float, default=5, help="seconds to talk at the end")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a directory for a picture of each step")
    arguments = parser.parse_args()
    arguments.password = arguments.password_file.read_text(encoding="utf-8").strip()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="carillon-browser.", ignore_cleanup_errors=True) as place:
        microphone = pathlib.Path(place) / "tone.wav"
        tone_file(microphone, arguments.tone)
        driver = open_browser(f"{place}/profile", microphone, arguments.denied)
        try:
            print(json.dumps(run(driver, arguments)))
            return 0
        except Step as step:
            print(f"talk_in_browser: {step}", file=sys.stderr)
            for line in driver.get_log("browser")[-5:]:
                print(line["message"], file=sys.stderr)
            return 1
        except WebDriverException as error:
            print(f"talk_in_browser: the browser failed: {(error.msg or '').splitlines()[:1]}", file=sys.stderr)
            return 1
        finally:
            driver.quit()


if __name__ == "__main__":
    sys.exit(main())
