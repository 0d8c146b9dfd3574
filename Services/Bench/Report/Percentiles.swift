/// Many measured values, asked for their percentiles by nearest rank: a value that was really measured, never between two.
struct Percentiles: Sendable {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    var count: Int { sorted.count }

    /// The smallest value that `percent` of all values do not exceed; 0 if there are none.
    subscript(_ percent: Double) -> Double {
        // A trifle less, because 99.9 per cent of 1000 is a trifle more than 999 in binary.
        let rank = Int((min(max(percent, 0), 100) * Double(sorted.count) / 100 - 1e-9).rounded(.up))
        return sorted.dropFirst(max(rank, 1) - 1).first ?? 0
    }
}
