import Foundation
import Testing

@testable import SIP

/// The messages of RFC 4475, each with the verdict of its section.
@Suite(
    .enabled(
        if: TestData.hasTorture,
        "RFC 4475's messages are not there: set CARILLON_TESTDATA, or put them at ../shared/testdata/rfc4475"))
struct TortureTests {
    /// §3.1.1, and those of §3.2 to §3.4 whose syntax is right.
    static let accepted = [
        "wsinv", "intmeth", "esc01", "escnull", "esc02", "lwsdisp", "longreq", "dblreq", "semiuri", "transports",
        "mpart01", "unreason", "noreason",
        "badbranch", "unkscm", "novelsc", "unksm2", "bext01", "invut", "regaut01", "bcast", "zeromf", "cparam01",
        "cparam02", "regescrt", "sdp01", "inv2543",
    ]

    /// §3.1.2 and the requests of §3.3 that cannot be taken, with what they are answered.
    static let refused: [String: Int] = [
        "badinv01": 400, "clerr": 400, "ncl": 400, "scalar02": 400, "quotbal": 400, "ltgtruri": 400, "lwsruri": 400,
        "lwsstart": 400, "trws": 400, "escruri": 400, "baddate": 400, "regbadct": 400, "badaspec": 400, "baddn": 400,
        "badvers": 505, "mismatch01": 400, "mismatch02": 400, "insuf": 400, "multi01": 400, "mcl01": 400,
    ]

    /// Responses that cannot be read have nobody to be answered to.
    static let dropped = ["scalarlg", "bigcode"]

    @Test(arguments: accepted)
    func `a valid message is accepted and survives a round trip`(name: String) throws {
        let message = try SIPParser.parse(TestData.torture(name))
        let again = try SIPParser.parse(SIPWriter.bytes(message))
        #expect(again == message)
        if case .response(let first) = message, case .response(let second) = again {
            #expect(first.status.reason == second.status.reason)
        }
    }

    @Test(arguments: refused.sorted { $0.key < $1.key })
    func `an invalid request is refused with its status`(name: String, status: Int) throws {
        let bytes = try TestData.torture(name)
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(bytes) }
        #expect(error.status.code == status, "\(error)")
        let answer = try #require(SIPRefusal.answer(to: bytes, error))
        #expect(String(decoding: answer.bytes, as: UTF8.self).hasPrefix("SIP/2.0 \(status) "))
    }

    @Test(arguments: dropped)
    func `an invalid response is dropped`(name: String) throws {
        let bytes = try TestData.torture(name)
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(bytes) }
        #expect(SIPRefusal.answer(to: bytes, error) == nil)
    }

    @Test func `every message of the corpus has its verdict here`() throws {
        let folder = try #require(TestData.folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("rfc4475").path)
        let names = files.filter { $0.hasSuffix(".dat") }.map { String($0.dropLast(4)) }
        #expect(Set(names) == Set(Self.accepted + Self.refused.keys + Self.dropped))
    }

    /// §3.3: the syntax is right, the user agent has to say no.
    @Test(arguments: [
        ("unkscm", 416), ("novelsc", 416), ("unksm2", 400), ("bext01", 420), ("invut", 415), ("sdp01", 406),
    ])
    func `what cannot be served is refused by the user agent`(name: String, status: Int) throws {
        let request = try request(name)
        let node = Network().node("192.0.2.99") { $0.methods = [.options, .register] }
        let refusal = try #require(node.core.refusal(request))
        #expect(refusal.status.code == status)
        if status == 420 {
            #expect(refusal.headers[.unsupported] == "nothingsupportsthis, nothingsupportsthiseither")
        }
    }

    @Test(arguments: ["zeromf", "transports", "semiuri", "lwsdisp"])
    func `a strange but valid OPTIONS is answered 200`(name: String) throws {
        let network = Network()
        let node = network.node("192.0.2.99")
        node.core.received(try TestData.torture(name), from: SIPPeer(.udp, "192.0.2.5", 5060))
        #expect(network.sent.last?.text.hasPrefix("SIP/2.0 200 ") == true)
    }

    @Test func `a response for nobody is a stray`() throws {
        let node = Network().node("192.0.2.99")
        node.core.received(try TestData.torture("bcast"), from: SIPPeer(.udp, "192.0.2.5", 5060))
        #expect(node.core.statistics.strays == 1)
    }

    @Test func `an authentication scheme nobody knows is as good as none`() throws {
        let request = try request("regaut01")
        var verifier = DigestVerifier(realm: "example.com")
        #expect(verifier.verify(request, atSecond: 1_000) { _, _ in nil } == .challenge)
    }

    // MARK: What the values mean

    private func request(_ name: String) throws -> SIPRequest {
        guard case .request(let request) = try SIPParser.parse(TestData.torture(name)) else { throw NotARequest() }
        return request
    }

    @Test func `folds, blanks and compact names are read as the RFC says`() throws {
        let request = try request("wsinv")
        #expect(request.to.tag == "1918181833n")
        #expect(request.from.displayName == #"J Rosenberg \""#)
        #expect(request.from.tag == "98asjd8")
        #expect(request.cseq == CSeq(9, .invite))
        #expect(request.via.map(\.transport) == ["UDP", "TCP", "UDP"])
        #expect(request.via.map(\.branch) == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(request.headers["NewFangledHeader"] == "newfangled value continued newfangled value")
        #expect(request.headers["Subject"] == "")
        #expect(request.contacts.first?.parameters["newparam"] == "newvalue")
        #expect(request.contacts.first?.parameters["q"] == "0.33")
        #expect(request.body.count == 150)
    }

    @Test func `escapes in a URI are undone, and nothing is read into them`() throws {
        let request = try request("esc01")
        #expect(request.uri.user == "sips:user@example.com")
        #expect(request.uri.host == "example.net")
        #expect(request.to.uri.user == "user")
        #expect(request.from.uri.user == "I have spaces")
    }

    @Test func `an escaped null is a character of the name`() throws {
        let request = try request("escnull")
        #expect(request.to.uri.user == "null-\0-null")
        #expect(request.contacts.map(\.uri.user) == ["\0", "\0\0"])
    }

    @Test func `a method with escapes in it is not REGISTER`() throws {
        let request = try request("esc02")
        #expect(request.method == "RE%47IST%45R")
        #expect(request.contacts.count == 2)
    }

    @Test func `only the first of two messages in a datagram is taken`() throws {
        let request = try request("dblreq")
        #expect(request.method == .register)
        #expect(request.body.isEmpty)
    }

    @Test func `a parameter behind an address without brackets is the header's, within brackets the URI's`() throws {
        let outside = try request("cparam01")
        let inside = try request("cparam02")
        #expect(outside.contacts.first?.parameters.contains("unknownparam") == true)
        #expect(outside.contacts.first?.uri.parameters.isEmpty == true)
        #expect(inside.contacts.first?.uri.parameters.contains("unknownparam") == true)
    }

    @Test func `a binary body is kept byte for byte`() throws {
        let bytes = try TestData.torture("mpart01")
        let request = try request("mpart01")
        #expect(request.body.count == 553)
        #expect(request.body == Array(bytes.suffix(553)))
        #expect(request.contentType == "multipart/mixed")
    }

    @Test func `the branch cookie alone promises nothing`() throws {
        let request = try request("badbranch")
        #expect(request.via.first?.transactionBranch == nil)
    }
}
