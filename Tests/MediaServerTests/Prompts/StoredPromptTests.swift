import Contracts
import Database
import Foundation
import Hummingbird
import Logging
import RTP
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

/// Prompts that tenants keep: uploaded, made from text, listed, played, removed.
@Suite(.timeLimit(.minutes(2))) struct StoredPromptTests {
    struct Studio {
        let store: StoredPromptStore
        let keeper: SwitchBookKeeper
        let shelf: PromptShelf
        let prompts: PromptStore
        let directory: URL
    }

    private func withStudio(_ body: (Studio) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "studio-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withDatabase("media", MediaServer.schema) { database in
            let store = StoredPromptStore(database: database)
            let keeper = SwitchBookKeeper(database: database, log: log)
            let shelf = PromptShelf(
                directory.appending(path: "stored"), book: { keeper.current.sounds }, fetch: store.sound, log: log)
            let prompts = PromptStore(
                PromptConfiguration(directory: directory, cache: directory.appending(path: "speech")), shelf: shelf,
                log: log)
            try await body(
                Studio(store: store, keeper: keeper, shelf: shelf, prompts: prompts, directory: directory))
        }
    }

    private func tone(_ frequency: Double, milliseconds: Int, law: G711 = .aLaw) -> PromptClip {
        PromptSource.tone(frequency, milliseconds: milliseconds, law: law).clips.first
            ?? PromptClip(law: law, samples: [])
    }

    private func put(_ name: String, _ clip: PromptClip, in studio: Studio, tenant: TenantID = "t") async throws {
        let wav = clip.wav
        _ = try await studio.store.insert(
            NewPrompt(
                name: name, wav: wav, sha256: PromptShelf.hash(wav), milliseconds: clip.samples.count / 8, text: nil,
                language: nil, by: "boss"), tenant: tenant)
        try await studio.keeper.refresh()
    }

    @Test func `a prompt is played by its tenant, and the platform's by all who have none of the name`() async throws {
        try await withStudio { studio in
            try await put("welcome", tone(440, milliseconds: 100), in: studio, tenant: .all)
            try await put("welcome", tone(600, milliseconds: 200, law: .muLaw), in: studio)
            let own = try await studio.prompts.prompt(.file("welcome"), tenant: "t")
            #expect(own.clips == [tone(600, milliseconds: 200, law: .muLaw)])
            let others = try await studio.prompts.prompt(.file("welcome"), tenant: "other")
            #expect(others.clips == [tone(440, milliseconds: 100)])
            // It is on this machine's disk now.
            let files = try FileManager.default.contentsOfDirectory(
                atPath: studio.directory.appending(path: "stored").path)
            #expect(files.count == 2)
        }
    }

    @Test func `a leg keeps the version that it began with, a new one has the newest`() async throws {
        try await withStudio { studio in
            try await put("menu", tone(440, milliseconds: 100), in: studio)
            let first = try await studio.prompts.prompt(.file("menu"), tenant: "t", leg: "old")
            try await put("menu", tone(600, milliseconds: 100), in: studio)
            let kept = try await studio.prompts.prompt(.file("menu"), tenant: "t", leg: "old")
            #expect(kept == first)
            let fresh = try await studio.prompts.prompt(.file("menu"), tenant: "t", leg: "new")
            #expect(fresh != first)
            studio.prompts.forget("old")
            let after = try await studio.prompts.prompt(.file("menu"), tenant: "t", leg: "old")
            #expect(after == fresh)
        }
    }

    @Test func `a playlist is its prompts in order, and music and ring-back are what the tenant says`() async throws {
        try await withStudio { studio in
            let (one, two) = (tone(440, milliseconds: 100), tone(600, milliseconds: 200))
            try await put("one", one, in: studio)
            try await put("two", two, in: studio)
            try await studio.store.putPlaylist("both", ["two", "one", "gone", "two"], tenant: "t")
            let house = try await studio.prompts.prompt(.music, tenant: "t")
            try await studio.store.putSettings(
                SoundSettings(
                    music: "both",
                    ringback: .init(frequencies: [440, 480], onMilliseconds: 2_000, offMilliseconds: 4_000)),
                tenant: "t")
            try await studio.keeper.refresh()
            let music = try await studio.prompts.prompt(.music, tenant: "t")
            #expect(music.clips == [two, one, two])
            let ringback = try await studio.prompts.prompt(.ringback, tenant: "t")
            #expect(ringback.duration == .seconds(6))
            let samples = ringback.clips.first.map { $0.law.decode($0.samples) } ?? []
            #expect(Goertzel.share(of: 440, in: samples.prefix(16_000)) > 0.3)
            #expect(Goertzel.share(of: 480, in: samples.prefix(16_000)) > 0.3)
            let others = try await studio.prompts.prompt(.music, tenant: "other")
            #expect(others == house)
            // What cannot be played gives way to the music of the house.
            try await studio.store.putSettings(SoundSettings(music: "nowhere"), tenant: "t")
            try await studio.keeper.refresh()
            let fallback = try await studio.prompts.prompt(.music, tenant: "t")
            #expect(fallback == house)
        }
    }

    @Test func `ten versions are kept, and a sound that was changed on disk is fetched anew`() async throws {
        try await withStudio { studio in
            for index in 1...12 { try await put("menu", tone(300 + Double(index) * 50, milliseconds: 50), in: studio) }
            let newest = try #require(studio.keeper.current.sounds.prompt("menu", of: "t"))
            #expect(newest.version == 12)
            let count = try await studio.store.database.query("SELECT count(*) AS count FROM media.prompt", tenant: "t")
            {
                try $0.get("count") as Int
            }
            #expect(count == [10])
            let clip = try await studio.shelf.clip(newest)
            let file = studio.directory.appending(path: "stored/\(newest.sha256).wav")
            try Data("rubbish".utf8).write(to: file)
            let again = try await studio.shelf.clip(newest)
            #expect(again == clip)
        }
    }

    @Test func `prompts are uploaded, made from text, listed, heard, and removed when nobody names them`() async throws
    {
        try await withStudio { studio in
            let routes = PromptRoutes(
                store: studio.store, keeper: studio.keeper, shelf: studio.shelf, prompts: studio.prompts
            ).routes
            try await withDesk(roles: ["configurator"], permissions: ["flow.manage"]) {
                APIServer(service: "media-server", routes: routes, tokens: $0)
            } _: { desk in
                let file = studio.directory.appending(path: "up.wav")
                try FileManager.default.createDirectory(at: studio.directory, withIntermediateDirectories: true)
                // 16 kHz PCM, as any editor makes it.
                _ = try run("sox", ["-n", "-r", "16000", "-b", "16", file.path, "synth", "1", "sine", "700"])
                let made = try await desk.upload("/v1/prompts/hello", Data(contentsOf: file))
                #expect(made.status == 201)
                let prompt = try made.decode(StoredPrompt.self)
                #expect(prompt.version == 1 && prompt.milliseconds == 1_000)
                let refused = try await desk.upload("/v1/prompts/hello", Data("no sound".utf8))
                #expect(refused.status == 400)
                #expect(refused.text.contains("not_wav"))
                try await desk.gets(404, "GET", "/v1/prompts/gone/sound")
                let wav = try await desk.send("GET", "/v1/prompts/hello/sound").data
                let heard = try WAVFile([UInt8](wav))
                #expect(heard.format == WAVFormat(.aLaw))
                #expect(Goertzel.share(of: 700, in: heard.samples()) > 0.9)

                let spoken = try await desk.send(
                    "POST", "/v1/prompts/spoken/speech", #"{"text": "欢迎致电", "language": "zh"}"#
                ).decode(StoredPrompt.self)
                #expect(spoken.text == "欢迎致电")
                #expect(spoken.milliseconds > 300)
                try await desk.gets(400, "POST", "/v1/prompts/spoken/speech", #"{"text": " ", "language": "zh"}"#)

                try await desk.gets(400, "PUT", "/v1/playlists/day", #"{"prompts": ["hello", "nobody"]}"#)
                try await desk.gets(409, "PUT", "/v1/playlists/hello", #"{"prompts": ["spoken"]}"#)
                try await desk.gets(200, "PUT", "/v1/playlists/day", #"{"prompts": ["hello", "spoken"]}"#)
                try await desk.gets(200, "PUT", "/v1/sound-settings", #"{"music": "day"}"#)
                try await desk.gets(400, "PUT", "/v1/sound-settings", #"{"ringback": {"frequencies": [1]}}"#)
                try await desk.gets(400, "PUT", "/v1/sound-settings", #"{"music": "nobody"}"#)
                try await desk.gets(409, "DELETE", "/v1/prompts/hello")
                try await desk.gets(204, "DELETE", "/v1/playlists/day")
                try await desk.gets(204, "DELETE", "/v1/prompts/hello")
                let left = try await desk.send("GET", "/v1/prompts").decode(Page<StoredPrompt>.self)
                #expect(left.items.map(\.name) == ["spoken"])
            }
        }
    }

    @Test func `a speech service speaks, and when it does not answer the speech program does`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "studio-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let wav = tone(600, milliseconds: 400).wav
        let service = APIRoute.raw(.get, "/speak", "Speaks", .open, produces: "audio/wav") { call in
            guard call.query("text") == "你好 1&2", call.query("language") == "zh",
                call.request.headers[.authorization] == "Key 1"
            else { throw Failure(.invalid, "Not what was asked.") }
            return Response(status: .ok, body: .init(byteBuffer: .init(bytes: wav)))
        }
        let server = APIServer(
            service: "speech", routes: [service], tokens: TokenVerifier(try await TokenSigner(keyID: "x")))
        try await withServer(server) { port in
            var settings = PromptConfiguration(directory: directory, cache: directory.appending(path: "speech"))
            settings.provider = SpeechProvider(
                address: "http://127.0.0.1:\(port)/speak?text={text}&language={language}", authorization: "Key 1",
                patience: .seconds(10))
            #expect(settings.provider != nil)
            let prompts = PromptStore(settings, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let asked = try await prompts.prompt(.speech("你好 1&2", language: "zh"))
            #expect(asked.clips == [tone(600, milliseconds: 400)])
            let refused = try await prompts.prompt(.speech("other", language: "en"))
            #expect(refused.duration > .milliseconds(200))
        }
        #expect(SpeechProvider(address: "ftp://x/{text}", authorization: nil, patience: .seconds(1)) == nil)
        #expect(SpeechProvider(address: "http://x/", authorization: nil, patience: .seconds(1)) == nil)
    }
}
