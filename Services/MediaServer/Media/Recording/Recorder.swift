import Contracts
import Glibc
import RTP

/// What the recorder is asked to do.
enum RecorderCommand: Sendable {
    /// The clock is in samples.
    case begin(RecordingID, path: String, at: Int64)
    case add(RecordingID, RecordingTrack, RecordingMix.Channel)
    case end(RecordingID, at: Int64)
    case stop(CheckedContinuation<Void, Never>)
}

/// The thread that writes recordings: it collects what media threads left in their tracks and writes it about once a
/// second, so that a slow disk delays nobody but itself.
struct Recorder: ~Copyable {
    private static let roundMilliseconds: Int32 = 200

    let mailbox: Mailbox<RecorderCommand>
    let happened: AsyncStream<MediaEvent>.Continuation
    private var recordings: [RecordingID: RecordingFile] = [:]
    private var stopping: CheckedContinuation<Void, Never>?

    init(mailbox: Mailbox<RecorderCommand>, happened: AsyncStream<MediaEvent>.Continuation) {
        self.mailbox = mailbox
        self.happened = happened
    }

    /// Runs until it is told to stop, then closes all recordings.
    mutating func run() {
        while stopping == nil {
            var waiting = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, Self.roundMilliseconds)
            for command in mailbox.takeAll() { perform(command) }
            let now = MediaClock.samples(MediaClock.now())
            for recording in recordings.values { recording.advance(to: now) }
        }
        let now = MediaClock.samples(MediaClock.now())
        for id in recordings.keys { end(id, at: now) }
        stopping?.resume()
    }

    private mutating func perform(_ command: RecorderCommand) {
        switch command {
        case .begin(let id, let path, let start):
            if recordings[id] == nil { recordings[id] = RecordingFile(path: path, startingAt: start) }
        case .add(let id, let track, let channel): recordings[id]?.add(track, to: channel)
        case .end(let id, let end): self.end(id, at: end)
        case .stop(let continuation): stopping = continuation
        }
    }

    private mutating func end(_ id: RecordingID, at end: Int64) {
        guard let recording = recordings.removeValue(forKey: id) else { return }
        happened.yield(.recordingClosed(id, recording.close(at: end)))
    }
}
