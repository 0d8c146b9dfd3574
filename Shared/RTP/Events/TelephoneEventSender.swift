/// Makes the packets of key presses, one a frame of 20 ms: the press growing, its end three times, a pause.
public struct TelephoneEventSender: Equatable, Sendable {
    /// More than this many waiting keys are refused.
    public static let maximumWaiting = 128
    private static let endRepeats = 3

    /// What to send now.
    public struct Frame: Equatable, Sendable {
        public var event: TelephoneEvent
        /// That of the press's beginning.
        public var timestamp: UInt32
        /// Set on the first packet of a press.
        public var marker: Bool
    }

    private enum State: Equatable {
        case idle
        case pressing(event: UInt8, timestamp: UInt32, frames: Int)
        case ending(event: UInt8, timestamp: UInt32, sent: Int)
        case pausing(frames: Int)
    }

    private let pressFrames: Int
    private let pauseFrames: Int
    private let samplesPerFrame: Int
    private var waiting: [UInt8] = []
    private var state = State.idle

    public init(pressFrames: Int = 5, pauseFrames: Int = 4, samplesPerFrame: Int = 160) {
        self.pressFrames = min(max(pressFrames, 1), 250)
        self.pauseFrames = max(pauseFrames, 0)
        self.samplesPerFrame = min(max(samplesPerFrame, 1), 960)
    }

    /// Appends keys; what is not a key is left out. False if there are too many.
    @discardableResult
    public mutating func send(_ digits: String) -> Bool {
        let events = digits.lazy.compactMap(Digit.event(of:)).prefix(Self.maximumWaiting + 1)
        guard waiting.count + events.count <= Self.maximumWaiting else { return false }
        waiting.append(contentsOf: events)
        return true
    }

    /// There is something left to send; sound is withheld meanwhile.
    public var isActive: Bool { state != .idle || !waiting.isEmpty }

    /// The next frame's packet; nil in a pause or when all is sent.
    /// - Parameter timestamp: the stream's own time now.
    public mutating func next(timestamp: UInt32) -> Frame? {
        switch state {
        case .idle: begin(timestamp)
        case .pressing(let event, let start, let frames): press(event, start, frames)
        case .ending(let event, let start, let sent): end(event, start, sent)
        case .pausing(let frames): pause(frames, timestamp)
        }
    }

    private mutating func begin(_ timestamp: UInt32) -> Frame? {
        guard !waiting.isEmpty else { return nil }
        return press(waiting.removeFirst(), timestamp, 0)
    }

    private mutating func press(_ event: UInt8, _ start: UInt32, _ frames: Int) -> Frame {
        let frames = frames + 1
        state =
            frames < pressFrames
            ? .pressing(event: event, timestamp: start, frames: frames)
            : .ending(event: event, timestamp: start, sent: 0)
        let duration = UInt16(clamping: frames * samplesPerFrame)
        return Frame(event: TelephoneEvent(event: event, duration: duration), timestamp: start, marker: frames == 1)
    }

    private mutating func end(_ event: UInt8, _ start: UInt32, _ sent: Int) -> Frame {
        state =
            sent + 1 < Self.endRepeats
            ? .ending(event: event, timestamp: start, sent: sent + 1) : .pausing(frames: pauseFrames)
        let duration = UInt16(clamping: pressFrames * samplesPerFrame)
        return Frame(
            event: TelephoneEvent(event: event, isEnd: true, duration: duration), timestamp: start, marker: false)
    }

    private mutating func pause(_ frames: Int, _ timestamp: UInt32) -> Frame? {
        if frames > 0 {
            state = .pausing(frames: frames - 1)
            return nil
        }
        state = .idle
        return begin(timestamp)
    }
}
