import Contracts

/// How many of a queue's callers are answered soon enough, by one of the five formulas in use (ICMI). Which one is meant is
/// always said with the number.
struct ServiceLevelRule: Codable, Sendable, Equatable {
    enum Formula: String, Codable, Sendable, CaseIterable {
        /// (answered and abandoned within the threshold) of all.
        case servedOrAbandonedWithin
        /// Answered within the threshold, of those answered.
        case answeredWithinOfAnswered
        /// Answered within the threshold, of all.
        case answeredWithinOfAll
        /// Answered within the threshold, of all but those who abandoned within it.
        case answeredWithinOfPatient
        /// (answered within the threshold and abandoned within the short time) of all.
        case shortAbandonsAnswered
    }

    var formula: Formula?
    /// 20 if it is left out.
    var thresholdSeconds: Int?
    /// 5 if it is left out.
    var shortAbandonSeconds: Int?

    var theFormula: Formula { formula ?? .answeredWithinOfPatient }
    var threshold: Int { thresholdSeconds ?? 20 }
    var shortAbandon: Int { shortAbandonSeconds ?? 5 }

    /// - Throws: `Failure.invalid`
    func checked() throws -> ServiceLevelRule {
        guard (1...3600).contains(threshold), (0...3600).contains(shortAbandon) else {
            throw Failure(
                .invalid, "serviceLevel: thresholdSeconds is 1 to 3600, shortAbandonSeconds 0 to 3600.",
                code: "serviceLevelInvalid")
        }
        return self
    }

    /// - Returns: 0 to 1; nil for nobody.
    func level(of counts: ServiceCounts) -> Double? {
        let all = counts.answered + counts.abandoned
        let (good, of): (Int, Int) =
            switch theFormula {
            case .servedOrAbandonedWithin: (counts.answeredWithin + counts.abandonedWithin, all)
            case .answeredWithinOfAnswered: (counts.answeredWithin, counts.answered)
            case .answeredWithinOfAll: (counts.answeredWithin, all)
            case .answeredWithinOfPatient: (counts.answeredWithin, all - counts.abandonedWithin)
            case .shortAbandonsAnswered: (counts.answeredWithin + counts.abandonedShort, all)
            }
        return of > 0 ? Double(good) / Double(of) : nil
    }
}

/// What became of a queue's callers today.
struct ServiceCounts: Codable, Sendable, Equatable {
    var answered = 0
    var abandoned = 0
    var answeredWithin = 0
    var abandonedWithin = 0
    var abandonedShort = 0

    mutating func answered(after waited: Int64, by rule: ServiceLevelRule) {
        answered += 1
        if waited <= Int64(rule.threshold) * 1_000_000 { answeredWithin += 1 }
    }

    mutating func abandoned(after waited: Int64, by rule: ServiceLevelRule) {
        abandoned += 1
        if waited <= Int64(rule.threshold) * 1_000_000 { abandonedWithin += 1 }
        if waited <= Int64(rule.shortAbandon) * 1_000_000 { abandonedShort += 1 }
    }

    /// With the formula's name, from when on they were counted.
    func figures(by rule: ServiceLevelRule, since: Timestamp) -> ServiceLevelFigures {
        ServiceLevelFigures(
            formula: rule.theFormula.rawValue, thresholdSeconds: rule.threshold, level: rule.level(of: self),
            answered: answered, abandoned: abandoned, answeredWithin: answeredWithin, abandonedWithin: abandonedWithin,
            since: since)
    }
}
