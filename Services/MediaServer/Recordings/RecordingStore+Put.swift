import Contracts
import Database
import Foundation

// What the switch tells of its recordings.

extension RecordingStore {
    private static let mostRows = 500

    /// Puts rows as they are now, each recording's once; what people did to them stays, and so does what was verified or deleted.
    /// One transaction, and as a rule one statement.
    func put(_ recordings: [OwnedRecording]) async throws {
        // In one order, so that nobody waits for a row of somebody who waits for him.
        let all = recordings.sorted { ($0.tenant.rawValue, $0.recording.id) < ($1.tenant.rawValue, $1.recording.id) }
        let parts = stride(from: 0, to: all.count, by: Self.mostRows).map {
            Array(all[$0..<min($0 + Self.mostRows, all.count)])
        }
        try await database.pipeline(try parts.map(Self.putting), tenant: TenantID.all.rawValue)
    }

    /// An update first: an insert that finds its row there would use up a serial number.
    private static func putting(_ all: [OwnedRecording]) throws -> SQL {
        let rows = all.map(\.recording)
        let pauses = try rows.map { $0.pauses.isEmpty ? SQLJSON(text: Data("[]".utf8)) : try SQL.json($0.pauses) }
        return """
            WITH new AS (
                SELECT * FROM unnest(
                    \(all.map(\.tenant.rawValue))::text[], \(rows.map(\.id.rawValue))::text[], \(rows.map(\.callID.rawValue))::text[],
                    \(rows.map(\.instance))::text[], \(rows.map(\.file))::text[], \(rows.map(\.state.rawValue))::text[],
                    \(rows.map(\.startedAt.date))::timestamptz[], \(rows.map(\.durationMicroseconds))::bigint[],
                    \(rows.map(\.bytes))::bigint[], \(rows.map(\.problem))::text[],
                    \(rows.map(\.endedAt?.date))::timestamptz[], \(rows.map { $0.about?.direction?.rawValue })::text[],
                    \(rows.map { $0.about?.customerNumber })::text[], \(rows.map { $0.about?.line })::text[],
                    \(rows.map { $0.about?.agentID?.rawValue })::text[], \(rows.map { $0.about?.queueID?.rawValue })::text[],
                    \(rows.map { $0.about?.campaignID?.rawValue })::text[], \(rows.map { $0.about?.answeredAt?.date })::timestamptz[],
                    \(rows.map { $0.about?.isByHand ?? false })::boolean[], \(rows.map(\.format.rawValue))::text[],
                    \(rows.map(\.layout.rawValue))::text[], \(pauses)::jsonb[], \(rows.map(\.sha256))::text[],
                    \(rows.map(\.keyID))::text[], \(all.map(\.peaks))::bytea[])
                AS new (
                    tenant_id, id, call_id, instance, file, state, started_at, duration_microseconds, bytes,
                    problem, ended_at, direction, customer_number, line, agent_id, queue_id, campaign_id,
                    answered_at, is_by_hand, format, layout, pauses, sha256, key_id, peaks)
            ), known AS (
                UPDATE media.recording SET
                    instance = new.instance, file = new.file, state = new.state, started_at = new.started_at,
                    duration_microseconds = new.duration_microseconds, bytes = new.bytes,
                    problem = new.problem, ended_at = new.ended_at, direction = new.direction,
                    customer_number = new.customer_number, line = new.line, agent_id = new.agent_id,
                    queue_id = new.queue_id, campaign_id = new.campaign_id, answered_at = new.answered_at,
                    is_by_hand = new.is_by_hand, format = new.format, layout = new.layout, pauses = new.pauses,
                    sha256 = new.sha256, key_id = new.key_id, peaks = coalesce(new.peaks, recording.peaks)
                FROM new
                WHERE recording.tenant_id = new.tenant_id AND recording.id = new.id
                    AND recording.state NOT IN ('verified', 'deleted')
            )
            INSERT INTO media.recording (
                tenant_id, id, call_id, instance, file, state, started_at, duration_microseconds, bytes,
                problem, ended_at, direction, customer_number, line, agent_id, queue_id, campaign_id,
                answered_at, is_by_hand, format, layout, pauses, sha256, key_id, peaks)
            SELECT new.* FROM new
            WHERE NOT EXISTS (
                SELECT FROM media.recording AS old WHERE old.tenant_id = new.tenant_id AND old.id = new.id)
            ON CONFLICT (tenant_id, id) DO NOTHING
            """
    }
}
