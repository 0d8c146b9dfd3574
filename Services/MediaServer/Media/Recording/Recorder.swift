import Contracts
import Glibc
import Logging
import RTP

/// What the recorder is asked to do.
enum RecorderCommand: Sendable {
    /// The clock is in samples.
    case begin(RecordingID, path: String, at: Int64)
    case add(RecordingID, RecordingTrack, RecordingMix.Channel)
    case pause(RecordingID, at: Int64, leaving: PauseRest)
    case resume(RecordingID, at: Int64)
    case end(RecordingID, at: Int64)
    case stop(CheckedContinuation<Void, Never>)
}

/// What the recorder tells.
enum RecorderEvent: Sendable {
    /// There is a file.
    case begun(RecordingID)
    /// A recording is whole on disk, or as whole as it could be made.
    case closed(RecordingID, RecordingResult)
    case diskChanged(isFailing: Bool, problem: String?)
}

/// The thread that writes recordings: it makes their files, collects what media threads left in their tracks and writes it
/// about once a second, so that a slow disk delays nobody but itself.
struct Recorder: ~Copyable {
    private static let roundMicroseconds: Int64 = 200_000
    /// A disk that cannot be written is told of no more often.
    private static let alarmEveryMicroseconds: Int64 = 60_000_000

    let mailbox: Mailbox<RecorderCommand>
    let makeFile: @Sendable (RecordingID, String) throws -> any LiveWriter
    let metrics: MediaServerMetrics
    let log: Logger
    let happened: @Sendable (RecorderEvent) -> Void
    private var recordings: [RecordingID: RecordingFile] = [:]
    private var stopping: CheckedContinuation<Void, Never>?
    private var alarmedAt: Int64?
    /// What was told last of the disk.
    private var isDiskFailing = false

    init(
        mailbox: Mailbox<RecorderCommand>,
        makeFile: @escaping @Sendable (RecordingID, String) throws -> any LiveWriter, metrics: MediaServerMetrics,
        log: Logger, happened: @escaping @Sendable (RecorderEvent) -> Void
    ) {
        self.mailbox = mailbox
        self.makeFile = makeFile
        self.metrics = metrics
        self.log = log
        self.happened = happened
    }

    /// Runs until it is told to stop, then closes all recordings.
    mutating func run() {
        var nextRound = MediaClock.now() + Self.roundMicroseconds
        while stopping == nil {
            var waiting = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            let wait = max(0, nextRound - MediaClock.now() + 999) / 1_000
            _ = poll(&waiting, 1, Int32(clamping: wait))
            let began = MediaClock.now()
            for command in mailbox.takeAll() { perform(command) }
            // Not with each command, for there may be many: all recordings are looked at.
            if began >= nextRound {
                write(at: began)
                nextRound = began + Self.roundMicroseconds
            }
            metrics.recorderWasBusy(seconds: Double(MediaClock.now() - began) / 1_000_000)
        }
        let now = MediaClock.samples(MediaClock.now())
        for id in recordings.keys { end(id, at: now) }
        stopping?.resume()
    }

    private mutating func write(at now: Int64) {
        for (id, recording) in recordings {
            recording.advance(to: MediaClock.samples(now))
            account(for: recording, id)
        }
        tellOfDisk()
        metrics.writes(recordings: recordings.count)
    }

    private mutating func perform(_ command: RecorderCommand) {
        switch command {
        case .begin(let id, let path, let start): begin(id, path, at: start)
        case .add(let id, let track, let channel): recordings[id]?.add(track, to: channel)
        case .pause(let id, let time, let rest): recordings[id]?.pause(at: time, leaving: rest)
        case .resume(let id, let time): recordings[id]?.resume(at: time)
        case .end(let id, let end): self.end(id, at: end)
        case .stop(let continuation): stopping = continuation
        }
    }

    private mutating func begin(_ id: RecordingID, _ path: String, at start: Int64) {
        guard recordings[id] == nil else { return }
        let recording = RecordingFile(path: path, startingAt: start) { [makeFile] in try makeFile(id, $0) }
        recordings[id] = recording
        account(for: recording, id)
    }

    private mutating func end(_ id: RecordingID, at end: Int64) {
        guard let recording = recordings.removeValue(forKey: id) else { return }
        let result = recording.close(at: end)
        account(for: recording, id)
        if result.problem != nil { metrics.closedDamagedRecording() }
        happened(.closed(id, result))
    }

    /// Told when the disk takes nothing any more, and when it takes all again. What nobody is recorded to says nothing.
    private mutating func tellOfDisk() {
        guard let isFailing = recordings.isEmpty ? nil : recordings.values.contains(where: \.isFailing),
            isFailing != isDiskFailing
        else { return }
        isDiskFailing = isFailing
        let problem = recordings.values.first(where: \.isFailing)?.problem
        happened(.diskChanged(isFailing: isFailing, problem: problem))
    }

    /// Counts what was lost, and tells an operator.
    private mutating func account(for recording: RecordingFile, _ id: RecordingID) {
        if recording.isMade, !recording.isToldMade {
            recording.isToldMade = true
            happened(.begun(id))
        }
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
