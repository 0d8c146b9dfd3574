import Contracts
import Crypto
import Foundation
import Logging
import RTP
import ServiceLifecycle

/// The sounds of stored prompts on this machine's disk, `<sha256>.wav`: fetched as soon as they are known, so that a call
/// seldom waits for PostgreSQL.
final class PromptShelf: Service, Sendable {
    /// What nobody knows any more is removed when it is older.
    private static let keepUnknown: TimeInterval = 7 * 86_400

    let book: @Sendable () -> SoundBook
    private let directory: URL
    private let fetch: @Sendable (StoredPrompt) async throws -> Data
    private let log: Logger

    init(
        _ directory: URL, book: @escaping @Sendable () -> SoundBook,
        fetch: @escaping @Sendable (StoredPrompt) async throws -> Data, log: Logger
    ) {
        self.directory = directory
        self.book = book
        self.fetch = fetch
        self.log = log
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var known: Set<String> = []
            await self.tidy()
            while true {
                let prompts = self.book().prompts.values.flatMap(\.values)
                for prompt in prompts where !known.contains(prompt.sha256) {
                    do {
                        _ = try await self.clip(prompt)
                        known.insert(prompt.sha256)
                    } catch {
                        self.log.warning(
                            "prompt not fetched yet", metadata: ["prompt": "\(prompt.name)", "error": "\(error)"])
                    }
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// The sound, from the disk or from PostgreSQL.
    /// - Throws: `Failure`
    func clip(_ prompt: StoredPrompt) async throws -> PromptClip {
        let file = directory.appending(path: "\(prompt.sha256).wav")
        if let kept = try await Disk.run({ try? Data(contentsOf: file) }), Self.hash(kept) == prompt.sha256 {
            return try Self.clip(kept, name: prompt.name)
        }
        let sound = try await fetch(prompt)
        guard Self.hash(sound) == prompt.sha256 else {
            throw Failure(.unavailable, "The prompt \(prompt.name) is not what was kept.")
        }
        do {
            try await Disk.run { [directory] in
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                try sound.write(to: file, options: .atomic)
            }
        } catch {
            // It can be fetched again.
            log.warning("prompt not kept on disk", metadata: ["prompt": "\(prompt.name)", "error": "\(error)"])
        }
        return try Self.clip(sound, name: prompt.name)
    }

    static func hash(_ data: Data) -> String { RecordingHash.text(SHA256.hash(data: data)) }

    private static func clip(_ wav: Data, name: String) throws -> PromptClip {
        guard let file = try? WAVFile([UInt8](wav)), let clip = PromptClip(file) else {
            throw Failure(.invalid, "The prompt \(name) cannot be played.", code: "promptUnusable")
        }
        return clip
    }

    private func tidy() async {
        let wanted = Set(book().prompts.values.flatMap(\.values).map { "\($0.sha256).wav" })
        _ = try? await Disk.run { [directory] in
            let keys: Set<URLResourceKey> = [.contentModificationDateKey]
            let files = try FileManager.default.contentsOfDirectory(
                at: directory, includingPropertiesForKeys: Array(keys))
            for file in files where !wanted.contains(file.lastPathComponent) {
                let age = (try? file.resourceValues(forKeys: keys))?.contentModificationDate?.timeIntervalSinceNow ?? 0
                if age < -Self.keepUnknown { try? FileManager.default.removeItem(at: file) }
            }
        }
    }
}
