import SIP
import Testing

@testable import MediaServer

@Suite struct CallerIdentityTests {
    private func number(_ from: String, _ headers: SIPHeaders = [:], isTrusted: Bool = true) throws -> String? {
        let address = try NameAddress(from)
        var request = SIPRequest(
            method: .invite, uri: address.uri,
            fields: SIPFields(from: address, to: address, callID: "c", cseq: CSeq(1, .invite)))
        request.headers = headers
        return CallerIdentity(request, isTrusted: isTrusted).number
    }

    private let asserted: SIPHeaders = ["P-Asserted-Identity": "\"A\" <sip:name@example.org>, <tel:+8613900000001>"]

    @Test func `a trusted carrier's word counts more than From`() throws {
        #expect(
            try number("<sip:100@192.0.2.1>", ["P-Asserted-Identity": "<sip:+8613900000001@192.0.2.1>"])
                == "+8613900000001")
        #expect(try number("<sip:100@192.0.2.1>", asserted) == "+8613900000001")
        #expect(try number("<sip:100@192.0.2.1>", ["P-Asserted-Identity": "<nonsense"]) == "100")
    }

    @Test func `nobody else's does`() throws {
        #expect(try number("<sip:100@192.0.2.1>", asserted, isTrusted: false) == "100")
    }

    @Test(arguments: ["id", "user", "header;id", "critical; id", "ID"])
    func `who withholds his number is not shown`(privacy: String) throws {
        #expect(try number("<sip:100@192.0.2.1>", ["Privacy": privacy]) == nil)
        var headers = asserted
        headers.add("Privacy", privacy)
        #expect(try number("<sip:100@192.0.2.1>", headers) == nil)
    }

    @Test func `an anonymous caller stays one, and asking for nothing withholds nothing`() throws {
        #expect(try number("<sip:anonymous@anonymous.invalid>", asserted) == nil)
        #expect(try number("<sip:Anonymous@192.0.2.1>") == nil)
        #expect(try number("<sip:100@192.0.2.1>", ["Privacy": "none"]) == "100")
    }

    @Test func `a withheld number goes out as nobody's`() {
        let (from, headers) = CallerIdentity.from("anonymous", name: "Li", at: "192.0.2.1", 5060)
        #expect(from.description == "\"Anonymous\" <sip:anonymous@anonymous.invalid>")
        #expect(headers[.privacy] == "id")
        let (shown, none) = CallerIdentity.from("100", name: "Li", at: "192.0.2.1", 5060)
        #expect(shown.uri.user == "100" && none == [:])
    }
}
