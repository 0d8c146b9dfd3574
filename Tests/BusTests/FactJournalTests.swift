import Contracts
import Foundation
import ServiceLifecycle
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct FactJournalTests {
    let directory: TemporaryDirectory
    let kept = KeptFacts()
    let bus = LocalBus(.cti1)

    init() throws { directory = try TemporaryDirectory() }

    private func journal() throws -> FactJournal {
        try FactJournal(bus: bus, directory: directory.path, sink: kept, log: quiet) { Timestamp(microseconds: 1000) }
    }

    private func journal(held: Int) throws -> FactJournal {
        try FactJournal(bus: bus, directory: directory.path, sink: kept, log: quiet, held: held) {
            Timestamp(microseconds: 1000)
        }
    }

    private func publish(_ count: Int, to journal: FactJournal) {
        for number in 1...count {
            journal.publish(ThingHappened(name: "n\(number)"), tenant: acme, time: Timestamp(microseconds: 5))
        }
    }

    private var segments: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path + "/cti-1")) ?? []
        return names.filter { $0.hasSuffix(".facts") }.map { "\(directory.path)/cti-1/\($0)" }.sorted()
    }

    @Test func `facts are numbered from 1 without gaps, and published at once`() async throws {
        let stream = bus.subscribe(["thing."])
        let journal = try journal()
        #expect(journal.stream == "cti/1@000000000003e8")
        #expect(journal.publish(ThingHappened(name: "a"), tenant: acme, time: Timestamp(microseconds: 5)) == 1)
        #expect(journal.publish(ThingHappened(name: "b"), tenant: nil, time: Timestamp(microseconds: 6)) == 2)
        var iterator = stream.makeAsyncIterator()
        for (number, name) in [(1, "a"), (2, "b")] as [(UInt64, String)] {
            let envelope = try #require(await iterator.next())
            #expect(envelope.number == number && envelope.stream == journal.stream)
            #expect(try envelope.decode(ThingHappened.self).name == name)
        }
        #expect(kept.count == 0, "nothing waited for the database")
    }

    @Test func `facts are stored in batches behind, and their file goes when all are`() async throws {
        let journal = try journal()
        publish(2500, to: journal)
        #expect(segments.count == 1)
        #expect(try await journal.storeNext())
        #expect(kept.count == FactJournal.batch)
        while try await journal.storeNext() {}
        #expect(kept.numbers(journal.stream) == Array(1...2500))
        #expect(journal.statistics.stored == 2500)
    }

    @Test func `while it runs it stores by itself, also when the database comes back`() async throws {
        let journal = try journal()
        kept.isAway = true
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await journal.run() }
            publish(10, to: journal)
            kept.isAway = false
            #expect(await eventually { kept.count == 10 })
            group.cancelAll()
        }
    }

    @Test func `a shutdown is not kept waiting by the many facts there were, and all are stored`() async throws {
        let journal = try journal()
        let group = ServiceGroup(services: [journal], logger: quiet)
        async let run: Void = group.run()
        // With a chance for whoever is woken by each of them to be so.
        for _ in 1...2_000 {
            publish(1, to: journal)
            await Task.yield()
        }
        #expect(await eventually { kept.count > 0 })
        publish(1_000, to: journal)
        await group.triggerGracefulShutdown()
        try await run
        #expect(kept.numbers(journal.stream) == Array(1...3_000))
        #expect(segments.isEmpty)
    }

    @Test func `what a killed process has left is stored under its stream by the next`() async throws {
        let dead = try journal().stream
        do {
            let journal = try journal()
            publish(3, to: journal)
            #expect(journal.stream == dead)
        }
        let next = try journal()
        #expect(next.stream != dead)
        #expect(next.heads().contains(StreamHead(stream: dead, head: 3)))
        #expect(try next.facts(stream: dead, from: 2, through: 3, limit: 10).map(\.number) == [2, 3])
        #expect(next.leftBehind().map(\.number) == [1, 2, 3])
        try await next.storeOld()
        #expect(kept.numbers(dead) == [1, 2, 3])
        #expect(segments.isEmpty)
        #expect(next.statistics.recovered == 3)
    }

    @Test func `a bus that sends in turns has what has come written at its next turn, all of it and in order`()
        async throws
    {
        let turning = TurningBus(bus)
        let journal = try FactJournal(bus: turning, directory: directory.path, sink: kept, log: quiet)
        publish(3, to: journal)
        #expect(segments.isEmpty && turning.sent.map(\.number) == [1, 2, 3])
        turning.turn()
        publish(2, to: journal)
        turning.turn()
        turning.turn()
        let path = try #require(segments.first)
        let contents = JournalRecord.decode(try #require(FileManager.default.contents(atPath: path)))
        #expect(contents.facts.map(\.number) == [1, 2, 3, 4, 5] && contents.damages == 0)
        #expect(try contents.facts.map { try $0.decode(ThingHappened.self).name } == ["n1", "n2", "n3", "n1", "n2"])
        #expect(try journal.facts(stream: journal.stream, from: 4, through: 9, limit: 9).map(\.number) == [4, 5])
    }

    @Test func `what waits for a turn that does not come is written when it is much`() throws {
        let turning = TurningBus(bus)
        let journal = try FactJournal(bus: turning, directory: directory.path, sink: kept, log: quiet)
        let text = String(repeating: "x", count: 400 << 10)
        for _ in 1...11 { journal.publish(Large(text: text), tenant: acme, time: Timestamp(microseconds: 5)) }
        let path = try #require(segments.first)
        let contents = JournalRecord.decode(try #require(FileManager.default.contents(atPath: path)))
        #expect(contents.facts.map(\.number) == Array(1...11))
    }

    @Test func `what is stopped before a turn came is written when it could not be stored`() async throws {
        let turning = TurningBus(bus)
        let journal = try FactJournal(bus: turning, directory: directory.path, sink: kept, log: quiet)
        kept.isAway = true
        publish(2, to: journal)
        let running = Task { try await journal.run() }
        running.cancel()
        _ = try? await running.value
        let path = try #require(segments.first)
        let contents = JournalRecord.decode(try #require(FileManager.default.contents(atPath: path)))
        #expect(contents.facts.map(\.number) == [1, 2])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 1_000]) func `the checksum is that of zip, whatever the length`(count: Int)
    {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        var expected: UInt32 = 0xffff_ffff
        for byte in bytes {
            expected ^= UInt32(byte)
            for _ in 0..<8 { expected = expected & 1 == 1 ? 0xedb8_8320 ^ (expected >> 1) : expected >> 1 }
        }
        #expect(bytes.withUnsafeBytes { CRC32.of($0) } == expected ^ 0xffff_ffff)
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) } == 0xcbf4_3926, "the check value of CRC-32")
    }

    @Test func `only one process may write`() throws {
        let first = try journal()
        #expect(throws: BusError.self) { try journal() }
        withExtendedLifetime(first) {}
    }

    @Test func `a fact that is too large is refused and takes no number`() throws {
        let journal = try journal()
        let large = ThingHappened(name: String(repeating: "x", count: EventFrames.maximumBody))
        #expect(journal.publish(large, tenant: nil, time: Timestamp(microseconds: 1)) == 0)
        #expect(journal.publish(ThingHappened(name: "a"), tenant: nil, time: Timestamp(microseconds: 1)) == 1)
    }

    @Test func `a fact whose header no peer would take is refused as well`() throws {
        let journal = try journal()
        let long = ThingHappened(name: String(repeating: "x", count: EventFrames.maximumHeader))
        #expect(journal.publish(long, tenant: nil, time: Timestamp(microseconds: 1)) == 0)
        #expect(journal.statistics.refused == 1)
    }

    @Test func `what neither memory nor disk holds is named as lost, and what follows is stored`() async throws {
        let journal = try journal(held: 5)
        try FileManager.default.removeItem(atPath: directory.path + "/cti-1")
        publish(12, to: journal)
        #expect(journal.statistics.unwritten == 12)
        while try await journal.storeNext() {}
        #expect(kept.numbers(journal.stream) == Array(1...12))
        #expect(try kept.fact(journal.stream, 7)?.decode(FactLost.self).number == 7)
        #expect(kept.fact(journal.stream, 8)?.type == ThingHappened.topic)
        #expect(journal.statistics.lost == 7)
    }

    @Test func `a hole in a file loses what is in it and nothing behind it`() async throws {
        let journal = try journal(held: 2)
        publish(10, to: journal)
        let path = try #require(segments.first)
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let before = JournalRecord.decode(bytes).facts.prefix(3).map { record(of: $0).count }.reduce(0, +)
        bytes[JournalRecord.fileHeader.count + before + 60] ^= 0x10
        try bytes.write(to: URL(filePath: path))
        #expect(try journal.facts(stream: journal.stream, from: 1, through: 10, limit: 10).map(\.number) == [1, 2, 3])
        while try await journal.storeNext() {}
        #expect(kept.numbers(journal.stream) == Array(1...10))
        #expect(try kept.fact(journal.stream, 4)?.decode(FactLost.self).number == 4)
        #expect(journal.statistics.lost == 1)
    }

    @Test func `what several files of a dead process hold is replayed file by file`() async throws {
        let name = String(repeating: "x", count: 400 << 10)
        let dead = try journal().stream
        do {
            let journal = try journal()
            for _ in 1...40 {
                journal.publish(Large(text: name), tenant: acme, time: Timestamp(microseconds: 5))
            }
        }
        #expect(segments.count == 2)
        let next = try journal()
        var numbers: [UInt64] = []
        while numbers.count < 40 {
            let part = try next.facts(stream: dead, from: UInt64(numbers.count + 1), through: 40, limit: 1000)
            guard !part.isEmpty else { break }
            numbers += part.map(\.number)
        }
        #expect(numbers == Array(1...40))
    }

    private struct Large: Fact {
        static let topic = "thing.large"
        let text: String
        var subject: String { "large" }
    }

    @Test func `a segment whose name no journal gives does no harm`() throws {
        let stream = try journal().stream
        publish(2, to: try journal())
        let path = try #require(segments.first)
        try FileManager.default.copyItem(atPath: path, toPath: "\(directory.path)/cti-1/000000000003e8.0.facts")
        #expect(try journal().heads().contains(StreamHead(stream: stream, head: 2)))
    }

    @Test func `a last record torn at any byte loses nothing but itself`() async throws {
        publish(3, to: try journal())
        let path = try #require(segments.first)
        let whole = try #require(FileManager.default.contents(atPath: path))
        let two = JournalRecord.decode(whole).facts.prefix(2).map { record(of: $0).count }.reduce(0, +)
        let end = JournalRecord.fileHeader.count + two
        for length in end..<whole.count {
            let contents = JournalRecord.decode(whole.prefix(length))
            #expect(contents.facts.map(\.number) == [1, 2], "cut at \(length)")
            #expect(contents.damages == (length == end ? 0 : 1))
        }
        try whole.prefix(whole.count - 1).write(to: URL(filePath: path))
        try await journal().storeOld()
        #expect(kept.count == 2)
    }

    @Test func `any one flipped bit is noticed, and loses one record at most`() throws {
        publish(3, to: try journal())
        let path = try #require(segments.first)
        let whole = try #require(FileManager.default.contents(atPath: path))
        for bit in (JournalRecord.fileHeader.count * 8)..<(whole.count * 8) {
            var flipped = whole
            flipped[bit / 8] ^= 1 << (bit % 8)
            let contents = JournalRecord.decode(flipped)
            #expect(contents.facts.count == 2 && contents.damages == 1, "bit \(bit)")
        }
    }

    @Test func `where a record was damaged a stand-in keeps the stream without a hole`() async throws {
        let dead = try journal().stream
        publish(4, to: try journal())
        let path = try #require(segments.first)
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[JournalRecord.fileHeader.count + 60] ^= 0x10
        try bytes.write(to: URL(filePath: path))
        let next = try journal()
        #expect(next.statistics.damages == 1)
        try await next.storeOld()
        #expect(kept.numbers(dead) == [1, 2, 3, 4])
        #expect(try kept.fact(dead, 1)?.decode(FactLost.self).number == 1)
        #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    }

    @Test func `random bytes in a segment do no harm`() throws {
        var random = Seeded(7)
        for _ in 0..<200 {
            let bytes = (0..<Int(random.next() % 400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(JournalRecord.decode(Data(bytes)).facts.isEmpty)
        }
    }

    private func record(of envelope: Envelope) -> [UInt8] {
        guard let frames = EventFrames(envelope) else { return [] }
        var bytes: [UInt8] = []
        JournalRecord.append(header: frames.header, body: frames.body, to: &bytes)
        return bytes
    }
}
