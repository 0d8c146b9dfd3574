import Contracts
import Foundation
import Logging

/// Where prompts come from.
struct PromptConfiguration: Sendable {
    /// Holds `<name>.wav`.
    var directory: URL
    /// Holds speech that was made before.
    var cache: URL
    /// The speech program.
    var synthesizer = "espeak-ng"
}

/// Turns prompts into sound: files, speech, music and tones, kept once made. Never on the path of RTP.
actor PromptStore {
    private let configuration: PromptConfiguration

    init(_ configuration: PromptConfiguration, log: Logger) { self.configuration = configuration }

    /// - Throws: `Failure.notFound` for a file that is not there, `.invalid` for text or a language that cannot be spoken,
    ///   `.unavailable` when too much is waiting to be spoken or the speech program fails.
    func prompt(_ prompt: Prompt) async throws -> PromptSource { throw Failure(.unavailable, "There is no sound yet.") }

    /// All of them, one after the other.
    func prompts(_ prompts: [Prompt]) async throws -> PromptSource {
        var source = PromptSource([])
        for item in prompts { source = try await source + prompt(item) }
        return source
    }
}
