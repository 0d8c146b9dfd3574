import Glibc
import RTP

/// Waits in a stream for a steady tone: four windows of 50 ms in a row.
struct ToneEar: Sendable {
    private static let window = 400
    private static let windows = 4

    let frequency: Int
    private var samples: [Int16] = []
    private var inARow = 0

    init(_ frequency: Int) { self.frequency = frequency }

    /// True once the tone is heard.
    mutating func take(_ payload: UnsafeRawBufferPointer, _ law: G711) -> Bool {
        for byte in payload { samples.append(law.decode(byte)) }
        guard samples.count >= Self.window else { return false }
        let isThere = Goertzel.level(of: samples) > 0.005 && Goertzel.share(of: Double(frequency), in: samples) > 0.5
        inARow = isThere ? inARow + 1 : 0
        samples.removeAll(keepingCapacity: true)
        return inARow >= Self.windows
    }
}

/// Tells which of some tones are heard, whenever that changes: twice the same in windows of 200 ms. Since when, is looked for in
/// the packets of the last second, by windows of two packets.
struct ToneWatch: Sendable {
    /// What is heard, and when the second packet that showed it had come, by the machine's monotonic clock.
    struct News: Sendable, Equatable {
        let tones: [Int]
        let microseconds: Int64
    }

    private static let window = 1_600
    private static let kept = 50

    let tones: [Int]
    private var samples: [Int16] = []
    private var last: [Int]?
    private var told: [Int]?
    private var packets: [(arrival: Int64, samples: [Int16])] = []

    init(_ tones: [Int]) { self.tones = tones.sorted() }

    /// What is heard now, if that is news.
    mutating func take(_ payload: UnsafeRawBufferPointer, _ law: G711, at microseconds: Int64) -> News? {
        let packet = payload.map { law.decode($0) }
        packets.append((microseconds, packet))
        if packets.count > Self.kept { packets.removeFirst() }
        samples += packet
        guard samples.count >= Self.window else { return nil }
        let heard = tones(in: samples)
        samples.removeAll(keepingCapacity: true)
        defer { last = heard }
        guard heard == last, heard != told else { return nil }
        told = heard
        return News(tones: heard, microseconds: beginning(of: heard) ?? microseconds)
    }

    private func tones(in samples: [Int16]) -> [Int] {
        guard Goertzel.level(of: samples) > 0.002 else { return [] }
        return tones.filter { Goertzel.share(of: Double($0), in: samples) > 0.02 }
    }

    private func beginning(of heard: [Int]) -> Int64? {
        var found: Int64?
        for (before, packet) in zip(packets, packets.dropFirst()).reversed() {
            guard tones(in: before.samples + packet.samples) == heard else { break }
            found = packet.arrival
        }
        return found
    }

    /// The machine's monotonic clock, which all its processes share.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// Tells which tones a whole sound was made of.
enum DominantTones {
    private static let window = 400
    private static let candidates = stride(from: 300, through: 3_400, by: 20)

    /// The frequencies, in steps of ten hertz, that lead at least four of the windows looked at, lowest first. At most
    /// 150 windows are looked at, spread over the sound.
    static func of(_ bytes: [UInt8], _ law: G711) -> [Int] {
        let count = bytes.count / window
        var leads: [Int: Int] = [:]
        for number in stride(from: 0, to: count, by: max(1, count / 150)) {
            let samples = law.decode(bytes[(number * window)..<((number + 1) * window)])
            if let leader = leader(samples) { leads[leader, default: 0] += 1 }
        }
        return leads.filter { $0.value >= 4 }.keys.sorted()
    }

    private static func leader(_ samples: [Int16]) -> Int? {
        guard Goertzel.level(of: samples) > 0.005 else { return nil }
        guard let rough = loudest(candidates.map { $0 }, samples),
            let fine = loudest([rough.0 - 10, rough.0, rough.0 + 10], samples), fine.1 > 0.3
        else { return nil }
        return fine.0
    }

    private static func loudest(_ frequencies: [Int], _ samples: [Int16]) -> (Int, Double)? {
        frequencies.map { ($0, Goertzel.share(of: Double($0), in: samples)) }.max { $0.1 < $1.1 }
    }
}
