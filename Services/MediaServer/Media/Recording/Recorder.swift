import Contracts
import Glibc
import Logging
import RTP

/// What the recorder is asked to do.
enum RecorderCommand: Sendable {
    /// The clock is in samples.
    case begin(RecordingID, path: String, at: Int64)
    case add(RecordingID, RecordingTrack, RecordingMix.Channel)
    case end(RecordingID, at: Int64)
    case stop(CheckedContinuation<Void, Never>)
}

/// The thread that writes recordings: it makes their files, collects what media threads left in their tracks and writes it
/// about once a second, so that a slow disk delays nobody but itself.
struct Recorder: ~Copyable {
    private static let roundMilliseconds: Int32 = 200
    /// A disk that cannot be written is told of no more often.
    private static let alarmEveryMicroseconds: Int64 = 60_000_000

    let mailbox: Mailbox<RecorderCommand>
    let makeFile: @Sendable (String) throws -> WAVWriter
    let metrics: MediaServerMetrics
    let log: Logger
    /// A recording is whole on disk, or as whole as it could be made.
    let closed: @Sendable (RecordingID, RecordingResult) -> Void
    private var recordings: [RecordingID: RecordingFile] = [:]
    private var stopping: CheckedContinuation<Void, Never>?
    private var alarmedAt: Int64?

    init(
        mailbox: Mailbox<RecorderCommand>, makeFile: @escaping @Sendable (String) throws -> WAVWriter,
        metrics: MediaServerMetrics, log: Logger, closed: @escaping @Sendable (RecordingID, RecordingResult) -> Void
    ) {
        self.mailbox = mailbox
        self.makeFile = makeFile
        self.metrics = metrics
        self.log = log
        self.closed = closed
    }

    /// Runs until it is told to stop, then closes all recordings.
    mutating func run() {
        while stopping == nil {
            var waiting = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, Self.roundMilliseconds)
            let began = MediaClock.now()
            for command in mailbox.takeAll() { perform(command) }
            write(at: began)
            metrics.recorderWasBusy(seconds: Double(MediaClock.now() - began) / 1_000_000)
        }
        let now = MediaClock.samples(MediaClock.now())
        for id in recordings.keys { end(id, at: now) }
        stopping?.resume()
    }

    private mutating func write(at now: Int64) {
        for recording in recordings.values {
            recording.advance(to: MediaClock.samples(now))
            account(for: recording)
        }
        metrics.writes(recordings: recordings.count)
    }

    private mutating func perform(_ command: RecorderCommand) {
        switch command {
        case .begin(let id, let path, let start): begin(id, path, at: start)
        case .add(let id, let track, let channel): recordings[id]?.add(track, to: channel)
        case .end(let id, let end): self.end(id, at: end)
        case .stop(let continuation): stopping = continuation
        }
    }

    private mutating func begin(_ id: RecordingID, _ path: String, at start: Int64) {
        guard recordings[id] == nil else { return }
        let recording = RecordingFile(path: path, startingAt: start, make: makeFile)
        recordings[id] = recording
        account(for: recording)
    }

    private mutating func end(_ id: RecordingID, at end: Int64) {
        guard let recording = recordings.removeValue(forKey: id) else { return }
        let result = recording.close(at: end)
        account(for: recording)
        if result.problem != nil { metrics.closedDamagedRecording() }
        closed(id, result)
    }

    /// Counts what was lost, and tells an operator.
    private mutating func account(for recording: RecordingFile) {
        let lost = recording.takeLostMilliseconds()
        if lost > 0 { metrics.lostRecording(milliseconds: lost) }
        guard let problem = recording.problem, !recording.isTold else { return }
        recording.isTold = true
        let now = MediaClock.now()
        if let alarmedAt, now - alarmedAt < Self.alarmEveryMicroseconds { return }
        alarmedAt = now
        log.error("recordings cannot be written whole", metadata: ["problem": "\(problem)"])
    }
}
