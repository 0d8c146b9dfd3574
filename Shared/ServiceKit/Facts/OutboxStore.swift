public import Bus
public import Contracts
public import Database
import Foundation

/// `outbox` and `stream_head` of a service's schema: where the journal drains to, and where replay reads from.
public struct OutboxStore: FactSink, FactSource {
    let database: Database

    public init(_ database: Database) { self.database = database }

    /// Keeps facts that are numbered already. In one statement, however many they are.
    public func store(_ facts: [Envelope]) async throws {
        guard !facts.isEmpty else { return }
        let streams = Dictionary(grouping: facts, by: \.stream).sorted { $0.key < $1.key }
        let numbers = streams.map { $0.value.map { Int64(clamping: $0.number) } }
        try await database.pipeline([
            """
            INSERT INTO outbox (stream, number, topic, version, tenant, subject, time, trace, body)
            SELECT * FROM unnest(
                \(facts.map(\.stream))::text[], \(facts.map { Int64(clamping: $0.number) })::bigint[],
                \(facts.map(\.type))::text[], \(facts.map(\.version))::int[],
                \(facts.map { $0.tenant.map { Self.storable($0.rawValue) } })::text[], \(facts.map { Self.storable($0.subject) })::text[],
                \(facts.map(\.time.microseconds))::bigint[], \(facts.map { $0.trace.map(Self.storable) })::text[],
                \(facts.map { String(decoding: $0.body, as: UTF8.self) })::text[])
            ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO stream_head AS head (stream, number, oldest)
            SELECT * FROM unnest(
                \(streams.map(\.key))::text[], \(numbers.map { $0.max() ?? 0 })::bigint[],
                \(numbers.map { $0.min() ?? 1 })::bigint[])
            ON CONFLICT (stream) DO UPDATE SET number = greatest(head.number, excluded.number)
            """,
        ])
    }

    /// PostgreSQL has no U+0000, and one fact that cannot be stored would hold up all that follow.
    private static func storable(_ text: String) -> String {
        // Looking for it is much cheaper than replacing nothing.
        text.utf8.contains(0) ? text.replacing("\0", with: "\u{fffd}") : text
    }

    public func facts(stream: String, from: UInt64, through: UInt64, limit: Int) async throws -> [Envelope] {
        try await database.query(
            """
            SELECT stream, number, topic, version, tenant, subject, time, trace, body FROM outbox
            WHERE stream = \(stream) AND number BETWEEN \(Int64(clamping: from))::bigint
                AND \(Int64(clamping: through))::bigint
            ORDER BY number LIMIT \(limit)::int
            """, row: Self.envelope)
    }

    public func heads() async throws -> [StreamHead] {
        try await database.query("SELECT stream, number, oldest FROM stream_head ORDER BY stream") { row in
            let oldest: Int64 = try row.get("oldest")
            return StreamHead(
                stream: try row.get("stream"), head: UInt64(clamping: try row.get("number") as Int64),
                oldest: oldest > 1 ? UInt64(clamping: oldest) : nil)
        }
    }

    /// The number of a stream's newest fact; 0 if it has none.
    func head(of stream: String) async throws -> UInt64 {
        let heads = try await database.query("SELECT number FROM stream_head WHERE stream = \(stream)") { row in
            try row.get("number") as Int64
        }
        return UInt64(clamping: heads.first ?? 0)
    }

    /// Drops the oldest facts, a part at a time.
    /// - Returns: whether there may be more to drop.
    func drop(olderThan age: Duration, limit: Int = 10_000) async throws -> Bool {
        let seconds = age.components.seconds
        let dropped = try await database.query(
            """
            WITH old AS (
                SELECT stream, number FROM outbox
                WHERE stored_at < clock_timestamp() - make_interval(secs => \(seconds)::int)
                ORDER BY stored_at LIMIT \(limit)::int
            ), gone AS (
                DELETE FROM outbox USING old
                WHERE outbox.stream = old.stream AND outbox.number = old.number
                RETURNING outbox.stream, outbox.number
            ), heads AS (
                UPDATE stream_head SET oldest = greatest(oldest, last.number + 1)
                FROM (SELECT stream, max(number) AS number FROM gone GROUP BY stream) AS last
                WHERE stream_head.stream = last.stream
            )
            SELECT count(*)::int AS count FROM gone
            """
        ) { try $0.get("count") as Int }
        return dropped.first == limit
    }

    /// Drops the heads of streams whose facts are all dropped and whose process was succeeded: nobody adds to them.
    func dropDeadStreams() async throws {
        try await database.run(
            """
            DELETE FROM stream_head AS dead
            WHERE dead.oldest > dead.number AND position('@' IN dead.stream) > 0
                AND NOT EXISTS (SELECT FROM outbox WHERE outbox.stream = dead.stream)
                AND EXISTS (
                    SELECT FROM stream_head AS newer
                    WHERE split_part(newer.stream, '@', 1) = split_part(dead.stream, '@', 1)
                        AND newer.stream COLLATE "C" > dead.stream COLLATE "C")
            """)
    }

    @Sendable private static func envelope(_ row: Row) throws -> Envelope {
        Envelope(
            type: try row.get("topic"), version: try row.get("version"), stream: try row.get("stream"),
            number: UInt64(clamping: try row.get("number") as Int64), tenant: try row.get("tenant"),
            subject: try row.get("subject"), time: Timestamp(microseconds: try row.get("time")),
            trace: try row.get("trace"), body: Data((try row.get("body") as String).utf8))
    }
}
