import RTP

/// What one leg says, on its way into a mix: packets go in as they come, 160 samples come out every 20 ms.
///
/// A frame that is missing is the last one once more, dying away; what comes after it fades in. So nothing clicks.
struct MixVoice {
    static let frameSamples = 160
    /// In timestamp units; five seconds. Farther apart, it is another stream.
    private static let maximumJump = 40_000

    private var buffer = JitterBuffer(frameSamples: frameSamples)
    private var law = G711.aLaw
    private var ssrc: UInt32?
    private var timestamp: UInt32 = 0
    private var payload = [UInt8](repeating: 0, count: JitterBuffer.maximumPayload)
    /// Decoded and not yet taken; a packet may be longer or shorter than a frame.
    private var samples = [Int16](repeating: 0, count: JitterBuffer.maximumPayload + frameSamples)
    private var held = 0
    /// The last frame of sound, as long as it may stand in for a missing one.
    private var last = [Int16](repeating: 0, count: frameSamples)
    private var canConceal = false
    private var fadesIn = true

    /// - Parameter arrival: the clock in samples, wrapping.
    mutating func take(_ header: RTPHeader, _ bytes: UnsafeRawBufferPointer, law: G711, arrival: UInt32) {
        let jump = abs(Wrapping.distance(from: timestamp, to: header.timestamp))
        if ssrc != header.ssrc || self.law != law || jump > Self.maximumJump {
            buffer.reset()
            ssrc = header.ssrc
            self.law = law
        }
        timestamp = header.timestamp
        guard !bytes.isEmpty else { return }
        _ = buffer.insert(header, bytes, arrival: arrival)
    }

    /// Fills a frame with what is due now.
    /// - Returns: false for silence; the frame is untouched then.
    mutating func next(into frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        while held < Self.frameSamples, decodePacket() {}
        guard held >= Self.frameSamples else { return conceal(frame) }
        for index in 0..<Self.frameSamples { frame[index] = samples[index] }
        for index in Self.frameSamples..<held { samples[index - Self.frameSamples] = samples[index] }
        held -= Self.frameSamples
        if fadesIn { Self.fade(frame, rises: true) }
        fadesIn = false
        for index in 0..<Self.frameSamples { last[index] = frame[index] }
        canConceal = true
        return true
    }

    /// - Returns: false if none is due.
    private mutating func decodePacket() -> Bool {
        let output = payload.withUnsafeMutableBytes { buffer.next(into: $0) }
        guard case .frame(let count) = output, count > 0, held + count <= samples.count else { return false }
        for index in 0..<count { samples[held + index] = law.decode(payload[index]) }
        held += count
        return true
    }

    private mutating func conceal(_ frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        fadesIn = true
        guard canConceal else { return false }
        canConceal = false
        for index in 0..<Self.frameSamples { frame[index] = last[index] }
        Self.fade(frame, rises: false)
        return true
    }

    private static func fade(_ frame: UnsafeMutableBufferPointer<Int16>, rises: Bool) {
        for index in frame.indices { frame[index] = Int16(MixRoom.faded(frame[index], at: index, rises: rises)) }
    }
}
