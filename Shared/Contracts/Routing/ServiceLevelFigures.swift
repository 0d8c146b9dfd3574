/// Whether a queue's callers were answered soon enough today, with the name of the formula: there are five.
public struct ServiceLevelFigures: Codable, Sendable, Equatable {
    /// `servedOrAbandonedWithin`, `answeredWithinOfAnswered`, `answeredWithinOfAll`, `answeredWithinOfPatient` or
    /// `shortAbandonsAnswered`.
    public let formula: String
    public let thresholdSeconds: Int
    /// 0 to 1; nil before the first caller.
    public let level: Double?
    public let answered: Int
    public let abandoned: Int
    /// Within the threshold.
    public let answeredWithin: Int
    public let abandonedWithin: Int
    /// Midnight UTC, or when the present owner of the tenant's shard began to count.
    public let since: Timestamp

    public init(
        formula: String, thresholdSeconds: Int, level: Double?, answered: Int, abandoned: Int, answeredWithin: Int,
        abandonedWithin: Int, since: Timestamp
    ) {
        self.formula = formula
        self.thresholdSeconds = thresholdSeconds
        self.level = level
        self.answered = answered
        self.abandoned = abandoned
        self.answeredWithin = answeredWithin
        self.abandonedWithin = abandonedWithin
        self.since = since
    }
}
