import Contracts
import Foundation

extension Bus {
    /// Answers other instances that have missed facts of this service: from the first of the sources that has them.
    /// What is in memory goes first, the database last.
    public func serveReplay(from sources: [any FactSource]) {
        let replay = Replay(sources: sources)
        serve(ReplayRequest.self) { request, _ in try await replay.answer(request) }
        serve(StreamHeadsRequest.self) { _, _ in StreamHeadsRequest.Reply(heads: try await replay.heads()) }
    }
}

/// Finds facts again, over several sources.
struct Replay: Sendable {
    static let limit = 1000
    /// So that the answer fits one frame.
    private static let byteLimit = 800 << 10
    private static let bytesAround = 320

    let sources: [any FactSource]

    /// - Throws: `Failure.notFound` if no source knows the stream.
    func answer(_ request: ReplayRequest) async throws -> ReplayRequest.Reply {
        guard request.from >= 1, request.from <= request.through, request.through <= StreamCursor.maximumNumber else {
            throw Failure(.invalid, "A replay goes from 1 or more to no less than that.")
        }
        if let facts = try await facts(request, from: request.from) { return .init(facts: facts) }
        guard let head = try await heads().first(where: { $0.stream == request.stream }) else {
            throw Failure(.notFound, "There is no stream \(request.stream).")
        }
        guard let oldest = head.oldest, oldest > request.from else { return .init(facts: []) }
        return .init(facts: try await facts(request, from: oldest) ?? [], oldest: oldest)
    }

    /// All streams; of several heads, the highest counts.
    func heads() async throws -> [StreamHead] {
        var heads: [String: StreamHead] = [:]
        for source in sources {
            for head in try await source.heads() {
                let known = heads[head.stream]
                heads[head.stream] = StreamHead(
                    stream: head.stream, head: max(head.head, known?.head ?? 0), oldest: head.oldest ?? known?.oldest)
            }
        }
        return heads.values.sorted { $0.stream < $1.stream }
    }

    private func facts(_ request: ReplayRequest, from: UInt64) async throws -> [Envelope]? {
        guard from <= request.through else { return nil }
        for source in sources {
            let found = try await source.facts(
                stream: request.stream, from: from, through: request.through, limit: Self.limit)
            if found.first?.number == from { return Self.fitting(found) }
        }
        return nil
    }

    /// As many as fit, and at least one.
    private static func fitting(_ facts: [Envelope]) -> [Envelope] {
        var bytes = 0
        let count = facts.prefix { fact in
            // Text may grow sixfold by JSON's escapes, as nobody's ordinary subject does.
            bytes +=
                fact.body.count * 4 / 3 + bytesAround
                + 6 * (fact.subject.utf8.count + (fact.trace?.utf8.count ?? 0))
            return bytes <= byteLimit
        }.count
        return Array(facts.prefix(max(1, count)))
    }
}
