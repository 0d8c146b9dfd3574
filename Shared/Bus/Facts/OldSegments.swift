import Contracts
import Foundation
import Synchronization

/// What earlier processes of this instance have left in their files, until it is stored.
final class OldSegments: Sendable {
    /// One file, and what it must hold: from the number in its name to the next file's.
    struct Segment: Sendable {
        let path: String
        let incarnation: String
        let stream: String
        let first: UInt64
        var last: UInt64
        /// Whether more is wrong with it than the end that a dying process leaves.
        var isDamaged: Bool
    }

    /// Damaged places found in them.
    let damages: UInt64
    private let files: JournalFiles
    private let segments: Mutex<[Segment]>
    private let known: [String: UInt64]

    /// - Throws: ``BusError`` if one of them cannot be read now.
    init(_ files: JournalFiles) throws {
        self.files = files
        var segments: [Segment] = []
        var damages = 0
        for path in files.segments() {
            let contents = try files.contents(of: path)
            damages += contents.damages
            guard let name = JournalFiles.name(of: path), let first = contents.facts.first,
                let last = contents.facts.last, first.number >= name.first, first.number - name.first <= 1 << 20
            else {
                if contents.facts.isEmpty, contents.damages == 0 { files.remove(path) } else { files.keepAside(path) }
                continue
            }
            let isWhole = contents.facts.count == last.number &- name.first &+ 1
            if let before = segments.indices.last, segments[before].incarnation == name.incarnation,
                segments[before].last < name.first - 1, name.first - segments[before].last <= 1 << 20
            {
                segments[before].last = name.first - 1
                segments[before].isDamaged = true
            }
            segments.append(
                Segment(
                    path: path, incarnation: name.incarnation, stream: first.stream, first: name.first,
                    last: last.number, isDamaged: !isWhole))
        }
        var known: [String: UInt64] = [:]
        for segment in segments { known[segment.stream] = max(known[segment.stream] ?? 0, segment.last) }
        self.known = known
        self.damages = UInt64(damages)
        self.segments = Mutex(segments)
    }

    var first: Segment? { segments.withLock { $0.first } }

    func removeFirst() { segments.withLock { if !$0.isEmpty { $0.removeFirst() } } }

    /// Also of streams that are stored meanwhile.
    var heads: [StreamHead] { known.map { StreamHead(stream: $0.key, head: $0.value) } }

    /// What was told last: the facts of the newest few segments, as far as they can be read.
    func newest(_ count: Int) -> [Envelope] {
        let paths = segments.withLock { $0.suffix(count).map(\.path) }
        return paths.flatMap { (try? files.contents(of: $0).facts) ?? [] }
    }

    /// The segment's facts without holes: where a record was damaged, ``FactLost`` stands for it.
    func facts(in segment: Segment, time: Timestamp) throws -> [Envelope] {
        var facts: [Envelope] = []
        var next = segment.first
        for fact in try files.contents(of: segment.path).facts where fact.stream == segment.stream {
            guard fact.number >= next, fact.number - next <= 1 << 20 else { continue }
            facts += FactLost.facts(next..<fact.number, of: segment.stream, time)
            facts.append(fact)
            next = fact.number + 1
        }
        return next <= segment.last
            ? facts + FactLost.facts(next..<(segment.last + 1), of: segment.stream, time) : facts
    }

    /// The facts of the one segment that holds the number and is not stored yet; the rest is asked for in turn.
    func facts(of stream: String, from number: UInt64, time: Timestamp) throws -> [Envelope] {
        let segment = segments.withLock { segments in
            segments.first { $0.stream == stream && $0.first <= number && number <= $0.last }
        }
        return try segment.map { try facts(in: $0, time: time) } ?? []
    }
}
