import Contracts
public import Database

/// Keeps the answers to requests with an `Idempotency-Key` in `<schema>.idempotency` for a day.
public struct StoredRepeats: RepeatStore {
    private let database: Database

    public init(_ database: Database) { self.database = database }

    /// A key that is older than a day, or whose request was cut off a minute ago, is taken as new.
    public func begin(_ key: RepeatKey) async throws -> RepeatState {
        try await database.transaction { connection in
            let taken = try connection.query(
                """
                INSERT INTO idempotency AS kept (tenant, user_id, key, request_hash)
                VALUES (\(key.tenant), \(key.user), \(key.key), \(key.requestHash))
                ON CONFLICT (tenant, user_id, key) DO UPDATE
                    SET request_hash = excluded.request_hash, begun_at = clock_timestamp(), status = NULL, body = NULL
                    WHERE kept.begun_at < clock_timestamp() - interval '24 hours'
                        OR kept.status IS NULL AND kept.begun_at < clock_timestamp() - interval '60 seconds'
                            AND kept.request_hash = excluded.request_hash
                RETURNING key
                """
            ) { _ in true }
            if !taken.isEmpty { return .new }
            let states = try connection.query(
                """
                SELECT request_hash, status, content_type, body FROM idempotency
                WHERE tenant = \(key.tenant) AND user_id = \(key.user) AND key = \(key.key)
                """
            ) { row in try Self.state(row, key) }
            return states.first ?? .underWay
        }
    }

    public func finish(_ key: RepeatKey, _ answer: KeptAnswer) async throws {
        try await database.run(
            """
            UPDATE idempotency
            SET status = \(answer.status)::int, content_type = \(answer.contentType), body = \(answer.body)
            WHERE tenant = \(key.tenant) AND user_id = \(key.user) AND key = \(key.key)
            """)
    }

    public func forget(_ key: RepeatKey) async throws {
        try await database.run(
            """
            DELETE FROM idempotency
            WHERE tenant = \(key.tenant) AND user_id = \(key.user) AND key = \(key.key) AND status IS NULL
            """)
    }

    /// Drops what is older than a day.
    func drop() async throws {
        try await database.run("DELETE FROM idempotency WHERE begun_at < clock_timestamp() - interval '24 hours'")
    }

    private static func state(_ row: Row, _ key: RepeatKey) throws -> RepeatState {
        guard try row.get("request_hash") as String == key.requestHash else { return .otherRequest }
        guard let status: Int = try row.get("status") else { return .underWay }
        return .answered(
            KeptAnswer(status: status, contentType: try row.get("content_type") ?? "", body: try row.get("body")))
    }
}
