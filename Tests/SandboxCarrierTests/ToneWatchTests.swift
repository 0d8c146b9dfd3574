import RTP
import Testing

@testable import SandboxCarrier

/// Which tones are heard, and since when.
@Suite struct ToneWatchTests {
    /// Packets of 20 ms, each of which comes 20 ms after the one before it.
    private static func news(_ scenes: [(tones: [Double], packets: Int)], _ watch: inout ToneWatch) -> [ToneWatch.News]
    {
        var (told, count): ([ToneWatch.News], Int) = ([], 0)
        for scene in scenes {
            for _ in 0..<scene.packets {
                let samples = (0..<160).map { index in
                    let time = Double(count * 160 + index) / 8_000
                    return Int16(scene.tones.map { 8_000 * sine($0 * time) }.reduce(0, +))
                }
                let payload = G711.aLaw.encode(samples)
                let news = payload.withUnsafeBytes { watch.take($0, .aLaw, at: Int64(count) * 20_000) }
                if let news { told.append(news) }
                count += 1
            }
        }
        return told
    }

    private static func sine(_ turns: Double) -> Double {
        // One turn by the parabola: close enough to a sine for one tone to lead.
        let part = turns - turns.rounded(.down)
        return part < 0.5 ? 16 * part * (0.5 - part) : -16 * (part - 0.5) * (1 - part)
    }

    @Test(arguments: 0..<12)
    func `tones are told once they are steady, with the packet that showed them whole`(shift: Int) {
        var watch = ToneWatch([1_000, 440, 880])
        let told = Self.news([([440], 40 + shift), ([440, 880], 40), ([1_000], 40), ([], 40)], &watch)
        #expect(told.map(\.tones) == [[440], [440, 880], [1_000], []])
        let changes = [0, 40 + shift, 80 + shift, 120 + shift]
        for (news, change) in zip(told, changes) {
            let late = news.microseconds / 20_000 - Int64(change)
            #expect((0...1).contains(late), "\(news), which came with packet \(change)")
        }
    }

    @Test func `what comes and goes within a moment is not told`() {
        var watch = ToneWatch([440, 880])
        let told = Self.news([([440], 40), ([880], 8), ([440], 60)], &watch)
        #expect(told.map(\.tones) == [[440]])
    }
}
