import ArgumentParser

/// `127.0.0.1:5070`
struct HostPort: Sendable, Equatable, ExpressibleByArgument {
    var host: String
    var port: Int

    init(_ host: String, _ port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let host = parts.first, !host.isEmpty, let port = parts.last.flatMap({ UInt16($0) })
        else { return nil }
        self.init(String(host), Int(port))
    }
}

/// `10-30` or `12.5`, in seconds.
struct SecondsRange: Sendable, Equatable, ExpressibleByArgument {
    let range: ClosedRange<Double>

    init(_ range: ClosedRange<Double>) { self.range = range }

    init?(argument: String) {
        let bounds = argument.bounds.map { Double($0) ?? .nan }
        guard let first = bounds.first, let last = bounds.last, first >= 0, last >= first, last <= 86_400 else {
            return nil
        }
        range = first...last
    }

    func random(using random: inout SeededRandom) -> Duration { .seconds(Double.random(in: range, using: &random)) }
}

/// `13800000000-13800009999`, `1001-1010` or one number.
struct NumberRange: Sendable, Equatable, ExpressibleByArgument {
    static let limit = 10_000_000
    private let first: Int
    let count: Int
    private let digits: Int

    init(_ first: Int, count: Int) {
        self.first = first
        self.count = max(1, count)
        digits = String(first).count
    }

    init?(argument: String) {
        let bounds = argument.bounds
        guard let low = bounds.first.flatMap({ Int($0) }), let high = bounds.last.flatMap({ Int($0) }), low >= 0,
            high >= low, high - low < Self.limit
        else { return nil }
        first = low
        count = high - low + 1
        digits = bounds.first?.count ?? 0
    }

    subscript(_ index: Int) -> String {
        let text = String(first + min(max(index, 0), count - 1))
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    var all: [String] { (0..<count).map { self[$0] } }

    func random(using random: inout SeededRandom) -> String { self[Int.random(in: 0..<count, using: &random)] }
}

/// `20000-29999`
struct PortBounds: Sendable, ExpressibleByArgument {
    let range: ClosedRange<UInt16>

    init(_ range: ClosedRange<UInt16>) { self.range = range }

    init?(argument: String) {
        let bounds = argument.bounds
        guard bounds.count == 2, let low = bounds.first.flatMap({ UInt16($0) }),
            let high = bounds.last.flatMap({ UInt16($0) }), low > 0, high > low
        else { return nil }
        range = low...high
    }
}

/// `1.5`, `0` or `never`.
struct AnswerAfter: Sendable, ExpressibleByArgument {
    let delay: Duration?

    init(_ delay: Duration?) { self.delay = delay }

    init?(argument: String) {
        if argument == "never" {
            delay = nil
        } else {
            guard let seconds = Double(argument), (0...3_600).contains(seconds) else { return nil }
            delay = .seconds(seconds)
        }
    }
}

extension String {
    /// What stands on both sides of `-`, `…` or `...`; twice the same when there is no such sign.
    fileprivate var bounds: [String] {
        let parts = replacing("...", with: "-").replacing("…", with: "-").split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? parts.map(String.init) : [self, self]
    }
}

/// `440,880`, in hertz: at most 16.
struct ToneList: Sendable, Equatable, ExpressibleByArgument {
    let tones: [Int]

    init(_ tones: [Int] = []) { self.tones = tones }

    init?(argument: String) {
        let tones = argument.split(separator: ",").map { Int($0) ?? 0 }
        guard (1...16).contains(tones.count), tones.allSatisfy(CallerOptions.tones.contains) else { return nil }
        self.init(tones)
    }

    var defaultValueDescription: String { "none" }
}
