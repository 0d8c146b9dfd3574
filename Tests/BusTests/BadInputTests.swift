import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

/// What peers that are broken or rude send.
@Suite(.timeLimit(.minutes(1))) struct BadInputTests {
    @Test func `requests that are none are dropped and counted, and the next is answered`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1, address: "ipc://\(rig.path)/cti")
        let acd = try rig.bus(.acd1, address: "ipc://\(rig.path)/acd")
        cti.serve(Echo.self) { request, _ in request }
        let rude = try ZeroMQSocket(.dealer, in: try ZeroMQContext())
        try rude.connect(cti.endpoints.requests)
        let good = #"{"id":1,"name":"test.echo","from":"acd/1","milliseconds":900}"#
        let bad: [[String]] = [
            [""], ["x"], ["x", "y"], ["{}", "{}"], [good], [good, "", ""], ["", good, "{}"],
            [good.replacing("acd/1", with: "evil/1"), "{}"], [good.replacing(":1,", with: ":-1,"), "{}"],
            [good.replacing(":1,", with: ":99999999999999999999999,"), "{}"],
            [good.replacing("{", with: #"{"shard":64,"#), "{}"], [good.replacing("{", with: #"{"epoch":-5,"#), "{}"],
            Array(repeating: "x", count: 50), [String(repeating: "[", count: 100_000), "{}"],
        ]
        try await running([cti, acd]) {
            _ = await eventually { rude.send([Data(good.utf8), Data("not json".utf8)]) }
            for frames in bad { _ = rude.send(frames.map { Data($0.utf8) }) }
            #expect(await eventually { cti.statistics.malformed == UInt64(bad.count) })
            let reply = try await acd.request(Echo(text: "hi"), to: .instance(.cti1), deadline: .seconds(10))
            #expect(reply.text == "hi")
            var answer: ZeroMQSocket.Received?
            #expect(
                await eventually {
                    answer = rude.receive()
                    return answer != nil
                })
            let failure = try BusJSON.decoder.decode(Failure.self, from: try #require(answer?.frames.last))
            #expect(failure.kind == .invalid)
        }
    }

    @Test func `events that are none are dropped and counted, and the next is delivered`() async throws {
        let rig = try ZeroMQRig()
        let reporting = try rig.bus(.reporting1, address: "ipc://\(rig.path)/reporting")
        let rude = try ZeroMQSocket(.publisher, in: try ZeroMQContext())
        try rude.bind("ipc://\(rig.path)/rude")
        rig.directory.set(
            .cti1, InstanceEndpoints(publish: "ipc://\(rig.path)/rude", requests: "ipc://\(rig.path)/nobody"))
        let delivered = Delivered()
        let follower = FactFollower(bus: reporting, services: [.cti], log: quiet)
        let envelope = try thing(1)
        let good = try #require(EventFrames(envelope)).frames
        let header = String(decoding: good[1], as: UTF8.self)
        func altered(_ text: String, _ replacement: String) -> [Data] {
            [good[0], Data(header.replacing(text, with: replacement).utf8), good[2]]
        }
        let bad: [[Data]] = [
            [Data()], [good[0]], [good[0], good[1]], good + good, [Data("thing.else".utf8), good[1], good[2]],
            [good[0], good[2], good[1]], altered("\"cti/1@a\"", "\"crm/1\""),
            altered("\"number\":1", "\"number\":-1"), altered("\"number\":1", "\"number\":18446744073709551615"),
            altered("\"number\":1", "\"number\":1.5"), altered("\"time\":1", "\"time\":\"now\""),
        ]
        let whole = try bundle(good)
        let badBundles: [[Data]] = [
            [whole[0], whole[1], whole[2].dropLast()], [whole[0], whole[1], Data("{}".utf8)],
            try bundle(altered("\"cti/1@a\"", "\"crm/1\"")), try bundle(altered("\"number\":1", "\"number\":0")),
            try bundle(altered("\"number\":1", "\"number\":-1")),
        ]
        // Somebody here wants every topic.
        let everything = reporting.subscribe([""])
        try await running([reporting]) {
            try await following(follower, into: delivered) {
                let alive = try #require(
                    EventFrames(try Envelope(ThingTicked(name: "a"), tenant: nil, time: envelope.time)))
                _ = await eventually {
                    _ = rude.send(alive.frames)
                    return reporting.statistics.received > 0
                }
                for frames in bad + badBundles { _ = rude.send(frames) }
                #expect(await eventually { reporting.statistics.malformed == UInt64(bad.count + badBundles.count) })
                _ = rude.send(whole)
                #expect(await eventually { delivered.numbers("cti/1@a") == [1] })
            }
        }
        withExtendedLifetime(everything) {}
    }

    /// One fact's frames, as the message in which a follower hears it.
    private func bundle(_ frames: [Data]) throws -> [Data] {
        var bundle = FactBundle()
        bundle.append(header: frames[1], body: frames[2])
        let signal = try Envelope(ThingTicked(name: "a"), tenant: nil, time: Timestamp(microseconds: 1))
        let header = String(decoding: try #require(EventFrames(signal)).header, as: UTF8.self)
        let topic = FactLane.now.topic
        return [Data(topic.utf8), Data(header.replacing(ThingTicked.topic, with: topic).utf8), bundle.bytes]
    }

    @Test func `a heartbeat full of nonsense makes nobody ask for ever`() throws {
        var streams = FollowedStreams([:], unlisted: .first, services: [.cti], now: Timestamp(microseconds: 0))
        let heads = [
            StreamHead(stream: "cti/1@a", head: .max), StreamHead(stream: "crm/1", head: 5),
            StreamHead(stream: "", head: 1),
        ]
        let heartbeat = try Envelope(
            StreamHeartbeat(instance: .cti1, heads: heads), tenant: nil, time: Timestamp(microseconds: 1))
        let actions = streams.handle(.live(heartbeat)).map(\.1)
        #expect(actions == [.replay(from: 1, through: UInt64(StreamCursor.capacity))])
        for _ in 1...20 { _ = streams.handle(.replayFailed("cti/1@a")) }
        #expect(streams.patience("cti/1@a") == .seconds(10))
    }

    @Test func `who asks the authenticator in another way is turned away`() {
        let list = Authenticator(allowed: [:])
        #expect(list.answer([]) == nil)
        #expect(list.answer([Data()]) == nil)
        for mechanism in ["NULL", "PLAIN", "CURVE"] {
            let question = ["1.0", "1", "carillon", "127.0.0.1", "", mechanism].map { Data($0.utf8) }
            #expect(list.answer(question)?.admitted == false)
            #expect(list.answer(question + [Data(repeating: 0, count: 32)])?.admitted == false)
            #expect(list.answer(question + [Data(repeating: 0, count: 31)])?.reply[2] == Data("400".utf8))
        }
    }
}
