import Foundation
import Glibc
import RTP
import Synchronization

/// Names a stream of the media thread.
struct StreamID: Hashable, Sendable {
    fileprivate let number: Int
}

/// One thread that sends and receives the sound of every call.
///
/// It wakes every millisecond and serves a twentieth of the streams each time: hundreds of calls do not send in one burst, as
/// telephones do not.
final class MediaThread: Sendable {
    fileprivate enum Command: Sendable {
        case open(StreamID, RTPSocket, keepsSound: Bool)
        case point(StreamID, StreamTarget)
        case play(StreamID, Sound)
        case press(StreamID, String)
        case listen(StreamID, Int, @Sendable () -> Void)
        case watch(StreamID, [Int], @Sendable (ToneWatch.News) -> Void)
        case close(StreamID, @Sendable (StreamReport) -> Void)
        case stop
    }

    private let mailbox = Mutex<[Command]>([])
    private let streams = Atomic<Int>(0)

    /// - Parameter stamps: whether packets say when they were sent.
    init(stamps: Bool) {
        let thread = Thread { [self] in
            let worker = MediaWorker(stamps: stamps)
            worker.run {
                mailbox.withLock { commands in
                    defer { commands.removeAll(keepingCapacity: true) }
                    return commands
                }
            }
        }
        thread.name = "media"
        thread.start()
    }

    /// Takes over a socket; nothing is sent until `point`.
    func open(_ socket: RTPSocket, keepsSound: Bool) -> StreamID {
        let id = StreamID(number: streams.add(1, ordering: .relaxed).newValue)
        post(.open(id, socket, keepsSound: keepsSound))
        return id
    }

    func point(_ id: StreamID, to target: StreamTarget) { post(.point(id, target)) }
    func play(_ sound: Sound, on id: StreamID) { post(.play(id, sound)) }
    func press(_ keys: String, on id: StreamID) { post(.press(id, keys)) }

    /// Tells, once and on the media thread, that the tone sounds.
    func listen(for frequency: Int, on id: StreamID, heard: @escaping @Sendable () -> Void) {
        post(.listen(id, frequency, heard))
    }

    /// Tells, on the media thread, which of these tones sound, whenever that changes.
    func watch(_ tones: [Int], on id: StreamID, heard: @escaping @Sendable (ToneWatch.News) -> Void) {
        post(.watch(id, tones, heard))
    }

    /// Ends a stream and reports on it, on the media thread.
    func close(_ id: StreamID, report: @escaping @Sendable (StreamReport) -> Void) { post(.close(id, report)) }

    func stop() { post(.stop) }

    private func post(_ command: Command) { mailbox.withLock { $0.append(command) } }
}

/// What lives on the media thread.
private final class MediaWorker {
    private static let interval: Int64 = 1_000_000
    private static let phases = 20

    private var streams: [StreamID: MediaStream] = [:]
    /// The streams that are served together.
    private var groups = [[StreamID]](repeating: [], count: phases)
    private var sounds = SoundLibrary()
    private var isStopped = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 16)
    private let stamps: Bool

    init(stamps: Bool) { self.stamps = stamps }

    deinit { buffer.deallocate() }

    func run(_ commands: () -> [MediaThread.Command]) {
        var due = Self.now()
        var round = 0
        while !isStopped {
            for command in commands() { perform(command) }
            serve(round % Self.phases, at: due / 1_000)
            round += 1
            due += Self.interval
            // After a long stop of the whole machine, go on from now instead of sending everything that was missed.
            if Self.now() - due > 200_000_000 { due = Self.now() }
            Self.sleep(until: due)
        }
        for stream in streams.values { stream.socket.close() }
    }

    private func serve(_ phase: Int, at microseconds: Int64) {
        for id in groups[phase] {
            streams[id]?.receive(buffer, at: microseconds)
            streams[id]?.send(&sounds, buffer)
        }
    }

    private func perform(_ command: MediaThread.Command) {
        switch command {
        case .open(let id, let socket, let keepsSound):
            streams[id] = MediaStream(socket, keepsSound: keepsSound, isStamped: stamps)
            groups[id.number % Self.phases].append(id)
        case .point(let id, let target): streams[id]?.target = target
        case .play(let id, let sound): streams[id]?.sound = sound
        case .press(let id, let keys): streams[id]?.keys.send(keys)
        case .listen(let id, let frequency, let heard):
            streams[id]?.ear = ToneEar(frequency)
            streams[id]?.onHeard = heard
        case .watch(let id, let tones, let heard):
            streams[id]?.watch = ToneWatch(tones)
            streams[id]?.onTones = heard
        case .close(let id, let report): close(id, report)
        case .stop: isStopped = true
        }
    }

    private func close(_ id: StreamID, _ report: (StreamReport) -> Void) {
        guard var stream = streams.removeValue(forKey: id) else { return report(StreamReport()) }
        groups[id.number % Self.phases].removeAll { $0 == id }
        stream.receive(buffer, at: Self.now() / 1_000)
        stream.socket.close()
        report(stream.finalReport)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func sleep(until nanoseconds: Int64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil)
    }
}
