import Testing

@testable import WebRTC

@Suite struct SecureLinkTests {
    let link: SecureLink
    let browser = ICEAddress(host: 0x7F00_0001, port: 50_000)

    init() throws {
        let remote = try BrowserSessionTests.offer().transport
        link = try SecureLink(try DTLSIdentity(), local: Checks.local, remote: remote)
    }

    @Test func `a hello from a source that ICE has not validated is dropped and counted`() {
        #expect(receive([22, 254, 255, 0, 0]) == .foreign)
        #expect(link.dropped.strangeHellos == 1)
        #expect(receive(Checks.check(user: "serv:4zRb")) == .control)
        #expect(receive([22, 254, 255, 0, 0]) == .control)
        #expect(link.dropped.strangeHellos == 1)
        #expect(link.state == .joining)
    }

    @Test func `sound before there are keys is dropped and counted, and nothing can be sent`() {
        #expect(receive(Checks.check(nominates: true, user: "serv:4zRb")) == .control)
        #expect(receive([128, 8] + [UInt8](repeating: 0, count: 60)) == .foreign)
        #expect(link.dropped.media == 1)
        #expect(link.path == nil)
        var memory = [UInt8](repeating: 0, count: 400)
        memory.withUnsafeMutableBytes { #expect(link.protect($0, count: 172, isControl: false) == nil) }
    }

    @Test func `a check of a stranger is dropped and counted, and gets no answer`() {
        #expect(receive(Checks.check(nominates: true, user: "serv:brow")) == .foreign)
        #expect(receive([0, 1]) == .foreign)
        #expect(link.dropped.checks == 2)
        #expect(receive([64]) == .foreign)
    }

    private func receive(_ bytes: [UInt8]) -> SecureLink.Arrival {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { link.receive($0, from: browser, at: 0) { _, _ in } }
    }
}
