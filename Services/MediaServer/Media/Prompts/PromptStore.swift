import Contracts
import Foundation
import Logging
import RTP

/// Where prompts come from.
struct PromptConfiguration: Sendable {
    /// Holds `<name>.wav`, and a tenant's own in `<tenant>/<name>.wav`.
    var directory: URL
    /// Holds speech that was made before.
    var cache: URL
    /// The speech program.
    var synthesizer = "espeak-ng"
    /// Asked before the speech program, which speaks when it does not answer.
    var provider: SpeechProvider?
    /// How many texts are spoken at once.
    var synthesizers = 2
    /// How much sound is kept in memory.
    var memoryBytes = 64 << 20
}

/// Turns prompts into sound: files, speech, music and tones, kept once made. Never on the path of RTP.
actor PromptStore {
    /// So many texts may wait to be spoken.
    static let maximumWaiting = 256
    /// Every so many new texts, the oldest kept on disk are removed.
    private static let pruneEvery = 1_000
    /// A file of more is refused; half an hour at 16 bits.
    private static let maximumFileBytes = 32 << 20

    static let musicKey = "made/music"

    private let configuration: PromptConfiguration
    private let speech: SpeechSynthesizer
    private let cache: SpeechCache
    /// Prompts that are kept in the database, by name.
    let shelf: PromptShelf?
    /// What was recorded of a caller.
    private let recordings: (@Sendable (RecordingID, TenantID) async throws -> PromptClip)?
    private let log: Logger
    let memory: PromptMemory
    /// Texts being spoken; who asks for the same text waits for the same speech.
    private var speaking: [String: Task<PromptSource, any Error>] = [:]
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// How many texts were spoken.
    private var made = 0

    init(
        _ configuration: PromptConfiguration, shelf: PromptShelf? = nil, log: Logger,
        recordings: (@Sendable (RecordingID, TenantID) async throws -> PromptClip)? = nil
    ) {
        self.configuration = configuration
        self.recordings = recordings
        self.shelf = shelf
        self.log = log
        memory = PromptMemory(mostBytes: configuration.memoryBytes)
        speech = SpeechSynthesizer(program: configuration.synthesizer, directory: configuration.cache)
        cache = SpeechCache(directory: configuration.cache)
    }

    /// - Throws: `Failure.notFound` for a file that is not there, `.invalid` for a file, text or language that cannot be
    ///   used, `.unavailable` when too much is waiting to be spoken or the speech program fails.
    func prompt(_ prompt: Prompt, tenant: TenantID? = nil, leg: LegID? = nil) async throws -> PromptSource {
        switch prompt {
        case .file(let name): try await named(name, tenant, leg)
        case .speech(let text, let language): try await speak(text, language)
        case .music: try await music(tenant, leg)
        case .ringback: try await ringback(tenant, leg)
        case .recording(let id): await recorded(id, tenant)
        }
    }

    /// Not kept: it is heard once or twice, and by one caller.
    private func recorded(_ id: RecordingID, _ tenant: TenantID?) async -> PromptSource {
        guard let recordings, let tenant else { return PromptSource([]) }
        do {
            return PromptSource([try await recordings(id, tenant)])
        } catch {
            log.warning("recording not played", metadata: ["recording.id": "\(id)", "error": "\(error)"])
            return PromptSource([])
        }
    }

    // MARK: What the tenant has set

    private func music(_ tenant: TenantID?, _ leg: LegID?) async throws -> PromptSource {
        if let name = shelf?.book().settings(of: tenant).music, let own = await ifThere(name, tenant, leg) {
            return own
        }
        return made("music") { Music.hold() }
    }

    private func ringback(_ tenant: TenantID?, _ leg: LegID?) async throws -> PromptSource {
        guard let ringback = shelf?.book().settings(of: tenant).ringback else {
            return made("ringback") { Music.ringback() }
        }
        if let name = ringback.prompt, let own = await ifThere(name, tenant, leg) { return own }
        guard let frequencies = ringback.frequencies else { return made("ringback") { Music.ringback() } }
        let (on, off) = (ringback.onMilliseconds ?? 1_000, ringback.offMilliseconds ?? 4_000)
        return made("ringback/\(frequencies)/\(on)/\(off)") { Music.tone(frequencies, on: on, off: off) }
    }

    /// Nil for what cannot be played: a caller shall hear something all the same.
    private func ifThere(_ name: String, _ tenant: TenantID?, _ leg: LegID?) async -> PromptSource? {
        do {
            let source = try await named(name, tenant, leg)
            return source.clips.isEmpty ? nil : source
        } catch {
            log.warning("prompt of the settings not played", metadata: ["prompt": "\(name)", "error": "\(error)"])
            return nil
        }
    }

    // MARK: Prompts by name

    /// A prompt or playlist of the database, or a file.
    private func named(_ name: String, _ tenant: TenantID?, _ leg: LegID?) async throws -> PromptSource {
        guard let shelf else { return try await file(name, tenant: tenant) }
        if let prompt = pin(name, tenant, leg, shelf) { return try await stored(prompt, shelf) }
        guard let list = shelf.book().playlist(name, of: tenant) else { return try await file(name, tenant: tenant) }
        var source = PromptSource([])
        for item in list {
            guard let prompt = pin(item, tenant, leg, shelf) else { continue }
            source = try await source + stored(prompt, shelf)
        }
        return source
    }

    private func pin(_ name: String, _ tenant: TenantID?, _ leg: LegID?, _ shelf: PromptShelf) -> StoredPrompt? {
        memory.pin(name, leg) { shelf.book().prompt(name, of: tenant) }
    }

    /// The leg has ended.
    nonisolated func forget(_ leg: LegID) { memory.forget(leg) }

    static func key(of prompt: StoredPrompt) -> String { "stored/\(prompt.sha256)" }

    private func stored(_ prompt: StoredPrompt, _ shelf: PromptShelf) async throws -> PromptSource {
        let key = Self.key(of: prompt)
        if let source = memory.recall(key) { return source }
        let source = PromptSource([try await shelf.clip(prompt)])
        memory.keep(source, as: key)
        return source
    }

    /// All of them, one after the other.
    func prompts(_ prompts: [Prompt], tenant: TenantID? = nil, leg: LegID? = nil) async throws -> PromptSource {
        var source = PromptSource([])
        for item in prompts { source = try await source + prompt(item, tenant: tenant, leg: leg) }
        return source
    }

    private func made(_ name: String, _ make: () -> PromptClip) -> PromptSource {
        if let source = memory.recall("made/\(name)") { return source }
        let source = PromptSource([make()])
        memory.keep(source, as: "made/\(name)")
        return source
    }

    // MARK: Files

    /// A prompt as it lies on disk.
    private struct Found {
        let file: URL
        let modified: Date?
        let bytes: Int
    }

    private func file(_ name: String, tenant: TenantID?) async throws -> PromptSource {
        guard PromptName.isPlain(name) else {
            throw Failure(.invalid, "\(name) cannot be the name of a prompt.", code: "promptNameInvalid")
        }
        var places = [configuration.directory]
        if let tenant, PromptName.isPlain(tenant.rawValue) {
            places.insert(configuration.directory.appending(path: tenant.rawValue), at: 0)
        }
        let files = places.map { $0.appending(path: name.hasSuffix(".wav") ? name : "\(name).wav") }
        guard let found = try await Disk.run({ files.lazy.compactMap(Self.find).first }) else {
            // Before a message, where nobody has a beep of his own.
            if name == "beep" { return made("beep") { Music.tone([1_000], on: 400, off: 0) } }
            throw Failure(.notFound, "There is no prompt \(name).")
        }
        if let source = memory.recall(found.file.path, modified: found.modified) { return source }
        let clip = try await Disk.run { try Self.read(found) }
        memory.keep(PromptSource([clip]), as: found.file.path, modified: found.modified)
        return PromptSource([clip])
    }

    private static func find(_ file: URL) -> Found? {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
        return Found(
            file: file, modified: facts[.modificationDate] as? Date, bytes: facts[.size] as? Int ?? 0)
    }

    private static func read(_ found: Found) throws -> PromptClip {
        guard found.bytes <= maximumFileBytes else {
            throw Failure(.invalid, "The prompt is too long.", code: "promptTooLong")
        }
        let clip: PromptClip?
        do {
            clip = PromptClip(try WAVFile([UInt8](Data(contentsOf: found.file))))
        } catch {
            throw Failure(.invalid, "The prompt \(found.file.lastPathComponent) cannot be used: \(error).")
        }
        guard let clip else {
            throw Failure(.invalid, "The prompt has a sample rate that cannot be used.", code: "promptUnusable")
        }
        return clip
    }

    // MARK: Speech

    private func speak(_ text: String, _ tag: String) async throws -> PromptSource {
        guard let spoken = SpokenPrompt(text, tag) else {
            throw Failure(.invalid, "We do not speak \(tag).", code: "languageUnknown")
        }
        let (text, language, key) = (spoken.text, spoken.language, spoken.key)
        guard text.count <= SpeechSynthesizer.maximumCharacters else {
            throw Failure(
                .invalid, "The text is longer than \(SpeechSynthesizer.maximumCharacters) characters.",
                code: "promptTextTooLong")
        }
        guard !text.isEmpty else { return PromptSource([]) }
        if let source = memory.recall(key) { return source }
        if let task = speaking[key] { return try await task.value }
        let task = Task { try await self.makeSpeech(text, language, keptAs: key) }
        speaking[key] = task
        defer { speaking[key] = nil }
        return try await task.value
    }

    private func makeSpeech(
        _ text: String, _ language: SpeechLanguage, keptAs key: String
    ) async throws -> PromptSource {
        if let provider = configuration.provider {
            if let source = await asked(provider, text, language) {
                memory.keep(source, as: key)
                return source
            }
            // Not kept: the next time the provider may answer.
            return try await make(text, language)
        }
        let source = try await make(text, language)
        memory.keep(source, as: key)
        return source
    }

    /// What the provider says, from the disk if it has said it before; nil if it says nothing.
    private func asked(_ provider: SpeechProvider, _ text: String, _ language: SpeechLanguage) async -> PromptSource? {
        let address = "\(provider.address)\n\(text)"
        do {
            if let clip = try await Disk.run({ [cache] in cache.find(address, language) }) {
                return PromptSource([clip])
            }
            let clip = try await provider.speak(text, language)
            made &+= 1
            try? await Disk.run { [cache] in
                try cache.prepare()
                try cache.keep(clip, address, language)
            }
            return PromptSource([clip])
        } catch {
            log.warning("the speech service said nothing; the speech program speaks", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func make(_ text: String, _ language: SpeechLanguage) async throws -> PromptSource {
        if made % Self.pruneEvery == 0 { try await Disk.run { [cache] in try cache.prepare() } }
        if let clip = try await Disk.run({ [cache] in cache.find(text, language) }) { return PromptSource([clip]) }
        try await takeTurn()
        defer { giveTurn() }
        let clip = try await speech.speak(text, language)
        made &+= 1
        do {
            try await Disk.run { [cache] in try cache.keep(clip, text, language) }
        } catch {
            // It can be made again.
            log.warning("speech not kept", metadata: ["error": "\(error)"])
        }
        return PromptSource([clip])
    }

    private func takeTurn() async throws {
        guard running >= max(1, configuration.synthesizers) else {
            running += 1
            return
        }
        guard waiting.count < Self.maximumWaiting else {
            throw Failure(.unavailable, "Too many texts are waiting to be spoken.")
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// The turn goes to who has waited longest.
    private func giveTurn() {
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }
}
