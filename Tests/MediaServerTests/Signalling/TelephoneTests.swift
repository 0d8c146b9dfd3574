import Contracts
import Foundation
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// What a telephone does on its own: it dials, it transfers, it presses keys without telephone-events.
@Suite(.timeLimit(.minutes(1))) struct TelephoneTests {
    /// 1001 dials.
    private func dial(
        _ test: TestSwitch, _ phone: TestPhone, password: String = "opensesame", headers: SIPHeaders = [:]
    ) throws -> (SIPCall, AsyncStream<SIPCallEvent>) {
        let (events, handler) = SIPCall.events()
        var invite = SIPInvite(
            uri: SIPURI(user: "13900139000", host: "127.0.0.1", port: test.port),
            from: try NameAddress("<sip:1001@demo>"), offer: .sdp(phone.offer))
        invite.credentials = DigestCredentials(username: "1001", password: password)
        invite.headers = headers
        return (test.world.endpoint.invite(invite, handler: handler), events)
    }

    private func refusal(_ events: AsyncStream<SIPCallEvent>) async -> Int? {
        await events.first { if case .ended(.refused(let response)) = $0 { response.status.code } else { nil } }
    }

    @Test func `a registered telephone that dials is told of as that telephone`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            _ = try dial(test, try TestPhone())
            let arrived = await test.next(LegArrived.self)
            #expect(arrived?.phoneID == "1001")
            #expect(arrived?.to == "13900139000")
            #expect(arrived?.trunkID == nil)
        }
    }

    @Test func `one with a wrong password, or that is not registered, is refused`() async throws {
        try await withSwitch { test in
            let (_, unregistered) = try dial(test, try TestPhone())
            #expect(await refusal(unregistered) == 403)
            _ = try await test.world.register(test)
            let (_, guessing) = try dial(test, try TestPhone(), password: "wrong")
            #expect(await refusal(guessing) == 401)
        }
    }

    @Test func `its transfer key asks cti, and it hears how that goes`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            try await test.originate("out", to: .phone("1001"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp(try TestPhone().offer))
            _ = await test.next(LegAnswered.self)
            #expect(await events.first { if case .confirmed = $0 { true } else { nil } } == true)
            called.call.send(.refer, headers: ["Refer-To": "<sip:13800138000@127.0.0.1>"])
            let asked = await test.next(LegTransferAsked.self)
            #expect(asked == LegTransferAsked(legID: "out", number: "13800138000"))
            try await test.command("out", .hangUp(.local))
            var told: [String] = []
            for await event in events {
                if case .received(let request) = event { told.append(request.bodyText) }
            }
            #expect(told == ["SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n"])
        }
    }

    @Test func `its attended transfer names both of its calls, and both hear how it went`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            try await test.originate("out", to: .phone("1001"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp(try TestPhone().offer))
            _ = await test.next(LegAnswered.self)
            #expect(await events.first { if case .confirmed = $0 { true } else { nil } } == true)
            let (second, taken) = try dial(test, try TestPhone())
            let consultation = try #require(await test.next(LegArrived.self)?.legID)
            try await test.command(consultation, .answer)
            let answered = await taken.first { if case .answered(let response) = $0 { response } else { nil } }
            let answer = try #require(answered)
            let dialog = "\(second.callID);to-tag=\(answer.to.tag ?? "");from-tag=\(answer.from.tag ?? "")"
                .replacing("@", with: "%40").replacing(";", with: "%3B").replacing("=", with: "%3D")
            // The address is that of our contact, which says nothing of a number.
            called.call.send(.refer, headers: ["Refer-To": "<sip:127.0.0.1:\(test.port)?Replaces=\(dialog)>"])
            let asked = await test.next(LegTransferAsked.self)
            #expect(asked == LegTransferAsked(legID: "out", number: "13900139000", consultation: consultation))
            try await test.command(consultation, .hangUp(.local))
            try await test.command("out", .hangUp(.local))
            var told: [String] = []
            for await event in events {
                if case .received(let request) = event { told.append(request.bodyText) }
            }
            #expect(told == ["SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n"])
            #expect(await taken.first { if case .ended(.byPeer) = $0 { true } else { nil } } == true)
        }
    }

    @Test func `a carrier may not ask for a transfer`() async throws {
        try await withSwitch { test in
            let caller = try await test.answeredCaller(try TestPhone())
            let status = await withCheckedContinuation { done in
                caller.call.send(.refer, headers: ["Refer-To": "<sip:1@127.0.0.1>"]) {
                    done.resume(returning: $0?.status.code)
                }
            }
            #expect(status == 403)
        }
    }

    @Test func `keys go by INFO to a telephone that takes no telephone-events`() async throws {
        try await withSwitch { test in
            let bert = try TestPhone()
            try await test.originate("out", to: .number("13900139000"))
            let (called, events) = try #require(await test.world.nextCall())
            let withoutEvents = bert.offer.replacingOccurrences(of: " 101\r\n", with: "\r\n")
                .replacingOccurrences(of: "a=rtpmap:101 telephone-event/8000\r\n", with: "")
                .replacingOccurrences(of: "a=fmtp:101 0-16\r\n", with: "")
            called.call.answer(.sdp(withoutEvents))
            _ = await test.next(LegAnswered.self)
            try await test.command("out", .sendDigits("1#"))
            var keys: [Character?] = []
            for await event in events {
                if case .received(let request) = event { keys.append(InfoKey.read(request)) }
                if keys.count == 2 { break }
            }
            #expect(keys == ["1", "#"])
        }
    }

    @Test func `nothing of one side of a call is seen on the other`() async throws {
        try await withSwitch { test in
            let (anna, bert) = try (TestPhone(), TestPhone())
            let (events, handler) = SIPCall.events()
            var invite = SIPInvite(
                uri: SIPURI(user: "4001", host: "127.0.0.1", port: test.port),
                from: try NameAddress("<sip:13800138000@secret.example>"), offer: .sdp(anna.offer))
            invite.headers = [
                "Record-Route": "<sip:secret.example;lr>", "P-Asserted-Identity": "<sip:secret@secret.example>",
                "Organization": "secret", "Referred-By": "<sip:secret@secret.example>", "Call-Info": "<http://secret>",
            ]
            let caller = test.world.endpoint.invite(invite, handler: handler)
            let leg = try #require(await test.next(LegArrived.self)?.legID)
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            let seen = String(reflecting: called.request)
            #expect(!seen.contains("secret") && !seen.contains(caller.callID) && called.request.via.count == 1)
            called.call.answer(
                .sdp(bert.offer), headers: ["Organization": "hidden", "Warning": "399 hidden \"hidden\""])
            _ = await test.next(LegAnswered.self)
            try await test.command(leg, .answer)
            let answer = await events.first { if case .answered(let response) = $0 { response } else { nil } }
            let heard = String(reflecting: try #require(answer))
            #expect(!heard.contains("hidden") && !heard.contains(called.call.callID) && !heard.contains("13900139000"))
        }
    }

    @Test func `a telephone moves its call to another device, and the leg stays`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            try await test.originate("out", to: .phone("1001"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp(try TestPhone().offer))
            let ack = await events.first { if case .confirmed(let ack) = $0 { ack } else { nil } }
            _ = await test.next(LegAnswered.self)
            let tags = (called.request.from.tag ?? "", ack?.to.tag ?? "")
            let replaces = "\(called.call.callID);to-tag=\(tags.0);from-tag=\(tags.1)"
            let (second, taken) = try dial(test, try TestPhone(), headers: ["Replaces": replaces])
            #expect(await taken.first { if case .answered = $0 { true } else { nil } } == true)
            #expect(await events.first { if case .ended(.byPeer) = $0 { true } else { nil } } == true)
            let legs = try await test.board.list([Shard.of("demo")]).legs
            #expect(legs.map(\.legID) == ["out"])
            #expect(legs.first?.state == .answered)
            second.hangUp()
            #expect(await test.next(LegEnded.self)?.legID == "out")
        }
    }

    @Test func `nobody else may take its call`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            let caller = try await test.answeredCaller(try TestPhone())
            let tag = await withCheckedContinuation { done in
                caller.call.send(.options) { done.resume(returning: $0) }
            }
            let tags = (tag?.to.tag ?? "", tag?.from.tag ?? "")
            let replaces = "\(caller.call.callID);to-tag=\(tags.0);from-tag=\(tags.1)"
            let (_, taken) = try dial(test, try TestPhone(), headers: ["Replaces": replaces])
            #expect(await refusal(taken) == 403)
        }
    }
}
