import Contracts
import Foundation
import Logging
import RTP
import Synchronization

/// All RTP of this server: legs with their ports, playback, bridges, keys and recordings.
///
/// Every function returns at once; what it asks for is done in order on the thread that holds the leg, within
/// milliseconds. A command for a leg that is not there does nothing. What happens on its own comes out of ``events``.
///
///     let port = try engine.open(leg)                      // → SDP
///     try engine.connect(leg, RemoteMedia(agreed))         // ← SDP; again after each re-INVITE
///     engine.play(leg, source, PlayOptions(id: 1))         // ends what is played before
///     engine.bridge(leg, agentLeg)                         // ends what is played to either
///     engine.record(id, customer: leg, agent: agentLeg, to: file)
///     engine.close(leg)                                    // → .closed, the leg's last event
final class MediaEngine: Sendable {
    /// Which thread holds which leg, and who is recorded. Held while commands are posted, so that they arrive in the
    /// order in which they were decided; never by the media threads.
    struct State {
        var workers: [LegID: Int] = [:]
        var load: [Int]
        var recordings: [RecordingID: RecordedLegs] = [:]
        /// What each browser's line is called now: by its own name, or by that of the call it carries.
        var browsers: [LegID: LegID] = [:]
        /// Where each leg's packets pass.
        var taps: [LegID: LegTaps] = [:]
        var isShutDown = false
    }

    /// Who is on a recording.
    struct RecordedLegs {
        var customer: LegID?
        var agents: [LegID] = []

        var channels: [LegID: RecordingMix.Channel] {
            var channels = Dictionary(agents.map { ($0, RecordingMix.Channel.right) }) { first, _ in first }
            if let customer { channels[customer] = .left }
            return channels
        }
    }

    let events = MediaEvents()
    let state: Mutex<State>
    let recorder = Mailbox<RecorderCommand>()
    /// How many recordings have ended and are not closed yet.
    let recordingsWaiting = Atomic<Int>(0)
    let configuration: MediaConfiguration
    let metrics: MediaServerMetrics
    let log: Logger
    private let mailboxes: [Mailbox<MediaCommand>]
    private let ports: PortPool

    init(_ configuration: MediaConfiguration, metrics: MediaServerMetrics = MediaServerMetrics(), log: Logger) {
        self.configuration = configuration
        self.metrics = metrics
        self.log = log
        ports = PortPool(configuration.ports)
        let threads = min(max(configuration.threads, 1), 64)
        mailboxes = (0..<threads).map { _ in Mailbox() }
        state = Mutex(State(load: Array(repeating: 0, count: threads)))
        for index in 0..<threads { startWorker(index) }
        startRecorder()
    }

    private func startWorker(_ index: Int) {
        let surroundings = MediaWorker.Surroundings(
            index: index, mailboxes: mailboxes, ports: ports, happened: events,
            silenceBeforeTimeout: configuration.silenceBeforeTimeout.microseconds, log: log)
        start("media-\(index)") {
            var worker = MediaWorker(surroundings)
            worker.run()
        }
    }

    private func startRecorder() {
        start("recorder") { [self] in
            // Holds the engine until it is shut down, as the thread does what it holds.
            var writer = Recorder(
                mailbox: recorder, makeFile: configuration.makeRecording, metrics: metrics, log: log
            ) { [self] event in
                switch event {
                case .begun(let id): events.tellSoon(.recordingBegun(id))
                case .closed(let id, let result):
                    recordingsWaiting.subtract(1, ordering: .relaxed)
                    events.tellSoon(.recordingClosed(id, result))
                case .diskChanged(let isFailing, let problem):
                    events.tell(.recordingDiskChanged(isFailing: isFailing, problem: problem))
                }
            }
            writer.run()
        }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    // MARK: Legs

    /// Takes a pair of ports for a leg.
    /// - Parameter browser: what it is to be reached by, if the far end is a browser; then it takes one port only.
    /// - Throws: `MediaError`
    func open(_ leg: LegID, browser: BrowserLine? = nil) throws -> MediaPort {
        let opened = try makeLeg(leg, browser)
        let local = try SocketAddress(configuration.address, port: opened.port)
        let isPlaced = state.withLock { state in
            guard state.workers[leg] == nil, !state.isShutDown else { return false }
            let worker = state.load.indices.min { state.load[$0] < state.load[$1] } ?? 0
            state.workers[leg] = worker
            state.load[worker] += 1
            state.taps[leg] = LegTaps(rtp: opened.rtp.tap, rtcp: opened.rtcp?.tap, local: local)
            mailboxes[worker].post(.adopt(opened), mustArrive: true)
            return true
        }
        guard isPlaced else {
            opened.rtp.close()
            opened.rtcp?.close()
            ports.giveBack(opened.port)
            throw MediaError.legExists(leg)
        }
        return MediaPort(port: opened.port, ssrc: opened.egress.ssrc)
    }

    /// For a trace of its call.
    func taps(of leg: LegID) -> LegTaps? { state.withLock { $0.taps[leg] } }

    /// A port may be in use by another program; then the next is tried.
    private func makeLeg(_ leg: LegID, _ browser: BrowserLine?) throws(MediaError) -> MediaLeg {
        var failure = MediaError.noPortFree
        for _ in 0..<16 {
            guard let port = ports.take() else { throw failure }
            do throws(MediaError) {
                let rtp = try UDPSocket(bound: SocketAddress(configuration.address, port: port))
                if let browser { return MediaLeg(id: leg, port: port, rtp: rtp, rtcp: nil, browser: browser) }
                do throws(MediaError) {
                    let rtcp = try UDPSocket(bound: SocketAddress(configuration.address, port: port + 1), room: nil)
                    return MediaLeg(id: leg, port: port, rtp: rtp, rtcp: rtcp)
                } catch {
                    rtp.close()
                    throw error
                }
            } catch {
                ports.giveBack(port)
                failure = error
            }
        }
        throw failure
    }

    /// Says where and how to send to, and with it what may be received; a held leg is a direction without receiving.
    /// - Throws: `MediaError.badAddress`
    func connect(_ leg: LegID, _ remote: RemoteMedia) throws {
        let address = try SocketAddress(remote.address, port: remote.port)
        post(leg, .connect(leg, remote, address))
    }

    /// From now on the leg's silence is told of: both ends have answered.
    func expectSound(_ leg: LegID) { post(leg, .expectSound(leg)) }

    /// Says goodbye by RTCP and frees the ports.
    func close(_ leg: LegID) {
        state.withLock { state in
            if detach(leg, &state) { return }
            state.taps[leg] = nil
            guard let worker = state.workers.removeValue(forKey: leg) else { return }
            state.load[worker] -= 1
            mailboxes[worker].post(.close(leg), mustArrive: true)
        }
    }

    // MARK: What is heard

    /// Plays to a leg; what was played before ends as stopped.
    func play(_ leg: LegID, _ source: PromptSource, _ options: PlayOptions) {
        post(leg, .play(leg, Playback(source, options)))
    }

    func stopPlaying(_ leg: LegID) { post(leg, .stopPlaying(leg)) }

    /// Both hear each other, until `unbridge`, `close` or another bridge. What is played to one later is heard instead
    /// of the other.
    func bridge(_ first: LegID, _ second: LegID) {
        state.withLock { state in
            guard let worker = state.workers[first], state.workers[second] != nil else { return }
            move(second, to: worker, &state)
            send(.bridge(first, second), to: worker)
        }
    }

    /// These legs hear each other as their roles say, until they are arranged again. What is played to one is heard
    /// instead of the others. Who does not sit there any more is to be unbridged before.
    func arrange(_ room: CallID, _ seats: [RoomSeat]) {
        state.withLock { state in
            let workers = seats.compactMap { state.workers[$0.legID] }
            let most = Dictionary(workers.map { ($0, 1) }, uniquingKeysWith: +).max { $0.value < $1.value }
            guard let worker = most?.key else { return }
            for seat in seats { move(seat.legID, to: worker, &state) }
            send(.arrange(room, seats), to: worker)
        }
    }

    /// Legs that hear each other live on one thread, so that their sound needs no lock.
    private func move(_ leg: LegID, to worker: Int, _ state: inout State) {
        guard let other = state.workers[leg], other != worker else { return }
        mailboxes[worker].post(.expect(leg), mustArrive: true)
        mailboxes[other].post(.release(leg, to: worker), mustArrive: true)
        state.workers[leg] = worker
        state.load[other] -= 1
        state.load[worker] += 1
    }

    /// The leg leaves its bridge or its room; all stay up.
    func unbridge(_ leg: LegID) { post(leg, .unbridge(leg)) }

    /// Presses keys on the far end's behalf, 100 ms each, as telephone-events; nothing if the far end takes none.
    func sendDigits(_ leg: LegID, _ digits: String) { post(leg, .sendDigits(leg, digits)) }

    /// Listens from now on who or what has answered; ``MediaEvent/answer(_:_:milliseconds:)`` says so.
    func detectAnswer(_ leg: LegID, _ detection: AnswerDetection) { post(leg, .detectAnswer(leg, detection)) }

    /// Listens from now on for speech, whose end ``MediaEvent/speech(_:_:_:)`` tells; nil ends that.
    func recognize(_ leg: LegID, _ recognition: SpeechRecognition?) { post(leg, .recognize(leg, recognition)) }

    func post(_ leg: LegID, _ command: MediaCommand) {
        state.withLock { state in
            guard let worker = state.workers[leg] else { return }
            send(command, to: worker)
        }
    }

    /// The caller holds the state.
    func send(_ command: MediaCommand, to worker: Int) {
        if !mailboxes[worker].post(command) {
            log.error("media thread is overwhelmed", metadata: ["media.thread": "\(worker)"])
        }
    }

    // MARK: The end

    /// Closes all legs and recordings and ends the threads; `events` ends after it.
    func shutdown() async {
        let isFirst = state.withLock { state in
            defer { state.isShutDown = true }
            return !state.isShutDown
        }
        guard isFirst else { return }
        for mailbox in mailboxes {
            await withCheckedContinuation { _ = mailbox.post(.stop($0), mustArrive: true) }
        }
        await withCheckedContinuation { _ = recorder.post(.stop($0), mustArrive: true) }
        events.finish()
    }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000_000).partialValue + attoseconds / 1_000_000_000_000
    }
}
