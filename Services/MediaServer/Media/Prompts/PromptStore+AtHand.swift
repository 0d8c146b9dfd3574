import Contracts
import Foundation

extension PromptStore {
    /// All of them, one after the other, if all are in memory, as they nearly always are: then nobody has to wait for them.
    nonisolated func atHand(_ prompts: [Prompt], tenant: TenantID?, leg: LegID?) -> PromptSource? {
        var source = PromptSource([])
        for prompt in prompts {
            guard let next = atHand(prompt, tenant, leg) else { return nil }
            source = prompts.count == 1 ? next : source + next
        }
        return source
    }

    private nonisolated func atHand(_ prompt: Prompt, _ tenant: TenantID?, _ leg: LegID?) -> PromptSource? {
        switch prompt {
        case .speech(let text, let tag):
            guard let spoken = SpokenPrompt(text, tag) else { return nil }
            return memory.recall(spoken.key)
        case .music:
            guard let name = shelf?.book().settings(of: tenant).music else { return memory.recall(Self.musicKey) }
            return storedAtHand(name, tenant, leg)
        case .file(let name): return storedAtHand(name, tenant, leg)
        case .ringback, .recording: return nil
        }
    }

    /// Nil for what is no prompt of the database, too.
    private nonisolated func storedAtHand(_ name: String, _ tenant: TenantID?, _ leg: LegID?) -> PromptSource? {
        guard let shelf, let prompt = memory.pin(name, leg, newest: { shelf.book().prompt(name, of: tenant) }) else {
            return nil
        }
        return memory.recall(Self.key(of: prompt))
    }
}

/// A text as it is spoken, and under which name its sound is kept.
struct SpokenPrompt {
    let text: String
    let language: SpeechLanguage

    /// Nil for a language that is not spoken.
    init?(_ text: String, _ tag: String) {
        guard let language = SpeechLanguage(tag: tag) else { return nil }
        self.language = language
        let isTrimmed = text.first?.isWhitespace == false && text.last?.isWhitespace == false
        self.text = isTrimmed ? text : text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var key: String { "speech/\(language.voice)/\(text)" }
}
