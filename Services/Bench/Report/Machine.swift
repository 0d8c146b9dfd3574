import Foundation

/// What was measured on.
struct Machine: Codable, Equatable, Sendable {
    let cores: Int
    let model: String
    /// The load of the last minute before the measurement; above 0 means that others were at work.
    let load: Double

    static func now() -> Machine {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return Machine(
            cores: ProcessInfo.processInfo.activeProcessorCount, model: model(in: cpu),
            load: load.split(separator: " ").first.flatMap { Double($0) } ?? 0)
    }

    /// As `/proc/cpuinfo` names it; `unknown` where it does not, as on some ARM machines.
    static func model(in cpuinfo: String) -> String {
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":", maxSplits: 1).dropFirst().first?.trimmingCharacters(in: .whitespaces)
        return name.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown"
    }
}
