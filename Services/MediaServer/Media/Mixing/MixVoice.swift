import Codecs
import RTP
import SDP

/// What one leg says, on its way into a mix: packets go in as they come, 20 ms come out every 20 ms.
///
/// What is missing is made up, by the codec if it knows how, and dies away; so nothing clicks.
struct MixVoice {
    /// Farther apart than this, timestamps are another stream.
    private static let maximumJumpSeconds = 5
    /// The longest packet, and another that is made up.
    private static let capacity = maximumPacketSamples + SampleRate.wide.frameSamples * 4
    /// Opus packets can be longer than those that are cut by time.
    private static let longestPayload = 1_275

    let codec: AudioCodec
    private(set) var rate: SampleRate
    private var decoder: SoundDecoder
    private var buffer: JitterBuffer
    private var concealment: LossConcealment
    private var noise = ComfortNoise()
    private var ssrc: UInt32?
    private var timestamp: UInt32 = 0
    private var payload: [UInt8]
    /// Decoded and not yet taken; a packet may be longer or shorter than a frame.
    private var samples = [Int16](repeating: 0, count: capacity)
    private var held = 0
    /// How long the last packet was.
    private var packetSamples: Int
    private var fadesIn: Bool

    /// - Parameter fadesIn: whether it was silent before.
    /// - Throws: `CodecError`
    init(_ codec: AudioCodec, at rate: SampleRate, fadesIn: Bool = true) throws(CodecError) {
        self.fadesIn = fadesIn
        self.codec = codec
        self.rate = rate
        decoder = try SoundDecoder(codec, at: rate)
        let longest = codec == .opus ? Self.longestPayload : JitterBuffer.usualPayload
        buffer = JitterBuffer(frameSamples: codec.clockRate / 50, maximumPayload: longest)
        payload = [UInt8](repeating: 0, count: longest)
        concealment = LossConcealment(rate)
        packetSamples = rate.frameSamples
    }

    /// Goes on at another rate with what it holds.
    /// - Throws: `CodecError`
    mutating func retune(_ rate: SampleRate) throws(CodecError) {
        guard rate != self.rate else { return }
        decoder = try SoundDecoder(codec, at: rate)
        concealment = LossConcealment(rate)
        self.rate = rate
        held = 0
        packetSamples = rate.frameSamples
        fadesIn = true
    }

    /// - Parameter arrival: the clock in units of the timestamps, wrapping.
    mutating func take(_ header: RTPHeader, _ bytes: UnsafeRawBufferPointer, arrival: UInt32) {
        let jump = abs(Wrapping.distance(from: timestamp, to: header.timestamp))
        if ssrc != header.ssrc || jump > Self.maximumJumpSeconds * codec.clockRate {
            buffer.reset()
            ssrc = header.ssrc
        }
        timestamp = header.timestamp
        guard !bytes.isEmpty else { return }
        _ = buffer.insert(header, bytes, arrival: arrival)
    }

    /// From its packet on there is noise until there is sound.
    mutating func takeNoise(_ header: RTPHeader, _ bytes: UnsafeRawBufferPointer, arrival: UInt32) {
        noise.begin(bytes)
        // It has a number of its own, which is not missing.
        if ssrc == header.ssrc {
            _ = buffer.insert(header, UnsafeRawBufferPointer(rebasing: bytes[..<0]), arrival: arrival)
        }
    }

    /// Fills a frame with what is due now.
    /// - Returns: false for silence; the frame is untouched then.
    mutating func next(into frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        let needed = rate.frameSamples
        while held < needed {
            guard decodePacket(needed) else { break }
        }
        guard held > 0 else { return false }
        for index in held..<max(held, needed) { samples[index] = 0 }
        held = max(held, needed)
        for index in 0..<needed { frame[index] = samples[index] }
        for index in needed..<held { samples[index - needed] = samples[index] }
        held -= needed
        if fadesIn { Self.fade(frame) }
        fadesIn = false
        return true
    }

    /// - Returns: false if there is nothing to be heard.
    private mutating func decodePacket(_ needed: Int) -> Bool {
        let isHole = buffer.depth > 0
        let output = payload.withUnsafeMutableBytes { buffer.next(into: $0) }
        switch output {
        case .frame(let count): return decode(count, needed) || make(needed - held)
        // One that was lost was as long as the last; where none comes any more, what is needed is made.
        case .missing: return isHole ? conceal(packetSamples) : make(needed - held)
        case .waiting: return make(needed - held)
        }
    }

    private mutating func decode(_ count: Int, _ needed: Int) -> Bool {
        let start = held
        let decoded = payload.withUnsafeBytes { payload in
            samples.withUnsafeMutableBufferPointer { samples in
                decoder.decode(
                    UnsafeRawBufferPointer(rebasing: payload[..<count]),
                    into: UnsafeMutableBufferPointer(rebasing: samples[start...]))
            }
        }
        guard decoded > 0 else { return false }
        noise.end()
        samples.withUnsafeMutableBufferPointer { samples in
            concealment.heard(UnsafeMutableBufferPointer(rebasing: samples[start..<(start + decoded)]))
        }
        packetSamples = decoded
        held += decoded
        return true
    }

    /// Noise while a peer sends none of its own, what is left of the sound before otherwise.
    private mutating func make(_ count: Int) -> Bool {
        guard noise.isActive else { return conceal(count) }
        let start = held
        samples.withUnsafeMutableBufferPointer { samples in
            noise.fill(UnsafeMutableBufferPointer(rebasing: samples[start..<(start + count)]))
        }
        held += count
        return true
    }

    private mutating func conceal(_ count: Int) -> Bool {
        let start = held
        guard count > 0, start + count <= samples.count else { return false }
        let next = payload.withUnsafeMutableBytes { buffer.peek(into: $0) }
        let isHeard = samples.withUnsafeMutableBufferPointer { samples in
            let target = UnsafeMutableBufferPointer(rebasing: samples[start..<(start + count)])
            let isMade = payload.withUnsafeBytes { payload in
                decoder.conceal(target, next: next.map { UnsafeRawBufferPointer(rebasing: payload[..<$0]) })
            }
            // A codec that makes up what was lost would go on for ever.
            return isMade ? concealment.follow(target) : concealment.conceal(target)
        }
        guard isHeard else {
            fadesIn = true
            return false
        }
        held += count
        return true
    }

    private static func fade(_ frame: UnsafeMutableBufferPointer<Int16>) {
        for index in frame.indices {
            frame[index] = Int16(MixRoom.faded(frame[index], at: index, of: frame.count, rises: true))
        }
    }
}
