import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import RTP
import ServiceKit

/// A text that is to become a prompt.
struct PromptText: Codable, Sendable {
    /// Up to 2000 characters.
    let text: String
    /// `zh` or `en`.
    let language: String
}

/// Prompts one after the other.
struct Playlist: Codable, Sendable, Equatable {
    let name: String
    let prompts: [String]
}

/// What a playlist is to hold: 1 to 100 names of prompts.
struct PlaylistItems: Codable, Sendable { let prompts: [String] }

/// `/v1/prompts`, `/v1/playlists`, `/v1/sound-settings`: what callers hear. For an operator who names no tenant, the
/// platform's own, which every tenant hears that has nothing of the name.
struct PromptRoutes {
    private static let largest = 16 << 20
    private static let longest: Duration = .seconds(1_800)

    let store: StoredPromptStore
    let keeper: SwitchBookKeeper
    let shelf: PromptShelf
    let prompts: PromptStore

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/prompts", "List the prompts, newest versions", .flowManage, use: list),
            .raw(
                .put, "/v1/prompts/{name}",
                "Upload a prompt as its next version: WAV of PCM 16 bits, A-law or µ-law, up to 16 MiB and half an hour",
                .flowManage, accepts: "audio/wav", produces: "application/json", use: upload),
            APIRoute(
                .post, "/v1/prompts/{name}/speech", "Make a prompt from text, as its next version", .flowManage,
                use: speak),
            .raw(
                .get, "/v1/prompts/{name}/sound", "A prompt's newest version as WAV", .flowManage,
                produces: "audio/wav",
                use: sound),
            APIRoute(
                .delete, "/v1/prompts/{name}",
                "Remove a prompt that no playlist and no setting names; calls that play it go on", .flowManage,
                use: remove),
            APIRoute(.get, "/v1/playlists", "List the playlists", .flowManage, use: playlists),
            APIRoute(
                .put, "/v1/playlists/{name}",
                "Make or change a playlist; it is played wherever a prompt's name may stand",
                .flowManage, use: putPlaylist),
            APIRoute(.delete, "/v1/playlists/{name}", "Remove a playlist", .flowManage, use: removePlaylist),
            APIRoute(.get, "/v1/sound-settings", "Music and ring-back tone", .flowManage, use: settings),
            APIRoute(.put, "/v1/sound-settings", "Change music and ring-back tone", .flowManage, use: putSettings),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<StoredPrompt> {
        let book = try await store.book().prompts[try call.tenantOrPlatform] ?? [:]
        return Page(items: book.values.sorted { $0.name < $1.name })
    }

    @Sendable func upload(_ call: APICall<Nothing>) async throws -> Response {
        let name = try name(call)
        let buffer = try await call.bytes(upTo: Self.largest)
        let made = try await keep(Data(buffer.readableBytesView), name, nil, call)
        return Response(
            status: .created, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(made))))
    }

    @Sendable func speak(_ call: APICall<PromptText>) async throws -> StoredPrompt {
        let name = try name(call)
        guard !call.body.text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
            throw Failure(.invalid, "There is nothing to say.", code: "nothingToSay")
        }
        let source = try await prompts.prompt(.speech(call.body.text, language: call.body.language))
        let clip = source.clips.reduce(into: PromptClip(law: .aLaw, samples: [])) { whole, clip in
            whole.samples += clip.law == .aLaw ? clip.samples : G711.aLaw.encode(clip.law.decode(clip.samples))
        }
        return try await keep(clip.wav, name, call.body, call)
    }

    private func keep<Body>(
        _ wav: Data, _ name: String, _ text: PromptText?, _ call: APICall<Body>
    ) async throws -> StoredPrompt {
        let file: WAVFile
        do {
            file = try WAVFile([UInt8](wav))
        } catch {
            throw Failure(.invalid, "The prompt cannot be used: \(error).", code: "not_wav")
        }
        guard let clip = PromptClip(file), !clip.samples.isEmpty else {
            throw Failure(.invalid, "The prompt is empty, or has a sample rate that cannot be used.", code: "not_wav")
        }
        guard clip.duration <= Self.longest else {
            throw Failure(.invalid, "The prompt is longer than half an hour.", code: "promptTooLong")
        }
        // As it is played: no sound is lost a second time.
        let kept = clip.wav
        let made = try await store.insert(
            NewPrompt(
                name: name, wav: kept, sha256: PromptShelf.hash(kept), milliseconds: clip.samples.count / 8,
                text: text?.text, language: text?.language, by: call.identity.user),
            tenant: try call.tenantOrPlatform)
        await keeper.refreshNow()
        return made
    }

    @Sendable func sound(_ call: APICall<Nothing>) async throws -> Response {
        let name = try name(call)
        guard let prompt = try await store.book().prompts[try call.tenantOrPlatform]?[name] else {
            throw Failure(.notFound, "There is no prompt \(name).")
        }
        let wav = try await store.sound(prompt)
        return Response(
            status: .ok, headers: [.contentType: "audio/wav"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: wav)))
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await store.remove(try name(call), tenant: try call.tenantOrPlatform)
        await keeper.refreshNow()
        return Nothing()
    }

    @Sendable func playlists(_ call: APICall<Nothing>) async throws -> Page<Playlist> {
        let lists = try await store.book().playlists[try call.tenantOrPlatform] ?? [:]
        return Page(items: lists.map { Playlist(name: $0.key, prompts: $0.value) }.sorted { $0.name < $1.name })
    }

    @Sendable func putPlaylist(_ call: APICall<PlaylistItems>) async throws -> Playlist {
        let (name, tenant) = (try name(call), try call.tenantOrPlatform)
        guard (1...100).contains(call.body.prompts.count) else {
            throw Failure(.invalid, "A playlist has 1 to 100 prompts.", code: "playlistInvalid")
        }
        let book = try await store.book()
        // A prompt of the same name would be played by nobody.
        guard book.prompts[tenant]?[name] == nil else {
            throw Failure(.conflict, "There is a prompt \(name) already.", code: "name_taken")
        }
        for item in call.body.prompts where book.prompt(item, of: tenant) == nil {
            throw Failure(.invalid, "There is no prompt \(item).", code: "prompt_unknown")
        }
        try await store.putPlaylist(name, call.body.prompts, tenant: tenant)
        await keeper.refreshNow()
        return Playlist(name: name, prompts: call.body.prompts)
    }

    @Sendable func removePlaylist(_ call: APICall<Nothing>) async throws -> Nothing {
        try await store.removePlaylist(try name(call), tenant: try call.tenantOrPlatform)
        await keeper.refreshNow()
        return Nothing()
    }

    @Sendable func settings(_ call: APICall<Nothing>) async throws -> SoundSettings {
        try await store.book().settings[try call.tenantOrPlatform] ?? SoundSettings()
    }

    @Sendable func putSettings(_ call: APICall<SoundSettings>) async throws -> SoundSettings {
        try call.body.check()
        let tenant = try call.tenantOrPlatform
        let book = try await store.book()
        for name in [call.body.music, call.body.ringback?.prompt].compactMap(\.self)
        where book.prompt(name, of: tenant) == nil && book.playlist(name, of: tenant) == nil {
            throw Failure(.invalid, "There is no prompt or playlist \(name).", code: "prompt_unknown")
        }
        try await store.putSettings(call.body, tenant: tenant)
        await keeper.refreshNow()
        return call.body
    }

    private func name<Body>(_ call: APICall<Body>) throws -> String {
        let name = try call.path("name")
        try PromptName.check(name)
        return name
    }
}

extension PromptClip {
    /// As a WAV file of its law.
    var wav: Data {
        let head = WAVHead(samples: law == .aLaw ? .wavALaw : .wavMuLaw, channels: 1, frames: samples.count)
        return Data(head.bytes + samples + head.padding)
    }
}
