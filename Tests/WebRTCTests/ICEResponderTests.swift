import Testing

@testable import WebRTC

@Suite struct ICEResponderTests {
    var ice = ICEResponder(local: Checks.local, remoteFragment: "brow")
    let browser = ICEAddress(host: 0x7F00_0001, port: 50_000)
    let other = ICEAddress(host: 0x7F00_0001, port: 50_001)

    @Test mutating func `a check is answered with the address it came from`() throws {
        guard case .answer(let bytes) = ice.handle(Checks.check(), from: browser, at: 0) else {
            Issue.record("no answer")
            return
        }
        let answer = try #require(STUNMessage(bytes))
        #expect(answer.kind == .bindingSuccess)
        #expect(answer.mappedAddress == browser)
        #expect(answer.hasTrueFingerprint && answer.isAuthentic(password: Checks.local.password))
        #expect(ice.isValid(browser))
        #expect(ice.nominated == nil)
    }

    @Test mutating func `sound goes where the browser last nominated`() {
        _ = ice.handle(Checks.check(nominates: true), from: browser, at: 0)
        #expect(ice.nominated == browser)
        _ = ice.handle(Checks.check(), from: other, at: 1)
        #expect(ice.nominated == browser)
        _ = ice.handle(Checks.check(nominates: true), from: other, at: 2)
        #expect(ice.nominated == other)
    }

    @Test(arguments: [
        Checks.check(nominates: true, password: "another-password-of-22"),
        Checks.check(nominates: true, user: "serv:othr"),
        Checks.check(nominates: true, user: "othr:brow"), STUNTests.response, [0, 1, 0, 0], [],
    ])
    mutating func `who does not know our password gets no answer and no way in`(bytes: [UInt8]) {
        guard case .refuse = ice.handle(bytes, from: browser, at: 0) else {
            Issue.record("answered")
            return
        }
        #expect(!ice.isValid(browser))
        #expect(ice.nominated == nil)
    }

    @Test mutating func `a check from who wants to be controlled too is a role conflict`() throws {
        guard
            case .answer(let bytes) = ice.handle(
                Checks.check(nominates: true, role: .iceControlled), from: browser, at: 0)
        else {
            Issue.record("no answer")
            return
        }
        #expect(try #require(STUNMessage(bytes)).kind == .bindingError)
        #expect(ice.nominated == nil)
    }

    @Test mutating func `a browser that checks no more is gone`() {
        _ = ice.handle(Checks.check(nominates: true), from: browser, at: 0)
        ice.expire(at: ICEResponder.patience)
        #expect(ice.nominated == browser)
        ice.expire(at: ICEResponder.patience + 1)
        #expect(ice.nominated == nil)
        #expect(!ice.isValid(browser))
    }

    @Test mutating func `after a restart only the new names count, and sound flows on meanwhile`() throws {
        _ = ice.handle(Checks.check(nominates: true), from: browser, at: 0)
        let fresh = try #require(
            ICECredentials(fragment: "newl", password: "newPasswordOfTheServer"))
        ice.restart(local: fresh, remoteFragment: "newr")
        #expect(ice.nominated == browser)
        guard case .refuse = ice.handle(Checks.check(nominates: true), from: other, at: 1) else {
            Issue.record("answered")
            return
        }
        _ = ice.handle(
            Checks.check(nominates: true, user: "newl:newr", password: fresh.password), from: other, at: 2)
        #expect(ice.nominated == other)
    }

    @Test mutating func `only so many sources are known at once`() {
        for port in 0..<UInt16(ICEResponder.maximumSources + 5) {
            _ = ice.handle(Checks.check(), from: ICEAddress(host: 1, port: port), at: 0)
        }
        #expect(!ice.isValid(ICEAddress(host: 1, port: 0)))
        #expect(ice.isValid(ICEAddress(host: 1, port: UInt16(ICEResponder.maximumSources + 4))))
    }
}

/// Connectivity checks as a browser makes them.
enum Checks {
    static let local: ICECredentials = {
        guard let made = ICECredentials(fragment: "serv", password: "passwordOfTheServer1234") else {
            preconditionFailure("the test's own names are malformed")
        }
        return made
    }()

    static func check(
        nominates: Bool = false, user: String = "serv:brow", password: String = local.password,
        role: STUNMessage.AttributeType = .iceControlling
    ) -> [UInt8] {
        var writer = STUNWriter(.bindingRequest, transaction: 1...12)
        writer.add(.username, Array(user.utf8))
        writer.add(role, [0, 0, 0, 0, 0, 0, 0, 1])
        writer.add(.priority, [0x6E, 0, 1, 0xFF])
        if nominates { writer.add(.useCandidate, []) }
        writer.addIntegrity(password: password)
        writer.addFingerprint()
        return writer.bytes
    }
}
