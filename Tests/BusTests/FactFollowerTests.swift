import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(2))) struct FactFollowerTests {
    let directory: TemporaryDirectory
    let kept = KeptFacts()
    let network = LocalBus.Network(log: quiet)

    init() throws { directory = try TemporaryDirectory() }

    private func journal(_ bus: any Bus) throws -> FactJournal {
        let journal = try FactJournal(bus: bus, directory: directory.path, sink: kept, log: quiet)
        bus.serveReplay(from: [journal, kept])
        return journal
    }

    private func publish(_ numbers: ClosedRange<Int>, to journal: FactJournal) {
        for number in numbers {
            journal.publish(ThingHappened(name: "n\(number)"), tenant: acme, time: Timestamp(microseconds: 5))
        }
    }

    @Test func `a follower that comes late hears everything from the first`() async throws {
        let journal = try journal(network.bus(.cti1))
        publish(1...2500, to: journal)
        let delivered = Delivered()
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        try await following(follower, into: delivered) {
            #expect(await eventually { delivered.numbers(journal.stream).count == 2500 })
            publish(2501...2600, to: journal)
            #expect(await eventually { delivered.numbers(journal.stream).count == 2600 })
        }
        #expect(delivered.numbers(journal.stream) == Array(1...2600))
    }

    @Test func `a follower with a cursor hears only what comes after it`() async throws {
        let journal = try journal(network.bus(.cti1))
        publish(1...100, to: journal)
        let delivered = Delivered()
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        try await following(follower, from: [journal.stream: 90], into: delivered) {
            #expect(await eventually { delivered.numbers(journal.stream).count == 10 })
        }
        #expect(delivered.numbers(journal.stream) == Array(91...100))
    }

    @Test func `after a snapshot, what was there before begins where it stands`() async throws {
        let journal = try journal(network.bus(.cti1))
        publish(1...100, to: journal)
        let delivered = Delivered()
        let later = FactFollower(
            bus: network.bus(.reporting1), services: [.cti], log: quiet, time: { Timestamp.now().adding(.seconds(60)) })
        try await following(later, unlisted: .now, into: delivered) {
            #expect(await eventually { later.statistics.streams == 1 })
            publish(101...103, to: journal)
            #expect(await eventually { delivered.numbers(journal.stream).count == 3 })
        }
        #expect(delivered.numbers(journal.stream) == [101, 102, 103])
    }

    @Test func `after a snapshot, a process that starts later is heard from its first fact`() throws {
        let now = Timestamp(microseconds: 0x6000_0000_0000)
        var streams = FollowedStreams([:], unlisted: .now, services: [.cti, .crm], now: now)
        func begins(_ stream: String, at number: UInt64) throws -> [StreamCursor.Action] {
            streams.handle(.live(try thing(number, stream: stream))).map(\.1)
        }
        #expect(try begins("cti/1@500000000000", at: 9) == [.deliver(try thing(9, stream: "cti/1@500000000000"))])
        #expect(try begins("cti/2@600000000001", at: 9) == [.replay(from: 1, through: 8)])
        _ = streams.handle(.heads(.crm, [StreamHead(stream: "crm/1", head: 4)]))
        #expect(try begins("crm/1", at: 5) == [.deliver(try thing(5, stream: "crm/1"))])
        #expect(try begins("crm/2", at: 3) == [.replay(from: 1, through: 2)])
    }

    @Test func `lost facts are asked for again, and the lost last one too`() async throws {
        let loss = Loss(oneIn: 3, seed: 3)
        let journal = try journal(network.bus(.cti1))
        let delivered = Delivered()
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        try await following(follower, into: delivered) {
            network.lose { _ in loss.isLost() }
            publish(1...999, to: journal)
            network.lose { $0.isFact }
            publish(1000...1000, to: journal)
            network.lose(nil)
            network.heartbeat()
            #expect(await eventually { delivered.numbers(journal.stream).count == 1000 })
        }
        #expect(delivered.numbers(journal.stream) == Array(1...1000))
        #expect(follower.statistics.replays > 0)
    }

    @Test func `when the publisher is gone another instance of its service replays`() async throws {
        network.bus(.cti2).serveReplay(from: [kept])
        let journal = try journal(network.bus(.cti1))
        publish(1...50, to: journal)
        while try await journal.storeNext() {}
        network.remove(.cti1)
        let delivered = Delivered()
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        try await following(follower, into: delivered) {
            #expect(await eventually { delivered.numbers(journal.stream).count == 50 })
        }
    }

    @Test func `facts that are kept no longer are counted as lost, and following goes on`() async throws {
        let bus = network.bus(.cti1)
        bus.serveReplay(from: [kept])
        try await kept.store((1...20).map { try thing($0) })
        kept.forget("cti/1@a", before: 15)
        let delivered = Delivered()
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        try await following(follower, into: delivered) {
            #expect(await eventually { delivered.numbers("cti/1@a").count == 6 })
        }
        #expect(delivered.numbers("cti/1@a") == Array(15...20))
        #expect(follower.statistics.lost == 14)
    }

    @Test func `a copy of state is told when facts are lost, instead of going on`() async throws {
        network.bus(.cti1).serveReplay(from: [kept])
        try await kept.store((1...20).map { try thing($0) })
        kept.forget("cti/1@a", before: 15)
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        await #expect(throws: FactsLost(stream: "cti/1@a", from: 4, through: 14)) {
            try await follower.run(from: ["cti/1@a": 3], stopsAtLoss: true) { _ in }
        }
    }

    @Test func `a service that is not there does not hide the dead streams of another`() async throws {
        network.bus(.cti2).serveReplay(from: [kept])
        let delivered = Delivered()
        let follower = FactFollower(
            bus: network.bus(.reporting1), services: [.cti, .dialer], log: quiet, headsEvery: .milliseconds(20))
        try await kept.store([try thing(1)])
        try await following(follower, into: delivered) {
            #expect(await eventually { delivered.numbers("cti/1@a") == [1] })
            // Nobody sends heartbeats of this one any more.
            try await kept.store([try thing(1, stream: "cti/1@b")])
            #expect(await eventually { delivered.numbers("cti/1@b") == [1] })
        }
    }

    @Test func `processes that die before their first fact use up no room for streams`() {
        var streams = FollowedStreams([:], unlisted: .first, services: [.cti], now: Timestamp(microseconds: 1))
        for number in 0..<10_000 {
            _ = streams.handle(.heads(.cti, [StreamHead(stream: "cti/1@\(number)", head: 0)]))
        }
        #expect(streams.count == 0)
    }

    @Test func `a succeeded process's stream is forgotten when its service has dropped it`() {
        let cursors: [String: UInt64] = ["cti/1@a": 7, "cti/1@b": 2, "cti/2@a": 5, "crm/1": 9]
        var streams = FollowedStreams(
            cursors, unlisted: .first, services: [.cti, .crm], now: Timestamp(microseconds: 1))
        _ = streams.handle(.heads(.cti, [StreamHead(stream: "cti/1@b", head: 2)]))
        #expect(streams.count == 3, "cti/2 may have just started, and crm/1 is for ever")
    }

    @Test func `a handler that throws ends following with its error`() async throws {
        let journal = try journal(network.bus(.cti1))
        publish(1...3, to: journal)
        let follower = FactFollower(bus: network.bus(.reporting1), services: [.cti], log: quiet)
        await #expect(throws: Failure(.conflict, "No.")) {
            try await follower.run(from: [:]) { _ in throw Failure(.conflict, "No.") }
        }
    }

    @Test func `with one PUB frame in five dropped, 10 000 facts over tcp arrive exactly`() async throws {
        let rig = try ZeroMQRig()
        let loss = Loss(oneIn: 5, seed: 42)
        let cti = try rig.bus(.cti1) { _, _ in loss.isLost() }
        let reporting = try rig.bus(.reporting1)
        let journal = try journal(cti)
        let delivered = Delivered()
        let follower = FactFollower(bus: reporting, services: [.cti], log: quiet)
        try await running([cti, reporting]) {
            try await following(follower, into: delivered) {
                _ = await eventually { reporting.statistics.received > 0 }
                publish(1...10_000, to: journal)
                _ = await eventually(within: .seconds(60)) { delivered.numbers(journal.stream).count >= 10_000 }
            }
        }
        #expect(delivered.numbers(journal.stream) == Array(1...10_000))
        #expect(delivered.all.count == 1)
        #expect(loss.count > 1500)
        #expect(follower.statistics.replays > 0)
    }
}
