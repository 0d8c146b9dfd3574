import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// How loud a recording is over its length, in equal parts: 0…255 each, for a picture of it.
struct RecordingPicture: Codable, Sendable, Equatable {
    let durationMicroseconds: Int64
    /// The customer; with a mixed recording, too.
    let left: [Int]
    /// The agents.
    let right: [Int]
}

/// `/v1/recordings`: what was said, found and played.
struct RecordingRoutes {
    let parts: RecordingParts

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/recordings", "Search recordings, newest first; without `recording.play` one's own",
                .signedIn,
                parameters: Self.filters + .page, use: search),
            APIRoute(
                .get, "/v1/recordings/{id}/details", "What is known of a recording", .signedIn, use: details),
            APIRoute(
                .get, "/v1/recordings/{id}/peaks", "How loud a recording is over its length, in up to 1000 parts",
                .signedIn, use: peaks),
            .raw(
                .get, "/v1/recordings/{id}", "A recording as WAV, with byte ranges; customer left, agent right",
                .signedIn, produces: "audio/wav", use: play),
            .raw(
                .get, "/v1/recordings/{id}/file", "A recording in the format it is kept in, in the clear",
                .recordingPlay, produces: "application/octet-stream", use: export),
        ]
    }

    static let filters: [APIParameter] = [
        .text("from", "Begun at or after, RFC 3339 or microseconds."), .text("to", "Begun before."),
        .text("answeredFrom", "Answered at or after."), .text("answeredTo", "Answered before."),
        .text("number", "The customer's number, or its beginning with `*` behind."),
        .text("line", "The access number."), .text("agent", "Of this agent."), .text("queue", "Through this queue."),
        .text("call", "Of this call."), .choice("state", Recording.State.self, "In this state."),
        .choice("marked", Flag.self, "Marked or not."),
    ]

    enum Flag: String, CaseIterable { case yes = "true", no = "false" }

    @Sendable func search(_ call: APICall<Nothing>) async throws -> Page<Recording> {
        var filter = RecordingFilter()
        filter.from = try call.time("from")
        filter.to = try call.time("to")
        filter.answeredFrom = try call.time("answeredFrom")
        filter.answeredTo = try call.time("answeredTo")
        filter.number = call.query("number")
        filter.line = call.query("line")
        filter.agent = try call.query("agent", as: AgentID.self)
        filter.queue = try call.query("queue", as: QueueID.self)
        filter.call = try call.query("call", as: CallID.self)
        filter.state = try call.query("state", as: Recording.State.self)
        filter.isMarked = try call.query("marked", as: Flag.self).map { $0 == .yes }
        if !Access.recordingPlay.admits(call.identity) { filter.agent = AgentID(rawValue: call.identity.user.rawValue) }
        return try await parts.store.search(filter, call.page(), tenant: try call.tenant)
    }

    @Sendable func details(_ call: APICall<Nothing>) async throws -> Recording { try await find(call).recording }

    @Sendable func peaks(_ call: APICall<Nothing>) async throws -> RecordingPicture {
        let owned = try await find(call)
        guard let data = try await parts.store.peaks(owned.recording.id, tenant: owned.tenant) else {
            throw Failure(.conflict, "The recording \(owned.recording.id) is not finished.", code: "recording_open")
        }
        let half = data.count / 2
        return RecordingPicture(
            durationMicroseconds: owned.recording.durationMicroseconds ?? 0, left: data.prefix(half).map { Int($0) },
            right: data.suffix(half).map { Int($0) })
    }

    /// - Throws: `Failure.notFound`, also for another agent's: that it exists is not his business.
    private func find(_ call: APICall<Nothing>) async throws -> OwnedRecording {
        let (id, tenant) = (try call.path("id", as: RecordingID.self), try call.tenant)
        let recording = try await parts.find(id, tenant: tenant)
        let user = call.identity.user
        var isHis = Access.recordingPlay.admits(call.identity) || recording.about?.agentID?.rawValue == user.rawValue
        // A message is heard by whoever is to deal with it.
        if !isHis { isHis = try await parts.voicemails.isFor(user, id, tenant: tenant) }
        guard isHis else { throw Failure(.notFound, "There is no recording \(id).") }
        return OwnedRecording(tenant: tenant, recording: recording)
    }

    /// Answers `Range: bytes=a-b` with 206, so that a player may jump, and a range beyond the end with 416.
    @Sendable func play(_ call: APICall<Nothing>) async throws -> Response {
        let owned = try await find(call)
        let sound = try await open(owned) { [place = parts.place] in try PlayableSound(owned, in: place) }
        let range = try ByteRange(call.request.headers[.range], of: sound.count)
        // Told once a play, not once a jump.
        if range?.bytes.lowerBound ?? 0 == 0 {
            tell(.played, owned, call)
            try await parts.voicemails.heard(owned.recording.id, by: call.identity.user, tenant: owned.tenant)
        }
        return Self.answer(sound.count, range, "audio/wav") { sound.pieces($0) }
    }

    /// The file itself, for who takes it elsewhere.
    @Sendable func export(_ call: APICall<Nothing>) async throws -> Response {
        let owned = try await find(call)
        guard owned.recording.state == .verified || owned.recording.state == .stored else {
            throw Failure(.conflict, "The recording \(owned.recording.id) is not finished.", code: "recording_open")
        }
        let bytes = try await open(owned) { [place = parts.place] in
            guard let path = place.path(of: owned.recording) else { throw FileError("The row names no file.") }
            return try place.open(path, owned.owner)
        }
        let range = try ByteRange(call.request.headers[.range], of: bytes.count)
        if range?.bytes.lowerBound ?? 0 == 0 { tell(.exported, owned, call) }
        return Self.answer(bytes.count, range, owned.recording.format.mediaType) { range in
            SoundPieces(range) { try bytes.read($0) }
        }
    }

    private func tell(_ act: RecordingHandled.Act, _ owned: OwnedRecording, _ call: APICall<Nothing>) {
        parts.publish(
            RecordingHandled(recordingID: owned.recording.id, act: act, by: call.identity.user), owned.tenant)
    }

    /// Opens a file, or says why not.
    private func open<Opened: Sendable>(
        _ owned: OwnedRecording, _ open: @escaping @Sendable () throws -> Opened
    ) async throws -> Opened {
        let recording = owned.recording
        switch recording.state {
        case .expected, .writing:
            throw Failure(.conflict, "The recording \(recording.id) is not finished.", code: "recording_open")
        case .deleted:
            throw Failure(.notFound, "The recording \(recording.id) was deleted.", code: "recording_deleted")
        default: break
        }
        guard recording.instance == parts.instance.description else {
            throw Failure(
                .unavailable, "The recording is held by \(recording.instance ?? "nobody").", code: "elsewhere")
        }
        do {
            return try await Disk.run(open)
        } catch let error as SealError {
            parts.log.error(
                "recording cannot be opened", metadata: ["recording.id": "\(recording.id)", "error": "\(error)"])
            throw Failure(.conflict, "\(error)", code: "recording_damaged")
        } catch is FileError {
            throw Failure(.notFound, "Nothing of the recording \(recording.id) was kept.", code: "recording_lost")
        }
    }

    private static func answer(
        _ count: Int, _ range: ByteRange?, _ mediaType: String, pieces: @escaping @Sendable (Range<Int>) -> SoundPieces
    ) -> Response {
        var headers: HTTPFields = [.contentType: mediaType, .acceptRanges: "bytes", .cacheControl: "private, no-store"]
        if let range {
            headers[.contentRange] = "bytes \(range.bytes.lowerBound)-\(range.bytes.upperBound - 1)/\(count)"
        }
        let bytes = range?.bytes ?? 0..<count
        return Response(
            status: range == nil ? .ok : .partialContent, headers: headers,
            body: ResponseBody(contentLength: bytes.count) { writer in
                var rest = pieces(bytes)
                while true {
                    let current = rest
                    let (piece, after) = try await Disk.run {
                        var next = current
                        return (try next.next(), next)
                    }
                    guard let piece else { break }
                    rest = after
                    try await writer.write(ByteBuffer(bytes: piece))
                }
                try await writer.finish(nil)
            })
    }
}

/// One range of a file that a request asks for (RFC 9110 §14). Several ranges, or what cannot be read, count as none.
struct ByteRange: Equatable {
    let bytes: Range<Int>

    /// Nil for no range.
    /// - Throws: 416 for one that holds nothing of the file.
    init?(_ header: String?, of size: Int) throws {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (let first?, let last?) where first <= last:
            guard first < size else { throw Self.beyond(size) }
            bytes = first..<(min(last, size - 1) + 1)
        case (let first?, nil) where ends[1].isEmpty:
            guard first < size else { throw Self.beyond(size) }
            bytes = first..<size
        case (nil, let length?) where ends[0].isEmpty:
            guard length > 0, size > 0 else { throw Self.beyond(size) }
            bytes = max(0, size - min(length, size))..<size
        default: return nil
        }
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private static func beyond(_ size: Int) -> HTTPFailure {
        HTTPFailure(
            Failure(.invalid, "The recording has \(size) bytes.", code: "range_beyond_end"),
            status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(size)"])
    }
}

extension APICall {
    /// A time of the query: RFC 3339, or microseconds since 1970.
    /// - Throws: `Failure.invalid`
    func time(_ name: String) throws -> Timestamp? {
        guard let text = query(name) else { return nil }
        if let microseconds = Int64(text) { return Timestamp(microseconds: microseconds) }
        let fine = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: fine)) else {
            throw Failure(.invalid, "The parameter \(name) is a time as 2026-01-31T12:00:00Z.")
        }
        return Timestamp(date)
    }
}
