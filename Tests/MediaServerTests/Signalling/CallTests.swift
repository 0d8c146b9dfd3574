import Contracts
import Foundation
import RTP
import SDP
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// Calls through a whole switch, with SIP and RTP on loopback.
@Suite(.timeLimit(.minutes(1))) struct CallTests {
    @Test func `a caller hears what the called sounds like before it answers`() async throws {
        try await withSwitch { test in
            let (anna, bert) = try (TestPhone(), TestPhone())
            let caller = try await test.answeredCaller(anna)
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            called.call.ring()
            #expect(await test.next(LegRinging.self)?.hasSound == false)
            await #expect(throws: Failure.self) { try await test.command(caller.leg, .bridge(with: "out")) }
            called.call.ring(183, body: .sdp(bert.offer))
            #expect(await test.next(LegRinging.self)?.hasSound == true)
            try await test.command(caller.leg, .bridge(with: "out"))
            let heard = try await Conversation.hold(
                [
                    Speaker(anna, to: caller.port, tone: 440),
                    Speaker(bert, to: try rtpPort(called.request.body), tone: 1_000),
                ], frames: 30)
            let atAnna = heard[0]
            #expect(atAnna.share(of: 1_000) > 0.9)
        }
    }

    @Test func `an answer without a description keeps the sound that came before it`() async throws {
        try await withSwitch { test in
            let bert = try TestPhone()
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            called.call.ring(183, body: .sdp(bert.offer))
            called.call.answer(nil)
            #expect(await test.next(LegAnswered.self)?.legID == "out")
        }
    }

    @Test func `an answer that leads to no sound ends the call`() async throws {
        try await withSwitch { test in
            try await test.originate("out", to: .number("13900139000"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 4000 RTP/AVP 15\r\n"))
            #expect(await test.next(LegEnded.self)?.cause == .failed)
            #expect(await events.first { if case .ended(.byPeer) = $0 { true } else { nil } } == true)
        }
    }

    @Test func `a telephone that holds and retrieves keeps its call`() async throws {
        try await withSwitch { test in
            let bert = try TestPhone()
            try await test.originate("out", to: .number("13900139000"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp(bert.offer))
            _ = await test.next(LegAnswered.self)
            // No offer before the ACK.
            #expect(await events.first { if case .confirmed = $0 { true } else { nil } } == true)
            for direction: Direction in [.sendonly, .sendrecv] {
                var session = AudioSession(address: "127.0.0.1", port: bert.port, sessionID: 1_000)
                session.direction = direction
                called.call.offer(.sdp(session.offer().description))
                #expect(await events.first { if case .offerAccepted = $0 { true } else { nil } } == true)
            }
            // Behind the ACK on the same way: were the call being ended, that would be told first.
            called.call.send(.info, body: SIPBody(type: "application/dtmf-relay", bytes: Array("Signal=5".utf8)))
            #expect((await test.nextFact() as? LegDigit)?.digit == "5")
        }
    }

    @Test func `a telephone that is asked for its sound again is sent to where it says`() async throws {
        try await withSwitch { test in
            let (anna, bert) = try (TestPhone(), TestPhone())
            let caller = try await test.answeredCaller(anna)
            caller.call.offer(nil)
            let offer = await caller.events.first {
                if case .offerAccepted(let response) = $0 { response } else { nil }
            }
            #expect(try rtpPort(offer?.body ?? []) == caller.port)
            caller.call.acknowledge(.sdp(bert.offer))
            caller.call.send(.info, body: SIPBody(type: "application/dtmf-relay", bytes: Array("Signal=5".utf8)))
            #expect((await test.nextFact() as? LegDigit)?.digit == "5")
            try await test.command(
                caller.leg, .play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false))
            // The music has to be made ready first, which takes as long as the machine is busy.
            var samples = 0
            for _ in 0..<20 where samples <= 10 * 160 {
                samples += try await bert.talk(to: caller.port, frames: 30, tone: 440).sound.count
            }
            #expect(samples > 10 * 160)
        }
    }

    @Test func `a tenant's own prompt is heard`() async throws {
        try await withSwitch { test in
            let folder = test.directory.appending(path: "demo")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = try WAVWriter(path: folder.appending(path: "hello.wav").path, format: WAVFormat(.aLaw))
            try file.append(PromptSource.tone(700, milliseconds: 100).clips[0].samples)
            try file.close()
            let anna = try TestPhone()
            let caller = try await test.answeredCaller(anna)
            try await test.command(
                caller.leg, .play(playID: 1, prompts: [.file("hello")], loop: true, stopsOnDigit: false))
            let heard = try await anna.talk(to: caller.port, frames: 30, tone: 440)
            #expect(heard.share(of: 700) > 0.9)
        }
    }

    @Test func `a call is put through the first trunk that has room`() async throws {
        try await withSwitch { test in
            test.book.change { book in
                book.trunks = [.at(test.world.port, id: "a") { $0.maxCalls = 1 }, .at(test.world.port, id: "b")]
            }
            try await test.originate("one", to: .number("13900139000"))
            try await test.originate("two", to: .number("13900139000"))
            let legs = try await test.board.list([Shard.of("demo")]).legs
            #expect(Dictionary(uniqueKeysWithValues: legs.map { ($0.legID, $0.trunkID) }) == ["one": "a", "two": "b"])
        }
    }

    @Test func `a switch with too much to do says so to new calls and registrations`() async throws {
        try await withSwitch(inbox: SwitchInbox(limit: 0)) { test in
            let (_, events) = test.world.call(test, .sdp(try TestPhone().offer))
            let refusal = await events.first { event -> SIPStatus? in
                if case .ended(.refused(let response)) = event { response.status } else { nil }
            }
            #expect(refusal?.code == 503)
            let status = try await test.world.register(test).status.code
            #expect(status == 503)
            await #expect(throws: Failure.self) { try await test.command("any", .answer) }
        }
    }

    @Test func `what belongs to a leg is taken however much waits`() {
        let inbox = SwitchInbox(limit: 1)
        #expect(inbox.offer(.sweep))
        #expect(!inbox.offer(.sweep))
        #expect(inbox.post(.claimsExpired))
        #expect(inbox.depth == 2)
    }

    @Test func `a number that is no number is not kept`() async throws {
        try await withSwitch { test in
            let (events, handler) = SIPCall.events()
            let from = NameAddress(uri: SIPURI(user: "13\u{0}8", host: "127.0.0.1"))
            test.world.endpoint.invite(
                SIPInvite(
                    uri: SIPURI(user: "4001", host: "127.0.0.1", port: test.port), from: from,
                    offer: .sdp(try TestPhone().offer)), handler: handler)
            #expect(await test.next(LegArrived.self)?.from == "anonymous")
            _ = events
        }
    }
}
