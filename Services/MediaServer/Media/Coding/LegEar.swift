import Codecs
import RTP
import SDP

/// Listens to what a leg says as it comes, packet by packet, at 8 kHz: for a recording of what is not G.711, and for keys
/// in the sound of who sends no telephone-events.
///
/// Unchecked: it is touched by the thread that the leg belongs to, and moves with it.
final class LegEar: @unchecked Sendable {
    let codec: AudioCodec
    /// Nil where keys come as telephone-events: they would be heard twice.
    let keys: KeyDetector?
    private let decoder: SoundDecoder
    private let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: maximumPacketSamples)
    private var ssrc: UInt32?
    private var highest: UInt16 = 0
    private var timestamp: UInt32 = 0
    /// Since the beginning, in units of the timestamps.
    private var elapsed: Int64 = 0

    /// - Throws: `CodecError`
    init(_ codec: AudioCodec, hearsKeys: Bool) throws(CodecError) {
        self.codec = codec
        decoder = try SoundDecoder(codec, at: .narrow)
        keys = hearsKeys ? try KeyDetector() : nil
    }

    deinit { samples.deallocate() }

    /// - Returns: what the packet says; empty for one that comes too late to be decoded in its place.
    func take(_ header: RTPHeader, _ payload: UnsafeRawBufferPointer) -> UnsafeBufferPointer<Int16> {
        let isOther = ssrc != header.ssrc
        guard isOther || Wrapping.distance(from: highest, to: header.sequence) > 0 else {
            return UnsafeBufferPointer(rebasing: samples[..<0])
        }
        if isOther { timestamp = header.timestamp }
        elapsed &+= Int64(Wrapping.distance(from: timestamp, to: header.timestamp))
        ssrc = header.ssrc
        highest = header.sequence
        timestamp = header.timestamp
        let count = decoder.decode(payload, into: samples)
        return UnsafeBufferPointer(rebasing: samples[..<count])
    }

    /// The last packet's timestamp as a clock of 8 kHz would have it.
    var narrowTimestamp: UInt32 { UInt32(truncatingIfNeeded: elapsed / Int64(codec.clockRate / 8_000)) }
}
