import Codecs
import RTP
import SDP

/// What we say to a leg, on its way into packets: 20 ms go in at a time, packets as long as agreed come out encoded.
///
/// Unchecked: it is touched by the thread that the leg belongs to, and moves with it.
final class LegVoice: @unchecked Sendable {
    /// A packet of 60 ms, and a frame more.
    private static let capacity = SampleRate.wide.frameSamples * 4

    private let remote: RemoteMedia
    private let held = UnsafeMutableBufferPointer<Int16>.allocate(capacity: capacity)
    private var count = 0
    private var encoder: SoundEncoder
    private var rate: SampleRate

    /// - Throws: `CodecError`
    init(_ remote: RemoteMedia) throws(CodecError) {
        self.remote = remote
        rate = .narrow
        encoder = try SoundEncoder(remote.codec, at: .narrow, wishes: remote.wishes)
    }

    deinit { held.deallocate() }

    /// How long a packet is, in units of its timestamps.
    var packetUnits: UInt32 { UInt32(remote.packetTime * remote.codec.clockRate / 1_000) }

    private var packetSamples: Int { remote.packetTime * rate.perMillisecond }

    /// Where another rate begins another coder does: memory is taken only then.
    func say(_ frame: UnsafeBufferPointer<Int16>, at rate: SampleRate) {
        if rate != self.rate {
            // Without it what is said is not heard; there was one a moment ago, so that memory must be short.
            guard let other = try? SoundEncoder(remote.codec, at: rate, wishes: remote.wishes) else { return }
            encoder = other
            self.rate = rate
            count = 0
        }
        guard count + frame.count <= held.count else { return }
        for index in 0..<frame.count { held[count + index] = frame[index] }
        count += frame.count
    }

    /// - Returns: the length of the next packet's payload; nil while it is not full.
    func next(into payload: UnsafeMutableRawBufferPointer) -> Int? {
        let needed = packetSamples
        guard needed > 0, count >= needed else { return nil }
        let length = encoder.encode(UnsafeBufferPointer(rebasing: held[..<needed]), into: payload)
        for index in needed..<count { held[index - needed] = held[index] }
        count -= needed
        return length
    }

    /// What does not fill a packet will not be said.
    func forget() { count = 0 }
}

/// A key as it sounds.
struct KeyTone: Sendable {
    let event: UInt8
    private var tones: ToneGenerator

    /// Nil for what is no key.
    init?(_ event: UInt8) {
        guard let frequencies = Digit.character(of: event).flatMap(Digit.tones(of:)) else { return nil }
        self.event = event
        // Each about 12 dB below full scale: what a telephone's own keys sound like on the line.
        tones = ToneGenerator(frequencies, amplitude: 0.18)
    }

    mutating func fill(_ frame: UnsafeMutableBufferPointer<Int16>) {
        for index in frame.indices { frame[index] = tones.next() }
    }
}
