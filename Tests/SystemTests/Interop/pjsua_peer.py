"""A telephone of pjsua2. It is told what to do by lines on standard input and says in lines what happened.

    pjsua_peer.py --transport udp --server 127.0.0.1:5060 --user 1002 [--domain demo --password-file FILE] --log FILE

call NUMBER · keys 123 · info 123 · hold · resume · refresh · transfer NUMBER · ask NUMBER · transfer-asked · hang-up
"""

import argparse
import os
import select
import sys

import pjsua2 as pj


def say(*words):
    print(*words, flush=True)


def field(message, name):
    for line in message.splitlines():
        if line.lower().startswith(name.lower() + ":"):
            return line.split(":", 1)[1].strip()
    return ""


class Call(pj.Call):
    def onCallState(self, prm):
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            say("answered")
        elif info.state == pj.PJSIP_INV_STATE_EARLY:
            say("ringing", info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            say("ended", info.lastStatusCode)

    def onCallMediaState(self, prm):
        for index, media in enumerate(self.getInfo().media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                sound = self.getAudioMedia(index)
                Phone.tone.startTransmit(sound)
                sound.startTransmit(pj.Endpoint.instance().audDevManager().getPlaybackDevMedia())

    def onCallTsxState(self, prm):
        event = prm.e.body.tsxState
        if event.type != pj.PJSIP_EVENT_RX_MSG:
            return
        message = event.src.rdata.wholeMsg
        method = field(message, "CSeq").split()[-1]
        if message.startswith("SIP/2.0"):
            code = message.split(" ", 2)[1]
            if code >= "200":
                direction = [line[2:] for line in message.splitlines() if line in (
                    "a=sendonly", "a=recvonly", "a=inactive", "a=sendrecv")]
                say("got", code, method, field(message, "Session-Expires") or "-", *direction)
        else:
            say("asked", method)

    def onCallTransferStatus(self, prm):
        say("transfer", prm.statusCode, "last" if prm.finalNotify else "so-far")
        prm.cont = not prm.finalNotify


class Phone(pj.Account):
    tone = None

    def onRegState(self, prm):
        say("registered" if prm.code == 200 and prm.expiration > 0 else "not-registered", prm.code)

    def onIncomingCall(self, prm):
        self.call = Call(self, prm.callId)
        ringing = pj.CallOpParam()
        ringing.statusCode = 180
        self.call.answer(ringing)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        self.call.answer(answer)


def uri(arguments, user):
    way = "" if arguments.transport == "udp" else ";transport=" + arguments.transport
    return "sip:%s@%s%s" % (user, arguments.server, way)


def configuration(arguments):
    config = pj.AccountConfig()
    config.idUri = "sip:%s@%s" % (arguments.user, arguments.domain or "127.0.0.1")
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    config.callConfig.timerMinSESec = 90
    config.callConfig.timerSessExpiresSec = 90
    config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
    config.natConfig.contactRewriteUse = 0
    if arguments.password_file:
        config.regConfig.registrarUri = uri(arguments, "").replace("sip:@", "sip:")
        config.regConfig.timeoutSec = 120
        with open(arguments.password_file, encoding="utf-8") as file:
            secret = file.read().strip()
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", arguments.user, 0, secret))
    return config


def do(phone, arguments, word, rest):
    call = getattr(phone, "call", None)
    parameters = pj.CallOpParam(True)
    if word == "call":
        phone.call = Call(phone)
        phone.call.makeCall(uri(arguments, rest), parameters)
    elif word == "keys":
        call.dialDtmf(rest)
    elif word == "info":
        keys = pj.CallSendDtmfParam()
        keys.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
        keys.digits = rest
        call.sendDtmf(keys)
    elif word == "hold":
        call.setHold(parameters)
    elif word == "resume":
        parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
        call.reinvite(parameters)
    elif word == "refresh":
        call.update(parameters)
    elif word == "transfer":
        call.xfer("sip:%s@%s" % (rest, arguments.server), pj.CallOpParam())
    elif word == "ask":
        # On another line; the first call waits.
        call.setHold(parameters)
        phone.asked = Call(phone)
        phone.asked.makeCall(uri(arguments, rest), pj.CallOpParam(True))
    elif word == "transfer-asked":
        call.xferReplaces(phone.asked, pj.CallOpParam())
    elif word == "heard":
        say("heard", call.getStreamStat(0).rtcp.rxStat.pkt)
    elif word == "hang-up":
        call.hangup(pj.CallOpParam())
    else:
        say("unknown", word)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", required=True, choices=["udp", "tcp", "tls"])
    parser.add_argument("--server", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--domain")
    parser.add_argument("--password-file")
    parser.add_argument("--log", required=True)
    arguments = parser.parse_args()

    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = 5
    config.logConfig.consoleLevel = 0
    config.logConfig.filename = arguments.log
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    endpoint.libInit(config)
    local = pj.TransportConfig()
    local.boundAddress = "127.0.0.1"
    endpoint.transportCreate(getattr(pj, "PJSIP_TRANSPORT_" + arguments.transport.upper()), local)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    Phone.tone = pj.ToneGenerator()
    Phone.tone.createToneGenerator()
    note = pj.ToneDesc()
    note.freq1, note.freq2, note.on_msec, note.off_msec = 440, 0, 1000, 0
    notes = pj.ToneDescVector()
    notes.append(note)
    Phone.tone.play(notes, True)

    phone = Phone()
    phone.create(configuration(arguments))
    say("ready")
    waiting = b""
    while True:
        endpoint.libHandleEvents(10)
        if not select.select([0], [], [], 0)[0]:
            continue
        more = os.read(0, 4096)
        if not more:
            break
        waiting += more
        while b"\n" in waiting:
            line, waiting = waiting.split(b"\n", 1)
            word, _, rest = line.decode().strip().partition(" ")
            try:
                do(phone, arguments, word, rest)
            except pj.Error as error:
                say("failed", word, error.reason)
    # The library's own end waits for threads that Python has stopped already.
    os._exit(0)


main()
