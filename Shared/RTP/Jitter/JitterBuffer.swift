/// Puts packets back in order and in time: packets go in as they come, one frame comes out every frame time.
///
/// Its depth follows ``DelayEstimate``: it grows by waiting when it runs dry, and shrinks by leaving out a frame when it
/// has been too deep for half a second. All memory is taken at the start.
public struct JitterBuffer: Sendable {
    /// How many packets it can hold; more than a second, a power of two.
    public static let capacity = 64
    /// The longest payload it usually holds: 60 ms of G.711.
    public static let usualPayload = 480

    public enum Insertion: Equatable, Sendable { case stored, duplicate, late, tooLong, restarted }

    public enum Output: Equatable, Sendable {
        /// So many bytes were copied.
        case frame(Int)
        /// A frame is due but did not come: conceal it.
        case missing
        /// Nothing is due yet.
        case waiting
    }

    /// The longest payload it holds.
    public let maximumPayload: Int
    private var storage: [UInt8]
    /// The length of what a slot holds; nil when it is free.
    private var lengths: [Int?]
    private var sequences: [UInt16]
    private var estimate: DelayEstimate
    private let minimumFrames: Int
    private let maximumFrames: Int
    private var nextSequence: UInt16 = 0
    private var highest: UInt16 = 0
    private var isEmpty = true
    private var isPlaying = false
    private var dryFrames = 0
    private var tooDeepFrames = 0
    private var outOfRange = 0
    public private(set) var concealed: UInt64 = 0
    public private(set) var discarded: UInt64 = 0

    /// - Parameter frameSamples: how long a frame is, in timestamp units.
    public init(
        frameSamples: Int = 160, minimumFrames: Int = 1, maximumFrames: Int = 15, maximumPayload: Int = usualPayload
    ) {
        self.maximumPayload = max(maximumPayload, 1)
        storage = [UInt8](repeating: 0, count: Self.capacity * self.maximumPayload)
        lengths = [Int?](repeating: nil, count: Self.capacity)
        sequences = [UInt16](repeating: 0, count: Self.capacity)
        self.minimumFrames = min(max(minimumFrames, 1), Self.capacity / 2)
        self.maximumFrames = min(max(maximumFrames, self.minimumFrames), Self.capacity / 2)
        estimate = DelayEstimate(frameSamples: max(frameSamples, 1), maximumFrames: self.maximumFrames)
    }

    /// How many frames it wants to hold.
    public var target: Int { min(max(estimate.frames, minimumFrames), maximumFrames) }

    /// How many frame times lie between the next frame to play and the newest one.
    public var depth: Int { isEmpty ? 0 : max(0, Wrapping.distance(from: nextSequence, to: highest) + 1) }

    /// - Parameter arrival: in timestamp units.
    public mutating func insert(_ header: RTPHeader, _ payload: UnsafeRawBufferPointer, arrival: UInt32) -> Insertion {
        guard payload.count <= maximumPayload else { return .tooLong }
        var result = Insertion.stored
        if isEmpty {
            nextSequence = header.sequence
            highest = header.sequence
            isEmpty = false
        }
        let ahead = Wrapping.distance(from: nextSequence, to: header.sequence)
        if ahead < 0 {
            // Before playing has started, an earlier packet may still go to the front.
            if !isPlaying, depth - ahead < Self.capacity {
                nextSequence = header.sequence
            } else {
                return behind(header, payload, arrival: arrival, by: -ahead)
            }
        } else if ahead >= Self.capacity {
            restart(at: header.sequence)
            result = .restarted
        }
        outOfRange = 0
        estimate.take(transit: arrival &- header.timestamp)
        let slot = Int(header.sequence) & (Self.capacity - 1)
        if lengths[slot] != nil, sequences[slot] == header.sequence { return .duplicate }
        store(payload, header.sequence, in: slot)
        if Wrapping.distance(from: highest, to: header.sequence) > 0 { highest = header.sequence }
        return result
    }

    private mutating func behind(
        _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, arrival: UInt32, by distance: Int
    ) -> Insertion {
        discarded &+= 1
        // Several in a row from far back: the sender has started anew.
        outOfRange = distance >= Self.capacity ? outOfRange + 1 : 0
        guard outOfRange >= 3 else {
            if distance < Self.capacity { estimate.take(transit: arrival &- header.timestamp) }
            return .late
        }
        restart(at: header.sequence)
        store(payload, header.sequence, in: Int(header.sequence) & (Self.capacity - 1))
        return .restarted
    }

    private mutating func store(_ payload: UnsafeRawBufferPointer, _ sequence: UInt16, in slot: Int) {
        let maximumPayload = maximumPayload
        storage.withUnsafeMutableBytes { bytes in
            let start = slot * maximumPayload
            UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + maximumPayload)])
                .copyMemory(from: payload)
        }
        lengths[slot] = payload.count
        sequences[slot] = sequence
    }

    /// Forgets what it holds and how late packets came, and goes on with another stream.
    public mutating func reset() {
        estimate.reset()
        restart(at: 0)
        isEmpty = true
    }

    private mutating func restart(at sequence: UInt16) {
        for slot in lengths.indices { lengths[slot] = nil }
        nextSequence = sequence
        highest = sequence
        isPlaying = false
        dryFrames = 0
        tooDeepFrames = 0
        outOfRange = 0
    }

    /// Takes the frame that is due; call it once every frame time.
    public mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Output {
        if !isPlaying {
            guard !isEmpty, depth >= target else { return .waiting }
            isPlaying = true
            skipMissing(upTo: Self.capacity)
        }
        guard depth > 0 else { return ranDry() }
        skipMissing(upTo: dryFrames)
        dryFrames = 0
        shrinkIfTooDeep()
        let slot = Int(nextSequence) & (Self.capacity - 1)
        let held = sequences[slot] == nextSequence ? lengths[slot] : nil
        if sequences[slot] == nextSequence { lengths[slot] = nil }
        nextSequence &+= 1
        guard let held, held <= buffer.count else {
            concealed &+= 1
            return .missing
        }
        storage.withUnsafeBytes { bytes in
            let start = slot * maximumPayload
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + held)]))
        }
        return .frame(held)
    }

    /// Copies the frame that is due next without taking it: what it tells of one that is missing.
    /// - Returns: its length; nil if it is not there.
    public func peek(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let slot = Int(nextSequence) & (Self.capacity - 1)
        guard isPlaying, depth > 0, sequences[slot] == nextSequence, let held = lengths[slot], held <= buffer.count
        else { return nil }
        storage.withUnsafeBytes { bytes in
            let start = slot * maximumPayload
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + held)]))
        }
        return held
    }

    /// What is missing was waited for while nothing came; to wait for it again would be a delay that stays.
    private mutating func skipMissing(upTo limit: Int) {
        var rest = limit
        while rest > 0, depth > 1 {
            let slot = Int(nextSequence) & (Self.capacity - 1)
            guard lengths[slot] == nil || sequences[slot] != nextSequence else { return }
            nextSequence &+= 1
            rest -= 1
        }
    }

    /// Waiting without moving on makes the buffer one frame deeper when packets come again.
    private mutating func ranDry() -> Output {
        dryFrames += 1
        if dryFrames >= maximumFrames { isPlaying = false }
        concealed &+= 1
        return .missing
    }

    private mutating func shrinkIfTooDeep() {
        tooDeepFrames = depth > target + 1 ? tooDeepFrames + 1 : 0
        guard tooDeepFrames >= 25 else { return }
        tooDeepFrames = 0
        let slot = Int(nextSequence) & (Self.capacity - 1)
        if sequences[slot] == nextSequence { lengths[slot] = nil }
        nextSequence &+= 1
        discarded &+= 1
    }
}
