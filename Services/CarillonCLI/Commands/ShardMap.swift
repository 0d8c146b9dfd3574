/// Who owns which shards, by what the instances themselves say.
struct ShardMap {
    /// Those whose tenants belong to one instance at a time.
    static let services = ["cti", "acd", "dialer"]
    static let all = 0..<64

    /// A line a service: `shards of cti    cti/1: 0-31   cti/2: 32-62   nobody who was asked: 63`.
    static func lines(_ answers: [InstanceStatus]) -> [String] {
        services.compactMap { service in
            let owners = answers.filter { $0.instance.hasPrefix("\(service)/") && $0.shards != nil }
            guard !owners.isEmpty else { return nil }
            var parts = owners.map { "\($0.instance): \(ranges($0.shards ?? []))" }
            let counts = Dictionary(owners.flatMap { $0.shards ?? [] }.map { ($0, 1) }, uniquingKeysWith: +)
            let missing = all.filter { counts[$0] == nil }
            if !missing.isEmpty { parts.append("nobody who was asked: \(ranges(missing))") }
            let disputed = counts.filter { $0.value > 1 }.map(\.key)
            if !disputed.isEmpty { parts.append("several: \(ranges(disputed))") }
            return "shards of " + padded(service, 7) + parts.joined(separator: "   ")
        }
    }

    /// `0-31, 40`; `none`.
    static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in Set(numbers).sorted() {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        guard !ranges.isEmpty else { return "none" }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}
