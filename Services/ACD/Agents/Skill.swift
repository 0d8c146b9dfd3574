/// Something an agent can, or a call asks for: a word of the tenant's own, with a level from 1 to 9.
///
/// Written `english` or `english:3`. Who has `english:3` can all that asks for `english`, `english:1`, `:2` or `:3`; who
/// has `english` has it at level 1.
struct Skill: Hashable, Sendable {
    let word: String
    /// Nil if none is written: then any level will do.
    let level: Int?

    init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        // A colon that no digit follows belongs to the word.
        guard parts.count > 1, let last = parts.last, last.count == 1, let level = Int(last) else {
            (word, self.level) = (text, nil)
            return
        }
        word = parts.dropLast().joined(separator: ":")
        self.level = level
    }

    /// Everything that may be asked of somebody with these skills, so that who can what is a question of subsets.
    static func expanded(_ skills: Set<String>) -> Set<String> {
        var all: Set<String> = []
        for skill in skills.map(Skill.init) {
            all.insert(skill.word)
            for level in stride(from: 1, through: skill.level ?? 1, by: 1) { all.insert("\(skill.word):\(level)") }
        }
        return all
    }
}

/// After some seconds of waiting less is asked for, so that more agents may take the call.
struct WideningStep: Codable, Sendable, Equatable {
    let afterSeconds: Int
    /// Each named skill is asked for at this level at most from then on, as in `english:2`; with level 0 not at all.
    let skills: [String]
}

/// Which steps a call has taken, and what it asks for then.
enum Widening {
    static let most = 10

    /// In the order of their times.
    static func steps(taken waited: Int64, of steps: [WideningStep]) -> Int {
        steps.prefix { Int64($0.afterSeconds) * 1_000_000 <= waited }.count
    }

    static func lowered(_ skills: Set<String>, by steps: some Sequence<WideningStep>) -> Set<String> {
        var most: [String: Int] = [:]
        for skill in steps.flatMap(\.skills).map(Skill.init) {
            most[skill.word] = min(most[skill.word] ?? 9, skill.level ?? 0)
        }
        guard !most.isEmpty else { return skills }
        return Set(
            skills.compactMap { text in
                let skill = Skill(text)
                guard let limit = most[skill.word] else { return text }
                if limit == 0 { return nil }
                return (skill.level ?? 1) > limit ? "\(skill.word):\(limit)" : text
            })
    }
}
