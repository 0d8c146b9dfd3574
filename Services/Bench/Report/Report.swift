import Foundation

/// What one benchmark has found: a table for people, one line of JSON for programs.
struct Report: Codable, Equatable, Sendable {
    let benchmark: String
    /// What repeats the measurement.
    let command: String
    let machine: Machine
    var measurements: [Measurement] = []
    /// What went wrong, in sentences: then the figures mean little.
    var problems: [String] = []

    mutating func add(_ what: String, _ value: Double, _ unit: String, target: Target? = nil) {
        measurements.append(Measurement(what, value, unit, target: target))
    }

    var text: String {
        let rows = measurements.map { measurement in
            [
                measurement.what, Self.text(of: measurement.value), measurement.unit,
                measurement.target.map { Self.text(of: $0) } ?? "",
                measurement.target.map { $0.isMet(by: measurement.value) ? "met" : "missed" } ?? "",
            ]
        }
        let table = Table(
            header: [benchmark, "value", "unit", "target", ""], rows: rows, alignedRight: [1])
        let load = Self.text(of: machine.load)
        return
            ([table.text, "\(machine.cores) × \(machine.model), load before \(load) · \(command)"]
            + problems.map {
                "WRONG: \($0)"
            }).joined(separator: "\n")
    }

    /// One line, keys sorted.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a figure that is not finite cannot be encoded, and none is measured.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func text(of target: Target) -> String {
        if let bound = target.atMost { return "≤ \(text(of: bound))" }
        return target.atLeast.map { "≥ \(text(of: $0))" } ?? ""
    }

    /// With as many digits as a person wants to see.
    static func text(of value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        let digits =
            switch abs(value) {
            case 100...: 0
            case 10..<100: 1
            case 0.1..<10: 2
            default: 4
            }
        return String(format: "%.\(digits)f", value)
    }
}
