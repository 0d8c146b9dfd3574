/// One thing that was measured.
struct Measurement: Codable, Equatable, Sendable {
    let what: String
    let value: Double
    let unit: String
    /// What the design wants; nil if it wants nothing in particular.
    let target: Target?

    init(_ what: String, _ value: Double, _ unit: String, target: Target? = nil) {
        self.what = what
        self.value = value
        self.unit = unit
        self.target = target
    }
}

/// A bound from the design, in the unit of its measurement.
struct Target: Codable, Equatable, Sendable {
    var atMost: Double?
    var atLeast: Double?

    static func atMost(_ value: Double) -> Target { Target(atMost: value) }
    static func atLeast(_ value: Double) -> Target { Target(atLeast: value) }

    func isMet(by value: Double) -> Bool { value <= atMost ?? .infinity && value >= atLeast ?? -.infinity }
}
