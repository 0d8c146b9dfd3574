import NIOCore
import SDP
import SIP
import Synchronization

/// One call: tells its script what happens and does what the script says. Lives on the endpoint's event loop.
final class Party: Sendable {
    /// What is the same for the whole call.
    struct Plan: Sendable {
        var script: any CallScript
        /// Keep what is heard, to tell its tones.
        var keepsSound = false
        /// Tell the script when this tone is heard, in hertz.
        var hears: Int?
        /// Tell which of these tones are heard, whenever that changes.
        var watches: [Int] = []
        var onTones: @Sendable (ToneWatch.News) -> Void = { _ in }
        var onEnd: @Sendable (CallOutcome) -> Void = { _ in }
    }

    private struct State {
        var script: any CallScript
        var call: SIPCall?
        /// The INVITE that came, until it is answered.
        var offer: SIPRequest?
        var audio: AudioSession?
        var stream: StreamID?
        var sound = Sound.silence
        var hasEnded = false
        var outcome = CallOutcome()
    }

    let exchange: Exchange
    private let plan: Plan
    private let began = ContinuousClock.now
    private let state: Mutex<State>

    init(_ plan: Plan, exchange: Exchange) {
        self.plan = plan
        self.exchange = exchange
        state = Mutex(State(script: plan.script))
    }

    /// Takes a call that came.
    static func take(_ incoming: SIPIncomingCall, _ plan: Plan, _ exchange: Exchange) -> SIPCallHandler {
        let party = Party(plan, exchange: exchange)
        guard exchange.add(party) else {
            incoming.call.reject(503)
            plan.onEnd(CallOutcome(ended: "too many calls"))
            return { _, _ in }
        }
        party.state.withLock { state in
            state.call = incoming.call
            state.offer = incoming.request
        }
        party.feed(.began)
        return { _, event in party.handle(event) }
    }

    /// Makes a call.
    func call(_ invite: SIPInvite, by endpoint: SIPEndpoint) {
        exchange.eventLoop.execute { [self] in
            guard exchange.add(self) else { return plan.onEnd(CallOutcome(ended: "too many calls")) }
            guard open(), let offer = state.withLock({ $0.audio?.offer() }) else { return finish("no free RTP port") }
            var invite = invite
            invite.offer = .sdp(offer.description)
            let call = endpoint.invite(invite) { _, event in self.handle(event) }
            state.withLock { $0.call = call }
            feed(.began)
        }
    }

    func hangUp() { state.withLock(\.call)?.hangUp() }

    /// Is done with a call whose other side no longer answers.
    func giveUp() { finish("given up") }

    func feed(_ input: ScriptInput) {
        let actions = state.withLock { $0.hasEnded ? [] : $0.script.handle(input) }
        for action in actions { perform(action) }
    }

    private func handle(_ event: SIPCallEvent) {
        switch event {
        case .progress, .offerAccepted, .offerRefused: break
        case .answered(let response):
            guard accept(response.body) else { return hangUp() }
            answered()
        case .confirmed(let request):
            if !request.body.isEmpty { _ = accept(request.body) }
            answered()
        case .offered(let request): reoffered(request)
        case .received(let request): received(request)
        case .referred: state.withLock { $0.call }?.refuseReferral(603)
        case .ended(let end): finish(end.words)
        }
    }

    /// The first agreement; a later ACK is one to a re-INVITE.
    private func answered() {
        let isFirst = state.withLock { state in
            defer { state.outcome.wasAnswered = true }
            guard !state.outcome.wasAnswered else { return false }
            state.outcome.setup = ContinuousClock.now - began
            return true
        }
        if isFirst { feed(.answered) }
    }

    private func received(_ request: SIPRequest) {
        let event = request.headers[.event]?.lowercased()
        if request.method == .notify, event?.split(separator: ";").first == "talk" { feed(.asked) }
    }

    private func perform(_ action: ScriptAction) {
        let (call, stream) = state.withLock { ($0.call, $0.stream) }
        switch action {
        case .ring: call?.ring()
        case .answer: answer()
        case .reject(let status): call?.reject(SIPStatus(status))
        case .hangUp: call?.hangUp()
        case .wake(let alarm, let delay):
            exchange.eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.feed(.alarm(alarm)) }
        case .play(let sound):
            state.withLock { $0.sound = sound }
            if let stream { exchange.media.play(sound, on: stream) }
        case .press(let keys): if let stream { exchange.media.press(keys, on: stream) }
        }
    }

    private func finish(_ words: String) {
        let last = state.withLock { state -> (stream: StreamID?, outcome: CallOutcome)? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            state.outcome.ended = words
            if let setup = state.outcome.setup { state.outcome.duration = ContinuousClock.now - began - setup }
            return (state.stream, state.outcome)
        }
        guard let last else { return }
        exchange.remove(self)
        guard let stream = last.stream else { return plan.onEnd(last.outcome) }
        exchange.media.close(stream) { [plan] report in
            var outcome = last.outcome
            outcome.sound = report
            plan.onEnd(outcome)
        }
    }
}

// What is agreed on for the sound.

extension Party {
    /// Opens the stream; false when there is no port left.
    private func open() -> Bool {
        guard let socket = RTPSocket.open(exchange.host, exchange.ports) else { return false }
        let stream = exchange.media.open(socket, keepsSound: plan.keepsSound)
        let audio = AudioSession(
            address: exchange.host, port: socket.port, sessionID: .random(in: .min ... .max))
        let sound = state.withLock { state in
            state.stream = stream
            state.audio = audio
            return state.sound
        }
        exchange.media.play(sound, on: stream)
        if !plan.watches.isEmpty { exchange.media.watch(plan.watches, on: stream, heard: plan.onTones) }
        if let frequency = plan.hears {
            let hear: @Sendable () -> Void = { [weak self] in self?.feed(.heard) }
            exchange.media.listen(for: frequency, on: stream) { [loop = exchange.eventLoop] in loop.execute(hear) }
        }
        return true
    }

    private func answer() {
        let (call, offer) = state.withLock { ($0.call, $0.offer) }
        guard let call, let offer else { return }
        guard open() else { return call.reject(503) }
        guard let body = reply(to: offer) else { return call.reject(488) }
        call.answer(body)
    }

    private func reoffered(_ request: SIPRequest) {
        let call = state.withLock(\.call)
        guard let body = reply(to: request) else { return call?.refuseOffer() ?? () }
        call?.acceptOffer(body)
    }

    /// The answer to an offer, or our offer if there was none; nil if no sound can be agreed on.
    private func reply(to request: SIPRequest) -> SIPBody? {
        guard !request.body.isEmpty else {
            return state.withLock { $0.audio?.offer() }.map { .sdp($0.description) }
        }
        guard let offer = try? SessionDescription(parsing: request.body),
            let (answer, agreed) = try? state.withLock({ try $0.audio?.answer(offer) })
        else { return nil }
        point(agreed)
        return .sdp(answer.description)
    }

    /// Takes the answer to our offer.
    private func accept(_ body: [UInt8]) -> Bool {
        guard let answer = try? SessionDescription(parsing: body),
            let agreed = try? state.withLock({ try $0.audio?.accept(answer) })
        else { return false }
        return point(agreed)
    }

    @discardableResult
    private func point(_ agreed: AgreedAudio) -> Bool {
        guard let stream = state.withLock(\.stream), let target = StreamTarget(agreed) else { return false }
        exchange.media.point(stream, to: target)
        return true
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        self = .nanoseconds(Int64(clamping: Int(max(0, min(duration / .nanoseconds(1), 1e18)))))
    }
}
