import Foundation

/// Makes what the journal has written last, many records with one fsync, on a thread of its own.
///
/// `@unchecked Sendable`: its state is touched under `condition` only.
final class JournalSynchronizer: @unchecked Sendable {
    /// Between two rounds, so that records gather.
    private static let pause: TimeInterval = 0.01

    private let condition = NSCondition()
    private var dirty: [JournalSegment] = []
    private var isStopping = false

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "journal fsync"
        thread.start()
    }

    /// Never waits for the disk.
    func mark(_ segment: JournalSegment) {
        condition.lock()
        defer { condition.unlock() }
        if !dirty.contains(where: { $0 === segment }) {
            dirty.append(segment)
            if dirty.count == 1 { condition.signal() }
        }
    }

    func stop() {
        condition.lock()
        isStopping = true
        condition.signal()
        condition.unlock()
    }

    private func run() {
        while let segments = next() {
            for segment in segments { segment.synchronize() }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    private func next() -> [JournalSegment]? {
        condition.lock()
        defer { condition.unlock() }
        while dirty.isEmpty, !isStopping { condition.wait() }
        defer { dirty.removeAll() }
        return dirty.isEmpty ? nil : dirty
    }
}
