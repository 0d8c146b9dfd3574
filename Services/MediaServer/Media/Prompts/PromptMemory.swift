import Contracts
import Foundation
import Synchronization

/// Sounds that are kept in memory, as many as there is room for, and which version of a stored prompt a leg began with: it keeps
/// that one.
final class PromptMemory: Sendable {
    private struct Kept {
        var source: PromptSource
        var usedAt: UInt64
        /// Of the file it was read from.
        var modified: Date?
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var bytes = 0
        var uses: UInt64 = 0
        var pinned: [LegID: [String: StoredPrompt]] = [:]

        mutating func forget(_ key: String) {
            if let gone = kept.removeValue(forKey: key) { bytes -= gone.source.bytes }
        }
    }

    private let state = Mutex(State())
    private let mostBytes: Int

    init(mostBytes: Int) { self.mostBytes = mostBytes }

    func recall(_ key: String, modified: Date? = nil) -> PromptSource? {
        state.withLock { state in
            guard let found = state.kept[key], found.modified == modified else { return nil }
            state.uses += 1
            state.kept[key]?.usedAt = state.uses
            return found.source
        }
    }

    func keep(_ source: PromptSource, as key: String, modified: Date? = nil) {
        state.withLock { state in
            state.forget(key)
            state.uses += 1
            state.kept[key] = Kept(source: source, usedAt: state.uses, modified: modified)
            state.bytes += source.bytes
            while state.bytes > mostBytes, let oldest = state.kept.min(by: { $0.value.usedAt < $1.value.usedAt }) {
                state.forget(oldest.key)
            }
        }
    }

    /// The version that the leg began with, or the newest, which it has begun with now.
    func pin(_ name: String, _ leg: LegID?, newest: () -> StoredPrompt?) -> StoredPrompt? {
        guard let leg else { return newest() }
        return state.withLock { state in
            if let known = state.pinned[leg]?[name] { return known }
            guard let newest = newest() else { return nil }
            state.pinned[leg, default: [:]][name] = newest
            return newest
        }
    }

    /// The leg has ended.
    func forget(_ leg: LegID) { state.withLock { $0.pinned[leg] = nil } }
}

extension PromptSource {
    fileprivate var bytes: Int { clips.reduce(0) { $0 + $1.samples.count } + 256 }
}
