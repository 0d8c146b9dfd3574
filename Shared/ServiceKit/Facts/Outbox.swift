import Bus
public import Contracts
public import Database
import Foundation

/// The tables that facts, cursors and idempotency keys live in, in each service's own schema.
///
/// They belong to the service as a whole, not to one tenant, hence their column `tenant` and no row-level security.
public enum Outbox {
    public static let migrations = [
        Migration(
            "0000 outbox",
            """
            -- How far each stream of this service has come. Updated by the last statement of a transaction, so that the
            -- row's lock makes the order of numbers the order of commits.
            CREATE TABLE stream_head (
                stream text PRIMARY KEY,
                number bigint NOT NULL,
                -- The oldest fact that is still kept.
                oldest bigint NOT NULL DEFAULT 1
            );
            CREATE TABLE outbox (
                stream    text NOT NULL,
                number    bigint NOT NULL,
                topic     text NOT NULL,
                version   int NOT NULL,
                tenant    text,
                subject   text NOT NULL,
                time      bigint NOT NULL,
                trace     text,
                body      text NOT NULL,
                stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (stream, number)
            );
            CREATE INDEX outbox_stored_at ON outbox (stored_at);
            -- How far this service's subscribers have come in the streams of others.
            CREATE TABLE bus_cursor (
                subscriber text NOT NULL,
                stream     text NOT NULL,
                number     bigint NOT NULL,
                PRIMARY KEY (subscriber, stream)
            );
            CREATE TABLE idempotency (
                tenant       text NOT NULL,
                user_id      text NOT NULL,
                key          text NOT NULL,
                request_hash text NOT NULL,
                begun_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
                status       int,
                content_type text,
                body         bytea,
                PRIMARY KEY (tenant, user_id, key)
            );
            CREATE INDEX idempotency_begun_at ON idempotency (begun_at);
            """)
    ]
}

extension Connection {
    /// Makes a fact true with the rest of this transaction: numbers it and puts it into the outbox, from where
    /// ``OutboxRelay`` sends it after the commit. Both are done as the last act of the transaction, whenever this is called:
    /// the number is locked from then to the commit, and every other publisher of the instance waits for that.
    ///
    /// The stream is the instance (`crm/1`), which every connection carries as its application name.
    /// - Throws: `Failure.invalid` for a fact too large for the bus, which undoes the transaction: once it were kept, every
    ///   follower would wait for it for ever.
    public func publish(_ fact: some Fact, tenant: TenantID?, time: Timestamp = .now()) throws {
        let envelope = try Envelope(fact, tenant: tenant, time: time)
        guard envelope.fitsTheBus else {
            throw Failure(.invalid, "This is too large to be told to the other services.", code: "fact_too_large")
        }
        try beforeCommit(
            """
            WITH head AS (
                INSERT INTO stream_head AS head (stream, number) VALUES (current_setting('application_name'), 1)
                ON CONFLICT (stream) DO UPDATE SET number = head.number + 1
                RETURNING stream, number
            )
            INSERT INTO outbox (stream, number, topic, version, tenant, subject, time, trace, body)
            SELECT stream, number, \(envelope.type), \(envelope.version)::int, \(tenant?.rawValue as String?), \(envelope.subject),
                   \(time.microseconds)::bigint, \(envelope.trace as String?),
                   \(String(decoding: envelope.body, as: UTF8.self))
            FROM head
            """)
    }
}
