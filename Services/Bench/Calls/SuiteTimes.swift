import Foundation

/// The CPU time that each process of a suite has used so far, by name.
struct SuiteTimes: Equatable, Sendable {
    var seconds: [String: Double]

    /// Of the processes whose ids are files in `<state>/pid`, of the suite's PostgreSQL, and of others by their ids.
    static func now(state: String, others: [String: Int32] = [:]) -> SuiteTimes {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/pid")) ?? []
        var seconds: [String: Double] = [:]
        for name in names {
            guard let pid = number(inFile: "\(state)/pid/\(name)") else { continue }
            seconds[name] = ProcessTime.ofFamily(pid)
        }
        for (name, pid) in others { seconds[name] = ProcessTime(pid)?.own }
        // Elsewhere, and not counted, if the user postgres cannot reach the directory.
        if let postmaster = number(inFile: "\(state)/postgres/data/postmaster.pid") {
            seconds["PostgreSQL"] = ProcessTime.ofFamily(postmaster)
        }
        return SuiteTimes(seconds: seconds)
    }

    /// What was used since then, of the processes that were there then.
    func since(_ earlier: SuiteTimes) -> [String: Double] {
        seconds.reduce(into: [:]) { used, process in
            if let before = earlier.seconds[process.key] { used[process.key] = process.value - before }
        }
    }

    /// The number that a file begins with.
    private static func number(inFile path: String) -> Int32? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
