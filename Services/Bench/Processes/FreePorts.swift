import Foundation

/// Ports on this host that nobody uses.
enum FreePorts {
    /// The first of `count` free ports in a row, even, below those that the kernel hands out by itself.
    /// - Parameter reserved: what somebody will bind later on, though it looks free now.
    /// - Throws: ``BenchFailure`` if there is no such row.
    static func block(_ count: Int, apartFrom reserved: Range<Int> = 0..<0) throws -> Int {
        let files = ["tcp", "tcp6", "udp", "udp6"].map { "/proc/net/\($0)" }
        let used = files.reduce(into: Set<Int>()) { used, file in
            used.formUnion(ports(in: (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""))
        }
        for _ in 0..<1000 {
            let first = Int.random(in: 5_120..<14_000) * 2
            let block = first..<(first + count)
            if !block.overlaps(reserved), used.isDisjoint(with: block) { return first }
        }
        throw BenchFailure("There are no \(count) free ports in a row.")
    }

    /// The local ports in the content of `/proc/net/tcp` or one like it.
    static func ports(in table: String) -> Set<Int> {
        Set(table.split(separator: "\n").dropFirst().compactMap { Self.port(of: $0) })
    }

    /// Datagrams that the kernel threw away because these ports' sockets were full, in the content of `/proc/net/udp`.
    static func drops(in table: String, ports: Range<Int>) -> Int {
        table.split(separator: "\n").dropFirst().reduce(0) { sum, line in
            guard let port = port(of: line), ports.contains(port), let drops = line.split(separator: " ").last else {
                return sum
            }
            return sum + (Int(drops) ?? 0)
        }
    }

    private static func port(of line: Substring) -> Int? {
        let fields = line.split(separator: " ")
        return fields.dropFirst().first?.split(separator: ":").last.flatMap { Int($0, radix: 16) }
    }
}
