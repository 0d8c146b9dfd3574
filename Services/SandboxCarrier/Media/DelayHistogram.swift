import Glibc

/// How long packets took, in classes of 9 % (eight to an octave) from a microsecond to a second: small, and added up by
/// adding the counts.
struct DelayHistogram: Sendable, Equatable {
    private static let perOctave = 8.0
    private static let octaves = 20
    private var counts: [UInt32] = []

    var isEmpty: Bool { counts.isEmpty }

    mutating func take(nanoseconds: Int64) {
        if counts.isEmpty { counts = [UInt32](repeating: 0, count: Int(Self.perOctave) * Self.octaves) }
        let microseconds = max(Double(nanoseconds) / 1_000, 1)
        let place = min(Int(log2(microseconds) * Self.perOctave), counts.count - 1)
        counts[place] &+= 1
    }

    mutating func add(_ other: DelayHistogram) {
        guard !other.isEmpty else { return }
        guard !isEmpty else { return self = other }
        for (place, count) in other.counts.enumerated() { counts[place] &+= count }
    }

    /// The upper end of the class that the nearest-rank percentile lies in, in microseconds; 0 when nothing was taken.
    func percentile(_ percent: Double) -> Double {
        let total = counts.reduce(0) { $0 + Int($1) }
        let rank = max(Int((percent / 100 * Double(total)).rounded(.up)), 1)
        var sum = 0
        for (place, count) in counts.enumerated() {
            sum += Int(count)
            if sum >= rank { return exp2(Double(place + 1) / Self.perOctave) }
        }
        return 0
    }
}

/// When a packet was sent, written where its sound begins: who relays the sound as it is relays the stamp.
enum SentStamp {
    static let size = 16
    private static let mark: UInt64 = 0x53_41_4E_44_42_4F_58_21

    static func write(into payload: UnsafeMutableRawBufferPointer) {
        guard payload.count >= size else { return }
        payload.storeBytes(of: mark, as: UInt64.self)
        payload.storeBytes(of: now(), toByteOffset: 8, as: Int64.self)
    }

    /// When it was sent, in nanoseconds since 1970; nil for a payload without a stamp.
    static func read(_ payload: UnsafeRawBufferPointer) -> Int64? {
        guard payload.count >= size, payload.loadUnaligned(as: UInt64.self) == mark else { return nil }
        return payload.loadUnaligned(fromByteOffset: 8, as: Int64.self)
    }

    /// By the clock that the kernel stamps arrivals with.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
