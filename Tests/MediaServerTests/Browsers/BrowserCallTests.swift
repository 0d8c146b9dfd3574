import Contracts
import SDP
import TestSupport
import Testing
import WebRTC

@testable import MediaServer

/// Calls to an agent's browser through a whole switch on loopback.
@Suite(.timeLimit(.minutes(2))) struct BrowserCallTests {
    static let phone = PhoneID.browser(of: AgentID(rawValue: "amy"))
    static let key = BrowserPhones.Key(tenant: "demo", phone: phone)

    @Test func `a browser is called as any phone, answers when told to, and is free again after the call`() async throws
    {
        try await withSwitch { test in
            let browser = try await Self.joined(test)
            #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == true)
            let list = try await test.board.list(Shard.all)
            #expect(list.phones.map(\.phoneID) == [Self.phone])

            try await test.originate("l1", to: .phone(Self.phone))
            #expect(await test.next(LegRinging.self) == LegRinging(legID: "l1", hasSound: false))
            try await test.originate("l2", to: .phone(Self.phone))
            #expect(await test.next(LegEnded.self)?.cause == .busy)
            try await test.command("l1", .askToAnswer)
            #expect(await test.next(LegAnswered.self)?.legID == "l1")

            let phone = try TestPhone()
            let caller = try await test.answeredCaller(phone)
            try await test.command(caller.leg, .bridge(with: "l1"))
            async let atBrowser = onThread { browser.talk(frames: 40, tone: 1_000) }
            let atPhone = try await phone.talk(to: caller.port, frames: 40, tone: 440)
            #expect(await atBrowser.share(of: 440) > 0.9)
            #expect(atPhone.share(of: 1_000) > 0.9)

            try await test.command("l1", .hangUp(.local))
            #expect(await test.next(LegEnded.self)?.legID == "l1")
            try await test.originate("l3", to: .phone(Self.phone))
            #expect(await test.next(LegRinging.self)?.legID == "l3")
        }
    }

    @Test func `an agent who leaves ends his call, and cannot be called any more`() async throws {
        try await withSwitch { test in
            _ = try await Self.joined(test)
            #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == true)
            try await test.originate("l1", to: .phone(Self.phone))
            _ = try await test.board.browser(.leave, of: Self.key)
            #expect(await test.next(LegEnded.self)?.cause == .remote)
            #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == false)
            await #expect(throws: Failure.self) { try await test.originate("l2", to: .phone(Self.phone)) }
            await #expect(throws: Failure.self) { _ = try await test.board.browser(.leave, of: Self.key) }
        }
    }

    @Test func `another connection cannot restart the ICE of this one`() async throws {
        try await withSwitch { test in
            let browser = try await Self.joined(test)
            let again = try await test.board.browser(.restart(.make(), browser.transport), of: Self.key)
            #expect(again.version == 2)
            let other = try TestBrowser()
            await #expect(throws: Failure.self) {
                _ = try await test.board.browser(.restart(.make(), other.transport), of: Self.key)
            }
        }
    }

    private static func joined(_ test: TestSwitch) async throws -> TestBrowser {
        let browser = try TestBrowser()
        let offer = try BrowserOffer(try SessionDescription(parsing: browser.offer))
        let local = ICECredentials.make()
        let link = try SecureLink(try DTLSIdentity(), local: local, remote: offer.transport)
        let place = try await test.board.browser(
            .join(link, try BrowserAudio(offer).media, offer.transport.fingerprint), of: key)
        let hasWay = try await onThread { Result { try browser.findWay(to: place.port.port, server: local) } }.get()
        let hasKeys = await onThread { browser.handshake() }
        #expect(hasWay && hasKeys)
        return browser
    }
}
