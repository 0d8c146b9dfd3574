import Contracts
import RTP

extension RecordingParts {
    /// How often, and how long apart, a recording is looked for that ended just now.
    private static let looks = 30
    private static let betweenLooks = Duration.milliseconds(100)
    /// Ten minutes of two channels; nobody listens to more before he keeps it.
    private static let mostBytes = 20 << 20

    /// What the caller said, as a prompt: he hears his message before it is kept.
    /// - Throws: `Failure` if there is no such recording of the tenant's here, or it does not end.
    func clip(_ id: RecordingID, tenant: TenantID) async throws -> PromptClip {
        var problem: any Error = Failure(.unavailable, "The recording \(id) is not finished.", code: "recording_open")
        for _ in 0..<Self.looks {
            do {
                let recording = try await find(id, tenant: tenant)
                if recording.state != .expected, recording.state != .writing {
                    return try await clip(of: OwnedRecording(tenant: tenant, recording: recording))
                }
            } catch {
                // Its row may be still to come, or its file on the way into its format.
                problem = error
            }
            try await Task.sleep(for: Self.betweenLooks)
        }
        throw problem
    }

    private func clip(of owned: OwnedRecording) async throws -> PromptClip {
        let recording = owned.recording
        guard recording.state != .deleted, recording.instance == instance.description else {
            throw Failure(.notFound, "The recording \(recording.id) is not here.")
        }
        return try await Disk.run { [place] in
            let sound = try PlayableSound(owned, in: place)
            guard sound.count <= Self.mostBytes else { throw Failure(.invalid, "The recording is too long.") }
            var pieces = sound.pieces(0..<sound.count)
            var bytes: [UInt8] = []
            while let piece = try pieces.next() { bytes += piece }
            let file = try WAVFile(bytes)
            // The customer is on the left.
            return PromptClip(law: .aLaw, samples: G711.aLaw.encode(file.samples(channel: 0)))
        }
    }
}
