import Foundation

/// The CPU time that processes have used, user and system, all their threads, as `/proc/PID/stat` tells it.
struct ProcessTime: Equatable, Sendable {
    let parent: Int32
    /// Of the process itself.
    let own: Double
    /// Of its children that have ended and were waited for.
    let endedChildren: Double

    /// - Parameter stat: the content of `/proc/PID/stat`. Nil if it is not one.
    init?(stat: String, ticksPerSecond: Double) {
        // The second field is the program's name in parentheses, which may hold anything.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let ticks = fields.dropFirst(11).prefix(4).compactMap { Double($0) }
        guard ticks.count == 4, let parent = fields.dropFirst().first.flatMap({ Int32($0) }), ticksPerSecond > 0 else {
            return nil
        }
        self.parent = parent
        own = (ticks[0] + ticks[1]) / ticksPerSecond
        endedChildren = (ticks[2] + ticks[3]) / ticksPerSecond
    }

    /// Nil if there is no such process.
    init?(_ pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
        self.init(stat: stat, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    /// Bytes of a process that are in memory.
    static func memory(of pid: Int32) -> Int? {
        let pages = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?.split(separator: " ")
        return pages?.dropFirst().first.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// CPU seconds of a process with its children, as of PostgreSQL, whose postmaster starts a process a connection.
    static func ofFamily(_ pid: Int32) -> Double? {
        guard let head = ProcessTime(pid) else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let children = names.compactMap { Int32($0) }.compactMap { ProcessTime($0) }.filter { $0.parent == pid }
        return children.reduce(head.own + head.endedChildren) { $0 + $1.own + $1.endedChildren }
    }
}
