import SIP
import Testing

@testable import MediaServer

@Suite struct InfoKeyTests {
    private func key(_ type: String, _ body: String) -> Character? {
        let address = NameAddress(uri: SIPURI(user: "a", host: "192.0.2.1"))
        var request = SIPRequest(
            method: .info, uri: address.uri,
            fields: SIPFields(from: address, to: address, callID: "c", cseq: CSeq(1, .info)))
        request.setBody(SIPBody(type: type, bytes: Array(body.utf8)))
        return InfoKey.read(request)
    }

    @Test(
        arguments: [
            ("Signal=5\r\nDuration=160", "5"), ("Signal= #\r\nDuration=160", "#"), ("duration=1\nsignal = a \n", "A"),
            ("Signal=11\r\n", "#"), ("Signal=10", "*"), ("Signal=15", "D"),
        ] as [(String, Character)])
    func `a relayed key is read however it is written`(body: String, expected: Character) {
        #expect(key("application/dtmf-relay", body) == expected)
    }

    @Test(arguments: ["", "Signal", "Signal=", "Signal=16", "Signal=12345", "Signal=x", "Signal=-1", "Signals=5", "5"])
    func `what is no key is none`(body: String) { #expect(key("application/dtmf-relay", body) == nil) }

    @Test func `a bare key is read too`() {
        #expect(key("application/dtmf", "7") == "7")
        #expect(key("application/dtmf; charset=utf-8", " * \r\n") == "*")
        #expect(key("application/dtmf", "") == nil)
        #expect(key("text/plain", "7") == nil)
    }

    @Test func `what is written is read`() {
        for wanted in "0123456789*#ABCD" {
            let body = InfoKey.body(wanted)
            #expect(key(body.type, String(decoding: body.bytes, as: UTF8.self)) == wanted)
        }
    }
}
