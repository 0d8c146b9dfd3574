import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// What is said with a mark.
struct RecordingMark: Codable, Sendable {
    let isMarked: Bool
    /// Up to 500 characters.
    let note: String?
}

/// Recordings chosen by hand, up to 200.
struct ChosenRecordings: Codable, Sendable { let recordings: [RecordingID] }

/// What became of each that was chosen.
struct RecordingOutcomes: Codable, Sendable, Equatable {
    struct Outcome: Codable, Sendable, Equatable {
        let recordingID: RecordingID
        /// A sentence if it was not done.
        let problem: String?
    }

    let outcomes: [Outcome]
}

/// `/v1/recordings`: marked, backed up, moved, deleted; each told as a fact with who did it.
struct RecordingCareRoutes {
    let parts: RecordingParts

    var routes: [APIRoute] {
        [
            APIRoute(
                .put, "/v1/recordings/{id}/mark",
                "Mark a recording, or take the mark off: what is marked is kept beyond its days",
                .recordingManage, use: mark),
            APIRoute(
                .post, "/v1/recordings/{id}/backup", "Copy a recording to the backup directory", .recordingManage,
                use: backUp),
            APIRoute(
                .post, "/v1/recordings/{id}/move", "Move a recording to the backup directory", .recordingManage,
                use: move),
            APIRoute(
                .post, "/v1/recordings/backup", "Copy chosen recordings to the backup directory", .recordingManage,
                use: backUpChosen),
            APIRoute(
                .delete, "/v1/recordings/{id}", "Delete a recording and its copies; its row stays", .recordingManage,
                use: delete),
        ]
    }

    private var care: RecordingCare { RecordingCare(place: parts.place, store: parts.store) }

    @Sendable func mark(_ call: APICall<RecordingMark>) async throws -> Recording {
        let (id, tenant) = (try call.path("id", as: RecordingID.self), try call.tenant)
        guard call.body.note?.count ?? 0 <= 500 else {
            throw Failure(.invalid, "A note has at most 500 characters.", code: "noteTooLong")
        }
        try await parts.store.mark(id, call.body.isMarked, note: call.body.note, tenant: tenant)
        tell(call.body.isMarked ? .marked : .unmarked, id, call)
        return try await parts.find(id, tenant: tenant)
    }

    @Sendable func backUp(_ call: APICall<Nothing>) async throws -> Recording {
        try await handle(call, .backedUp) { try await care.backUp($0) }
    }

    @Sendable func move(_ call: APICall<Nothing>) async throws -> Recording {
        try await handle(call, .moved) { try await care.move($0) }
    }

    @Sendable func backUpChosen(_ call: APICall<ChosenRecordings>) async throws -> RecordingOutcomes {
        let tenant = try call.tenant
        guard (1...200).contains(call.body.recordings.count) else {
            throw Failure(.invalid, "1 to 200 recordings are chosen.", code: "recordingsChosen")
        }
        var outcomes: [RecordingOutcomes.Outcome] = []
        for id in call.body.recordings {
            do {
                try await care.backUp(try await held(id, tenant))
                tell(.backedUp, id, call)
                outcomes.append(.init(recordingID: id, problem: nil))
            } catch {
                outcomes.append(.init(recordingID: id, problem: (error as? Failure)?.message ?? "\(error)"))
            }
        }
        return RecordingOutcomes(outcomes: outcomes)
    }

    @Sendable func delete(_ call: APICall<Nothing>) async throws -> Nothing {
        let owned = try await held(try call.path("id"), try call.tenant)
        guard owned.recording.state != .writing, owned.recording.state != .expected else {
            throw Failure(.conflict, "The recording \(owned.recording.id) is not finished.", code: "recording_open")
        }
        try await care.delete(owned)
        tell(.deleted, owned.recording.id, call)
        return Nothing()
    }

    private func handle(
        _ call: APICall<Nothing>, _ act: RecordingHandled.Act, _ work: (OwnedRecording) async throws -> Void
    ) async throws -> Recording {
        let owned = try await held(try call.path("id"), try call.tenant)
        do {
            try await work(owned)
        } catch let error as FileError {
            throw Failure(.unavailable, "The backup directory did not take it: \(error)", code: "backup_failed")
        }
        tell(act, owned.recording.id, call)
        return try await parts.store.find(owned.recording.id, tenant: owned.tenant)
    }

    /// A recording that lies here.
    private func held(_ id: RecordingID, _ tenant: TenantID) async throws -> OwnedRecording {
        let recording = try await parts.store.find(id, tenant: tenant)
        guard recording.state != .deleted else {
            throw Failure(.notFound, "The recording \(id) was deleted.", code: "recording_deleted")
        }
        guard recording.instance == nil || recording.instance == parts.instance.description else {
            throw Failure(
                .unavailable, "The recording is held by \(recording.instance ?? "nobody").", code: "elsewhere")
        }
        return OwnedRecording(tenant: tenant, recording: recording)
    }

    private func tell<Body>(_ act: RecordingHandled.Act, _ id: RecordingID, _ call: APICall<Body>) {
        guard let tenant = try? call.tenant else { return }
        call.log.notice("recording handled", metadata: ["recording.id": "\(id)", "act": "\(act.rawValue)"])
        parts.publish(RecordingHandled(recordingID: id, act: act, by: call.identity.user), tenant)
    }
}

/// `/v1/recording-policy`: how a tenant's recordings are made and kept.
struct RecordingPolicyRoutes {
    /// What is left out stays.
    struct Change: Codable, Sendable {
        let format: RecordingFormat?
        let layout: RecordingLayout?
        let pauseLeaves: PauseRest?
        let retentionDays: Int?
        /// All queues that have days of their own.
        let queueRetentionDays: [String: Int]?
        /// 0: as long as recordings.
        let faxRetentionDays: Int?
    }

    let policies: RecordingPolicyStore
    let keeper: SwitchBookKeeper
    let minimumDays: Int

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/recording-policy", "How recordings are made and how long they are kept", .agent, use: find),
            APIRoute(
                .patch, "/v1/recording-policy", "Change it; calls that are recorded already keep what was", .admin,
                use: change),
        ]
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> RecordingPolicy {
        try await policies.find(tenant: try call.tenant)
    }

    @Sendable func change(_ call: APICall<Change>) async throws -> RecordingPolicy {
        let tenant = try call.tenant
        var policy = try await policies.find(tenant: tenant)
        policy.format = call.body.format ?? policy.format
        policy.layout = call.body.layout ?? policy.layout
        policy.pauseLeaves = call.body.pauseLeaves ?? policy.pauseLeaves
        policy.retentionDays = call.body.retentionDays ?? policy.retentionDays
        policy.queueRetentionDays = call.body.queueRetentionDays ?? policy.queueRetentionDays
        if let days = call.body.faxRetentionDays { policy.faxRetentionDays = days == 0 ? nil : days }
        try policy.check(minimumDays: minimumDays)
        try await policies.put(policy, tenant: tenant)
        await keeper.refreshNow()
        return policy
    }
}
