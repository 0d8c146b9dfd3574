import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/v1/recordings`: what was said, as WAV.
struct RecordingRoutes {
    let recordings: RecordingStore
    /// What this instance has not brought there yet.
    let notes: WriteBehind<RecordingID, OwnedRecording>
    /// Where this instance writes.
    let directory: String
    let instance: InstanceID

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/recordings/{id}/details", "What is known of a recording", .agent, use: details),
            .raw(
                .get, "/v1/recordings/{id}", "A recording: A-law WAV, customer left, agent right", .agent,
                produces: "audio/wav", use: download),
        ]
    }

    @Sendable func details(_ call: APICall<Nothing>) async throws -> Recording {
        try await find(call)
    }

    private func find(_ call: APICall<Nothing>) async throws -> Recording {
        let (id, tenant) = (try call.path("id", as: RecordingID.self), try call.tenant)
        if let noted = notes.pending(id), noted.tenant == tenant { return noted.recording }
        return try await recordings.find(id, tenant: tenant)
    }

    /// Answers `Range: bytes=a-b` with 206, so that a player may jump.
    @Sendable func download(_ call: APICall<Nothing>) async throws -> Response {
        let recording = try await find(call)
        guard recording.state != .writing else {
            throw Failure(.conflict, "The recording \(recording.id) is not finished.", code: "recording_open")
        }
        guard recording.instance == instance.description else {
            throw Failure(.unavailable, "The recording is held by \(recording.instance).", code: "elsewhere")
        }
        // One with a problem too: what there is of it may be all that there is.
        let found = try await Disk.run { [directory] in RecordedFile(directory, recording.file) }
        guard let file = found else {
            throw Failure(.notFound, "Nothing of the recording \(recording.id) was kept.", code: "recording_lost")
        }
        let range = ByteRange(call.request.headers[.range], of: file.size)
        var headers: HTTPFields = [.contentType: "audio/wav", .acceptRanges: "bytes"]
        if let range {
            headers[.contentRange] = "bytes \(range.bytes.lowerBound)-\(range.bytes.upperBound - 1)/\(file.size)"
        }
        let bytes = range?.bytes ?? 0..<file.size
        return Response(
            status: range == nil ? .ok : .partialContent, headers: headers,
            body: ResponseBody(contentLength: bytes.count) { writer in
                try await file.send(bytes) { piece in
                    try await writer.write(ByteBuffer(bytes: piece))
                }
                try await writer.finish(nil)
            })
    }
}

/// One range of a file that a request asks for. Several ranges, or what cannot be read, count as none (RFC 9110 §14.2).
struct ByteRange: Equatable {
    let bytes: Range<Int>

    init?(_ header: String?, of size: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(","), size > 0 else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?) where first <= last && first < size: bytes = first..<min(last, size - 1) + 1
        case (let first?, nil) where ends[1].isEmpty && first >= 0 && first < size: bytes = first..<size
        case (nil, let length?) where ends[0].isEmpty && length > 0: bytes = max(0, size - min(length, size))..<size
        default: return nil
        }
    }
}

/// A recording on disk, read piece by piece.
struct RecordedFile: Sendable {
    private let path: String
    let size: Int

    /// Nil if there is no such file below the directory.
    init?(_ directory: String, _ name: String) {
        guard !name.contains(".."), !name.hasPrefix("/") else { return nil }
        path = directory + "/" + name
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int else { return nil }
        self.size = size
    }

    /// Hands on the bytes, 64 KiB at most at a time.
    func send(_ bytes: Range<Int>, to write: (Data) async throws -> Void) async throws {
        let handle = try await Disk.run { [path] in
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try handle.seek(toOffset: UInt64(max(0, bytes.lowerBound)))
            return handle
        }
        defer { try? handle.close() }
        var left = bytes.count
        while left > 0 {
            let count = min(left, 65_536)
            guard let piece = try await Disk.run({ try handle.read(upToCount: count) }), !piece.isEmpty else { return }
            left -= piece.count
            try await write(piece)
        }
    }
}
