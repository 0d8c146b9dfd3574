import Contracts
import Foundation

/// What tenants have to play, by name: known to every media server without a question to PostgreSQL. What belongs to `*` is
/// the platform's, for tenants that have nothing of the name.
struct SoundBook: Sendable, Equatable {
    /// The newest version of each prompt.
    var prompts: [TenantID: [String: StoredPrompt]] = [:]
    /// The names of their prompts, in order.
    var playlists: [TenantID: [String: [String]]] = [:]
    var settings: [TenantID: SoundSettings] = [:]

    /// A prompt of the tenant or the platform.
    func prompt(_ name: String, of tenant: TenantID?) -> StoredPrompt? {
        tenant.flatMap { prompts[$0]?[name] } ?? prompts[.all]?[name]
    }

    func playlist(_ name: String, of tenant: TenantID?) -> [String]? {
        tenant.flatMap { playlists[$0]?[name] } ?? playlists[.all]?[name]
    }

    func settings(of tenant: TenantID?) -> SoundSettings {
        tenant.flatMap { settings[$0] } ?? settings[.all] ?? SoundSettings()
    }
}

/// One version of a prompt, without its sound.
struct StoredPrompt: Codable, Sendable, Equatable {
    let tenant: TenantID
    let name: String
    /// 1 and up; calls that began with an older one keep it.
    let version: Int
    let milliseconds: Int
    /// Of the WAV file.
    let sha256: String
    /// What is said, if it was made from text, and in which language.
    let text: String?
    let language: String?
    let createdAt: Timestamp
    let createdBy: UserID
}

/// What a tenant's callers hear where nothing else is said.
struct SoundSettings: Codable, Sendable, Equatable {
    /// A prompt or playlist, from the start again when it ends; nil for the music of the house.
    var music: String? = nil
    /// Heard by who waits for somebody to answer (企业彩铃); nil for the tone of the Chinese network.
    var ringback: Ringback? = nil

    struct Ringback: Codable, Sendable, Equatable {
        /// A prompt or playlist; else a tone.
        var prompt: String? = nil
        /// Hz, up to four at once.
        var frequencies: [Int]? = nil
        var onMilliseconds: Int? = nil
        var offMilliseconds: Int? = nil
    }

    /// - Throws: `Failure.invalid`
    func check() throws {
        if let music { try PromptName.check(music) }
        guard let ringback else { return }
        if let prompt = ringback.prompt { return try PromptName.check(prompt) }
        guard let frequencies = ringback.frequencies, (1...4).contains(frequencies.count),
            frequencies.allSatisfy({ (200...3_400).contains($0) }),
            (100...10_000).contains(ringback.onMilliseconds ?? 1_000),
            (0...10_000).contains(ringback.offMilliseconds ?? 4_000)
        else {
            throw Failure(
                .invalid,
                "A ring-back is a prompt, or one to four frequencies of 200 to 3400 Hz with on 100 to 10000 ms and off 0 to 10000 ms.",
                code: "ringBackInvalid"
            )
        }
    }
}

enum PromptName {
    /// - Throws: `Failure.invalid`
    static func check(_ name: String) throws {
        guard isPlain(name) else {
            throw Failure(
                .invalid, "A prompt's name has 1 to 128 bytes, no slash, and no dot before it.", code: "name_invalid")
        }
    }

    /// A name without a path in it.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".") && !name.contains("/") && !name.contains("\0")
    }
}
