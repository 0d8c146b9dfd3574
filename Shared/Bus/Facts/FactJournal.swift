public import Contracts
import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// The facts of a real-time service: numbered in memory, appended to a local file, published at once, and stored in
/// PostgreSQL behind. Nobody who publishes waits for a disk or a database.
///
/// Nobody else hears of a fact that is not in the file. A bus with a thread of its own (``SendingBus``) writes there all that
/// has come since its last turn, with one call.
///
/// A process that dies leaves its segment files; the next one stores what they hold under the dead one's stream.
public final class FactJournal: Service, FactSource {
    /// What the journal has done, for its metrics.
    public struct Statistics: Sendable, Equatable {
        /// The number of the newest fact.
        public var published: UInt64 = 0
        /// Everything up to here is stored.
        public var stored: UInt64 = 0
        /// Facts that the disk did not take. They were published, and are stored if the process lives long enough.
        public var unwritten: UInt64 = 0
        /// Facts that could not be encoded or were too large: a mistake in the service.
        public var refused: UInt64 = 0
        /// Facts of earlier processes, found in their files and stored.
        public var recovered: UInt64 = 0
        /// Damaged places found in such files.
        public var damages: UInt64 = 0
        /// Facts that neither memory nor disk held any more when the database could take them. ``FactLost`` stands for each.
        public var lost: UInt64 = 0
    }

    private struct State {
        var statistics = Statistics()
        var unwritten = JournalBatch()
    }

    /// So many bytes wait for the bus at most until they are written without it.
    private static let patience = 4 << 20
    static let batch = 1000
    private static let gathering: Duration = .milliseconds(100)

    /// `cti/1@<incarnation>`.
    public let stream: String
    private let bus: any Bus
    private let sendingBus: (any SendingBus)?
    private let sink: any FactSink
    private let log: Logger
    private let incarnation: String
    private let time: @Sendable () -> Timestamp
    private let files: JournalFiles
    private let recent: RecentFacts
    private let synchronizer = JournalSynchronizer()
    /// Held by who publishes: facts go to the bus in the order of their numbers. Before the others.
    private let order = Mutex(())
    private let segments: JournalSegments
    /// Held for moments only, inside of the others.
    private let state = Mutex(State())
    private let old: OldSegments
    private let work = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter directory: Where journals are kept; this one uses a directory of the instance's name in there.
    /// - Throws: ``BusError``: why the directory cannot be used, in one sentence.
    public convenience init(
        bus: any Bus, directory: String, sink: any FactSink, log: Logger,
        time: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws {
        try self.init(bus: bus, directory: directory, sink: sink, log: log, held: 65_536, time: time)
    }

    /// - Parameter held: So many facts are in memory at most.
    init(
        bus: any Bus, directory: String, sink: any FactSink, log: Logger, held: Int,
        time: @escaping @Sendable () -> Timestamp
    ) throws {
        self.bus = bus
        sendingBus = bus as? any SendingBus
        self.sink = sink
        self.log = log
        self.time = time
        files = try JournalFiles(path: "\(directory)/\(bus.instance.service)-\(bus.instance.number)")
        old = try OldSegments(files)
        incarnation = Self.incarnation(at: time(), after: files.segments())
        stream = "\(bus.instance)@\(incarnation)"
        recent = RecentFacts(stream: stream, capacity: held)
        segments = JournalSegments(files, incarnation, synchronizer, log)
        for head in old.heads { bus.announce(stream: head.stream, head: head.head) }
        bus.announce(stream: stream, head: 0)
        state.withLock { $0.statistics.damages = old.damages }
        synchronizer.start()
        sendingBus?.beforeSending { [weak self] in self?.write() }
        work.continuation.yield()
    }

    deinit { synchronizer.stop() }

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Tells all others, now and for good.
    /// - Returns: The fact's number; 0 if it could not be encoded, which is logged.
    @discardableResult
    public func publish(_ fact: some Fact, tenant: TenantID?, time: Timestamp) -> UInt64 {
        var envelope: Envelope
        do {
            envelope = try Envelope(fact, stream: stream, tenant: tenant, time: time, trace: BusTrace.current)
        } catch {
            return refuse("\(error)")
        }
        guard envelope.body.count <= EventFrames.maximumBody else { return refuse("\(envelope.body.count) bytes") }
        let number = order.withLock { _ in take(envelope) }
        guard number > 0 else { return refuse("header") }
        work.continuation.yield()
        return number
    }

    private func take(_ fact: Envelope) -> UInt64 {
        var fact = fact
        fact.number = state.withLock { $0.statistics.published } + 1
        guard let frames = EventFrames(fact) else { return 0 }
        let isMuch = state.withLock { state in
            state.statistics.published = fact.number
            state.unwritten.append(frames)
            return state.unwritten.bytes.count > Self.patience
        }
        recent.append(fact)
        if sendingBus == nil || isMuch { write() }
        if let sendingBus { sendingBus.publish(fact, frames) } else { bus.publish(fact) }
        return fact.number
    }

    /// Writes what has come to the file.
    private func write() {
        let missed = segments.write { state.withLock { $0.unwritten.take() } }
        if missed > 0 { state.withLock { $0.statistics.unwritten += missed } }
    }

    private func refuse(_ reason: String) -> UInt64 {
        log.error("fact not published", metadata: ["error": "\(reason)"])
        state.withLock { $0.statistics.refused += 1 }
        return 0
    }

    /// Unique and in order of time, even if the clock has been set back.
    private static func incarnation(at time: Timestamp, after segments: [String]) -> String {
        let newest = segments.compactMap { JournalFiles.name(of: $0).flatMap { UInt64($0.incarnation, radix: 16) } }
            .max()
        let now = max(UInt64(clamping: time.microseconds), (newest ?? 0) &+ 1)
        let digits = String(now, radix: 16)
        return String(repeating: "0", count: max(0, 14 - digits.count)) + digits
    }
}

// MARK: storing

extension FactJournal {
    /// Stores what is published, and first what earlier processes have left.
    public func run() async throws {
        await withGracefulShutdownHandler {
            for await _ in work.stream {
                // Facts gather meanwhile: one transaction for many.
                try? await Task.sleep(for: Self.gathering)
                await storeUntilDone()
            }
        } onGracefulShutdown: {
            self.work.continuation.finish()
        }
        write()
        await storeUntilDone(givingUp: true)
        removeWhenStored()
        synchronizer.stop()
    }

    /// Tries until everything is stored; giving up, until the first error.
    private func storeUntilDone(givingUp: Bool = false) async {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                try await storeOld()
                while try await storeNext() {}
                return
            } catch {
                log.warning("facts not stored yet", metadata: ["error": "\(error)", "bus.stream": "\(stream)"])
                let wait = pause
                let slept: Void? = try? await cancelWhenGracefulShutdown { try await Task.sleep(for: wait) }
                if givingUp || slept == nil || Task.isShuttingDownGracefully { return }
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    /// Stores the next batch. False if there was nothing to store.
    func storeNext() async throws -> Bool {
        let (from, through) = state.withLock { ($0.statistics.stored + 1, $0.statistics.published) }
        guard from <= through else { return false }
        let batch = try batch(from, through)
        guard let last = batch.last?.number else { return false }
        try await sink.store(batch)
        state.withLock { $0.statistics.stored = last }
        for path in segments.takeFull(through: last) { files.remove(path) }
        return true
    }

    /// The next facts to store. What is nowhere any more must not hold up all that follows: it is named as lost.
    private func batch(_ from: UInt64, _ through: UInt64) throws -> [Envelope] {
        let found = try held(from, through, Self.batch)
        guard found.isEmpty else { return found }
        let next = min(try nextHeld(after: from) ?? .max, through + 1, from + UInt64(Self.batch))
        log.error("facts lost", metadata: ["bus.stream": "\(stream)", "from": "\(from)", "through": "\(next - 1)"])
        state.withLock { $0.statistics.lost += next - from }
        return FactLost.facts(from..<next, of: stream, time())
    }

    /// The lowest number behind this one that memory or a file still holds.
    private func nextHeld(after number: UInt64) throws -> UInt64? {
        let (path, later) = segments.around(number)
        let inFile = try path.flatMap { try files.contents(of: $0).facts.first { $0.number > number }?.number }
        return [inFile, later, recent.oldest.flatMap { $0 > number ? $0 : nil }].compactMap(\.self).min()
    }

    /// Stores what earlier processes have left in their files.
    func storeOld() async throws {
        while let segment = old.first {
            let facts = try old.facts(in: segment, time: time())
            for start in stride(from: 0, to: facts.count, by: Self.batch) {
                try await sink.store(Array(facts[start..<min(start + Self.batch, facts.count)]))
            }
            if segment.isDamaged {
                log.error("journal damaged", metadata: ["file": "\(segment.path)", "bus.stream": "\(segment.stream)"])
                files.keepAside(segment.path)
            } else {
                files.remove(segment.path)
            }
            old.removeFirst()
            state.withLock { $0.statistics.recovered += UInt64(facts.count) }
        }
    }

    /// After a graceful stop with everything stored, nothing is left behind.
    private func removeWhenStored() {
        write()
        let path = segments.takeOpen(ifAll: { state.withLock { $0.statistics.stored == $0.statistics.published } })
        if let path { files.remove(path) }
        files.synchronizeDirectory()
    }
}

// MARK: replay

extension FactJournal {
    /// What earlier processes of this instance told last and did not live to store: some thousands of facts, oldest first.
    /// Others hear it by replay; where there are none, this process is the only one who can know. Before ``run()``.
    public func leftBehind() -> [Envelope] { old.newest(2) }

    /// From memory, else from the files that are not stored yet.
    public func facts(stream: String, from: UInt64, through: UInt64, limit: Int) throws -> [Envelope] {
        guard stream == self.stream else {
            return Self.part(try old.facts(of: stream, from: from, time: time()), from, through, limit)
        }
        return try held(from, through, limit)
    }

    private func held(_ from: UInt64, _ through: UInt64, _ limit: Int) throws -> [Envelope] {
        let found = recent.facts(stream: stream, from: from, through: through, limit: limit)
        guard found.isEmpty else { return found }
        return try segments.path(holding: from).map {
            Self.part(try files.facts(of: $0, through: from), from, through, limit)
        } ?? []
    }

    /// Up to the first hole: a disk that was full for a moment leaves one in the middle of a file.
    private static func part(_ facts: [Envelope], _ from: UInt64, _ through: UInt64, _ limit: Int) -> [Envelope] {
        let part = facts.lazy.filter { $0.number >= from && $0.number <= through }.prefix(limit)
        return zip(part, from...).prefix { $0.number == $1 }.map { fact, _ in fact }
    }

    public func heads() -> [StreamHead] { recent.heads() + old.heads }
}
