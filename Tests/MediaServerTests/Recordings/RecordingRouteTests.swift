import Contracts
import Foundation
import Logging
import RTP
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(2))) struct RecordingRouteTests {
    /// Somebody calls the routes; beside him curl, with a token.
    struct Visitor {
        let port: Int
        let token: String

        /// Status, head and body of what curl gets.
        func curl(_ path: String, _ arguments: String...) throws -> (status: Int, head: String, body: [UInt8]) {
            let name = FileManager.default.temporaryDirectory.appending(path: "curl-\(UUID().uuidString)").path
            defer {
                unlink(name)
                unlink(name + ".head")
            }
            let status = try run(
                "curl",
                ["-s", "-o", name, "-D", name + ".head", "-w", "%{http_code}", "-H", "Authorization: Bearer \(token)"]
                    + arguments + ["http://127.0.0.1:\(port)\(path)"])
            let head = String(decoding: try Data(contentsOf: URL(filePath: name + ".head")), as: UTF8.self)
            let body = (try? Data(contentsOf: URL(filePath: name))) ?? Data()
            return (Int(String(decoding: status, as: UTF8.self)) ?? 0, head.lowercased(), [UInt8](body))
        }

        func json(_ path: String, _ arguments: String...) throws -> Any? {
            let name = FileManager.default.temporaryDirectory.appending(path: "curl-\(UUID().uuidString)").path
            defer { unlink(name) }
            _ = try run(
                "curl",
                ["-s", "-o", name, "-H", "Authorization: Bearer \(token)", "-H", "Content-Type: application/json"]
                    + arguments + ["http://127.0.0.1:\(port)\(path)"])
            return try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: name)))
        }
    }

    private func withRoutes(
        format: RecordingFormat = .wavALaw, user: UserID = "boss", roles: Set<String> = ["supervisor"],
        permissions: Set<String> = ["recording.play", "recording.manage"],
        _ body: (Visitor, RecordingParts, Told, Shelf) async throws -> Void
    ) async throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        try await withDatabase("media", MediaServer.schema) { database in
            let (parts, told) = shelf.parts(database)
            var owned = try shelf.liveRecording(
                seconds: 12, format: format, layout: format.isMonoOnly ? .mixed : .stereo)
            (owned.recording, _) = try shelf.finish(owned)
            var work = RecordingConversion(format: format, layout: owned.recording.layout, frames: 96_000)
            _ = try work.run(shelf.place.live(shelf.liveRecording(seconds: 12)), into: { _ in })
            owned.peaks = work.peaks
            try await parts.store.put([owned])
            let signer = try await TokenSigner(keyID: "test")
            let identity = Identity(tenant: "t", user: user, roles: roles, permissions: permissions)
            let token = try await signer.sign(identity, id: "1", at: Date(), validFor: .seconds(60))
            let server = APIServer(
                service: "media-server",
                routes: RecordingRoutes(parts: parts).routes + RecordingCareRoutes(parts: parts).routes,
                tokens: TokenVerifier(signer))
            try await withServer(server) { port in
                try await body(Visitor(port: port, token: token), parts, told, shelf)
            }
        }
    }

    @Test(arguments: [RecordingFormat.wavALaw, .oggOpus, .wavGSM])
    func `what was recorded of the caller is a prompt, of his own side and tenant`(format: RecordingFormat) async throws
    {
        try await withRoutes(format: format) { _, parts, _, _ in
            let clip = try await parts.clip("r1", tenant: "t")
            #expect(clip.samples.count == 96_000)
            #expect(clip.samples.contains { $0 != G711.aLaw.silence })
            let store = PromptStore(
                PromptConfiguration(directory: URL(filePath: "/nowhere"), cache: URL(filePath: "/nowhere")),
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            ) { try await parts.clip($0, tenant: $1) }
            let heard = try await store.prompts([.recording("r1"), .ringback], tenant: "t")
            #expect(heard.clips.count == 2)
        }
    }

    @Test(arguments: [RecordingFormat.wavALaw, .oggOpus, .wavGSM])
    func `a recording is played from its start, its middle and its end`(format: RecordingFormat) async throws {
        try await withRoutes(format: format) { visitor, _, told, _ in
            let whole = try visitor.curl("/v1/recordings/r1")
            #expect(whole.status == 200)
            #expect(whole.head.contains("content-length: \(whole.body.count)\r\n"))
            #expect(whole.head.contains("accept-ranges: bytes"))
            #expect(whole.head.contains("content-type: audio/wav"))
            let file = try WAVFile(whole.body)
            #expect(file.frames == 96_000)
            let size = whole.body.count
            let middle = try visitor.curl("/v1/recordings/r1", "-r", "70000-70099")
            #expect(middle.status == 206)
            #expect(middle.head.contains("content-range: bytes 70000-70099/\(size)"))
            #expect(middle.body.count == 100)
            if format == .wavALaw { #expect(middle.body == Array(whole.body[70_000..<70_100])) }
            let end = try visitor.curl("/v1/recordings/r1", "-r", "-50")
            #expect(end.status == 206)
            #expect(end.body.count == 50)
            let open = try visitor.curl("/v1/recordings/r1", "-r", "\(size - 10)-")
            #expect(open.body.count == 10)
            let beyond = try visitor.curl("/v1/recordings/r1", "-r", "\(size)-")
            #expect(beyond.status == 416)
            #expect(beyond.head.contains("content-range: bytes */\(size)"))
            #expect(told.all(RecordingHandled.self).map(\.act) == [.played])
            #expect(told.all(RecordingHandled.self).first?.by == "boss")
        }
    }

    @Test func `the file itself is given in its format, in the clear`() async throws {
        try await withRoutes(format: .oggOpus) { visitor, _, told, _ in
            let file = try visitor.curl("/v1/recordings/r1/file")
            #expect(file.status == 200)
            #expect(Array(file.body.prefix(4)) == Array("OggS".utf8))
            #expect(told.all(RecordingHandled.self).map(\.act) == [.exported])
        }
    }

    @Test func `who may not play others' recordings hears his own, and does not learn of others`() async throws {
        try await withRoutes(user: "amy", roles: ["agent"], permissions: []) { visitor, _, _, _ in
            let statuses = [
                try visitor.curl("/v1/recordings/r1").status, try visitor.curl("/v1/recordings").status,
                try visitor.curl("/v1/recordings/r1/file").status,
                try visitor.curl("/v1/recordings/r1", "-X", "DELETE").status,
            ]
            #expect(statuses == [200, 200, 403, 403])
        }
        try await withRoutes(user: "bob", roles: ["agent"], permissions: []) { visitor, _, _, _ in
            for path in ["", "/details", "/peaks"] {
                #expect(try visitor.curl("/v1/recordings/r1\(path)").status == 404)
            }
            let found = try visitor.json("/v1/recordings?agent=amy") as? [String: Any]
            #expect((found?["items"] as? [Any])?.count == 0)
        }
    }

    @Test func `recordings are found, pictured, marked, backed up, moved and deleted, and all of it is told`()
        async throws
    {
        try await withRoutes { visitor, parts, told, _ in
            let found =
                try visitor.json("/v1/recordings?number=138*&from=2023-11-14T00:00:00Z&line=4001") as? [String: Any]
            #expect((found?["items"] as? [Any])?.count == 1)
            #expect(try visitor.curl("/v1/recordings?from=yesterday").status == 400)
            let picture = try visitor.json("/v1/recordings/r1/peaks") as? [String: Any]
            #expect((picture?["left"] as? [Int])?.count == 1_000)
            let marked =
                try visitor.json(
                    "/v1/recordings/r1/mark", "-X", "PUT", "-d", #"{"isMarked": true, "note": "good"}"#)
                as? [String: Any]
            #expect(marked?["note"] as? String == "good")
            let chosen =
                try visitor.json(
                    "/v1/recordings/backup", "-X", "POST", "-d", #"{"recordings": ["r1", "r9"]}"#) as? [String: Any]
            let outcomes = chosen?["outcomes"] as? [[String: Any]]
            #expect(outcomes?.map { $0["problem"] as? String } == [nil, "There is no recording r9."])
            let moved = try visitor.json("/v1/recordings/r1/move", "-X", "POST") as? [String: Any]
            #expect(moved?["place"] as? String == "backup")
            #expect(try visitor.curl("/v1/recordings/r1").status == 200)
            #expect(try visitor.curl("/v1/recordings/r1", "-X", "DELETE").status == 204)
            #expect(try visitor.curl("/v1/recordings/r1").status == 404)
            #expect(try visitor.curl("/v1/recordings/r1", "-X", "DELETE").status == 404)
            #expect(
                told.all(RecordingHandled.self).map(\.act) == [.marked, .backedUp, .moved, .played, .deleted])
        }
    }

    @Test func `what was changed on disk is not played as if nothing were`() async throws {
        try await withRoutes { visitor, parts, _, _ in
            let found = try await parts.store.find("r1", tenant: "t")
            let path = try #require(parts.place.path(of: found))
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            bytes[60] ^= 1
            try Data(bytes).write(to: URL(filePath: path))
            #expect(try visitor.curl("/v1/recordings/r1").status == 409)
            unlink(path)
            #expect(try visitor.curl("/v1/recordings/r1").status == 404)
        }
    }

    static let ranges: [(String, Range<Int>?)] = [
        ("bytes=0-0", 0..<1), ("bytes=5-", 5..<100), ("bytes=-5", 95..<100), ("bytes=-500", 0..<100),
        ("bytes=90-500", 90..<100),
        ("bytes=9223372036854775807-9223372036854775807", nil), ("bytes=5-4", nil), ("bytes=a-b", nil),
        ("bytes=0-1,5-6", nil),
        ("lines=1-2", nil), ("bytes=99999999999999999999-", nil), ("bytes=+1-2", nil), ("bytes=-", nil),
        ("bytes=-0", nil),
    ]

    @Test(arguments: RecordingRouteTests.ranges) func `a range is read as RFC 9110 says`(
        header: String, wanted: Range<Int>?
    ) {
        #expect((try? ByteRange(header, of: 100))?.bytes == wanted)
    }
}
