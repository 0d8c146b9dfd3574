import CZeroMQ
import Contracts
import Foundation
import Logging
import Synchronization

/// The one thread that owns all ZeroMQ sockets of a bus: sends what others queue, hands on what comes.
///
/// `@unchecked Sendable`: made and bound by one thread, then touched by the thread of ``start()`` only, which begins
/// after it; others reach it through ``BusLink``.
final class BusThread: @unchecked Sendable {
    /// So many messages are taken from one socket before the others have their turn.
    private static let burst = 512
    /// Of the threads that every message passes, in nanoseconds: on a busy machine most of a message's way is waiting for its
    /// turn, and their work is short.
    private static let turn: UInt64 = 100_000

    let shared: BusShared
    let endpoints: InstanceEndpoints
    let context: ZeroMQContext
    let configuration: BusConfiguration
    private let authenticator: ZeroMQSocket
    private let publisher: ZeroMQSocket
    private let router: ZeroMQSocket
    var peers: [BusPeer] = []
    let watch: SocketWatch
    /// Of all sockets that we hear by, by their descriptors.
    var sockets: [Int32: ZeroMQSocket] = [:]
    private var heads = StreamHeads()
    private var lanes = FactLane.allCases.map { BundleLane($0, now: .now) }
    private var nextHeartbeat = ContinuousClock.now
    private var pace = TurnPace(.now)
    private var isStopping = false
    var refused: Set<InstanceID> = []

    init(_ configuration: BusConfiguration, _ shared: BusShared) throws {
        // libzmq starts its own thread with the first socket; that one inherits it.
        carillon_set_turn(Self.turn)
        defer { carillon_set_turn(0) }
        watch = try SocketWatch()
        context = try ZeroMQContext()
        authenticator = try ZeroMQSocket(.authenticator, in: context)
        publisher = try ZeroMQSocket(.publisher, in: context)
        router = try ZeroMQSocket(.router, in: context)
        self.configuration = configuration
        self.shared = shared
        // First the one who asks for names, then the doors: without it libzmq would let everybody in.
        try authenticator.bind(Authenticator.address)
        for (socket, address) in [(publisher, configuration.publish), (router, configuration.requests)] {
            try Self.secureServer(socket, address, configuration, shared.instance)
            try socket.bind(address)
        }
        watch.add(shared.link.wakeUp)
        endpoints = InstanceEndpoints(publish: publisher.boundAddress, requests: router.boundAddress)
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "bus \(shared.instance)"
        thread.start()
    }

    private func run() {
        carillon_set_turn(Self.turn)
        shared.executor.begin()
        for socket in [authenticator, router] { hear(socket) }
        reviewPeers()
        while !isStopping {
            if listen(pause()), !shared.executor.holdsItsOwn, gather() { _ = listen(.zero) }
            receive()
            shared.executor.run()
            obey(shared.link.take())
            for peer in peers {
                for id in peer.flush(isWaiting: shared.pending.isWaiting) { shared.pending.markSent(id) }
            }
            sendBundles()
            tick()
        }
        sendBundles(all: true)
        close()
    }

    /// Waits until something has come for us, or that time has passed.
    /// - Returns: whether something has.
    private func listen(_ time: Duration) -> Bool {
        var isMore = false
        for socket in sockets.values where socket.isDue {
            socket.review()
            isMore = isMore || socket.isDue
        }
        shared.link.fallAsleep()
        let isLeft = isMore || !shared.link.isEmpty || !shared.executor.isIdle
        var wasWoken = false
        let isReady = watch.wait(milliseconds: isLeft ? 0 : Int(time.wholeMilliseconds)) { descriptor in
            if descriptor == shared.link.wakeUp { wasWoken = true }
            sockets[descriptor]?.isDue = true
        }
        shared.link.awake(wasWoken: wasWoken)
        return isReady || isLeft
    }

    /// Lets what comes gather, if the last turn began a moment ago. False if it did not.
    private func gather() -> Bool {
        guard let wait = pace.arrived(at: .now) else { return false }
        var time = timespec(tv_sec: 0, tv_nsec: Int(wait.components.attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
        return true
    }

    /// Until the next deadline, heartbeat or bundle, rounded up.
    private func pause() -> Duration {
        var next = shared.pending.earliestDeadline.map { min($0, nextHeartbeat) } ?? nextHeartbeat
        for lane in lanes { if let due = lane.due { next = min(next, due) } }
        return max(.zero, next - .now) + .milliseconds(1)
    }

    private func obey(_ commands: [BusLink.Command]) {
        if !commands.isEmpty { shared.keep() }
        for command in commands {
            switch command {
            case .publish(let event): publish(event)
            case .announce(let stream, let head): heads.raise(stream, to: head)
            case .ask(let target, let id, let frames): ask(target, id, frames)
            case .reply(let frames):
                if !router.send(frames) { shared.counters.add(to: \.repliesDropped) }
            case .directoryChanged:
                reviewPeers()
                shared.pending.review(shared.directory)
            case .subscriptionsChanged: subscribe()
            case .stop: isStopping = true
            }
        }
    }

    /// A fact goes out alone for those who want its topic, and in bundles for those who follow its stream.
    private func publish(_ event: EventFrames) {
        let isFact = event.number > 0
        if isFact { heads.raise(event.stream, to: event.number) }
        if let losing = configuration.losing, losing(event.type, event.number) { return }
        _ = publisher.send(event.frames)
        shared.counters.add(to: \.published)
        guard isFact else { return }
        for index in lanes.indices {
            if let full = lanes[index].add(event, time: shared.time()) { _ = publisher.send(full) }
        }
    }

    private func sendBundles(all: Bool = false) {
        for index in lanes.indices {
            let time = shared.time()
            let frames = all ? lanes[index].take(time: time) : lanes[index].turn(at: .now, time: time)
            if let frames { _ = publisher.send(frames) }
        }
    }

    private func ask(_ target: InstanceID, _ id: UInt64, _ frames: [Data]) {
        // The asker may have read the directory after us.
        if !peers.contains(where: { $0.instance == target }) { reviewPeers() }
        guard let peer = peers.first(where: { $0.instance == target }), peer.ask(id, frames) else {
            shared.pending.resolve(id, from: target, .unreachable)
            return
        }
        shared.counters.add(to: \.requestsSent)
    }

    /// Four times a second: says how far our streams have come, and looks whether anything has been missed.
    private func tick() {
        let now = ContinuousClock.now
        shared.pending.expire(now)
        guard now >= nextHeartbeat else { return }
        nextHeartbeat = now + HeartbeatPace.wait(after: shared.time())
        for socket in sockets.values { socket.isDue = true }
        reviewPeers()
        shared.pending.review(shared.directory)
        // What it names has been sent.
        sendBundles(all: true)
        let heartbeat = StreamHeartbeat(instance: shared.instance, heads: heads.all)
        guard let envelope = try? Envelope(heartbeat, tenant: nil, time: shared.time()),
            let frames = EventFrames(envelope)
        else { return }
        publish(frames)
        shared.subscriptions.deliver(envelope, from: shared.instance.service)
    }

    private func close() {
        shared.keep()
        shared.pending.finish()
        // What has just been said is still to be heard, but nobody waits for it longer than this.
        for socket in [publisher, router] { try? socket.set(ZMQ_LINGER, 200) }
        for peer in peers { peer.close() }
        for socket in [publisher, router, authenticator] { socket.close() }
        context.terminate()
        shared.stopped()
        shared.executor.end()
    }
}

// MARK: what comes

extension BusThread {
    private func receive() {
        drain(authenticator, Self.burst) { authenticate($0) }
        drain(router, Self.burst) { receiveRequest($0) }
        for peer in peers {
            drain(peer.events, Self.burst) { receiveEvent($0, from: peer) }
            drain(peer.requests, Self.burst) { receiveReply($0, from: peer) }
        }
    }

    private func drain(_ socket: ZeroMQSocket, _ limit: Int, _ handle: (ZeroMQSocket.Received) -> Void) {
        guard socket.isDue else { return }
        for _ in 0..<limit {
            guard let received = socket.receive() else { return }
            handle(received)
        }
    }

    private func authenticate(_ received: ZeroMQSocket.Received) {
        let list = Authenticator(allowed: configuration.keys?.allowed() ?? [:])
        let answer = list.answer(received.frames)
        if answer?.admitted != true { shared.counters.add(to: \.strangers) }
        // A REP socket must answer before it hears the next question.
        _ = authenticator.send(answer?.reply ?? [Data()])
    }

    private func receiveEvent(_ received: ZeroMQSocket.Received, from peer: BusPeer) {
        guard let envelope = EventFrames.read(received.frames, from: peer.instance.service) else {
            shared.counters.add(to: \.malformed)
            return
        }
        if FactLane(topic: envelope.type) != nil { return receiveFacts(envelope.body, from: peer) }
        shared.counters.add(to: \.received)
        if envelope.type == StreamHeartbeat.topic {
            shared.heard(peer.instance)
            shared.subscriptions.deliverToFollowers(envelope, from: peer.instance.service)
        }
        shared.subscriptions.deliverToTopics(envelope)
    }

    private func receiveFacts(_ bundle: Data, from peer: BusPeer) {
        let service = peer.instance.service
        guard let facts = FactBundle.read(bundle),
            facts.allSatisfy({ EventFrames.may(service, publish: $0) })
        else {
            shared.counters.add(to: \.malformed)
            return
        }
        for fact in facts {
            shared.counters.add(to: \.received)
            shared.subscriptions.deliverToFollowers(fact, from: service)
        }
    }

    private func receiveReply(_ received: ZeroMQSocket.Received, from peer: BusPeer) {
        guard received.frames.count == 2,
            let header = ReplyHeader(json: received.frames[0])
        else {
            shared.counters.add(to: \.malformed)
            return
        }
        let body = received.frames[1]
        if header.ok {
            shared.pending.resolve(header.id, from: peer.instance, .answered(.success(body)))
        } else if let failure = try? BusJSON.decoder.decode(Failure.self, from: body) {
            shared.pending.resolve(header.id, from: peer.instance, .answered(.failure(failure)))
        } else {
            shared.counters.add(to: \.malformed)
        }
    }

    private func receiveRequest(_ received: ZeroMQSocket.Received) {
        guard received.frames.count == 3,
            let header = RequestHeader(json: received.frames[1])
        else {
            shared.counters.add(to: \.malformed)
            return
        }
        let request = IncomingRequest(
            header: header, body: received.frames[2], connection: received.frames[0],
            deadline: .now + .milliseconds(min(max(0, header.milliseconds), 600_000)))
        if let user = received.user, !user.isEmpty, !KeyDirectory.may(user, speakAs: header.from) {
            shared.reply(to: request, .failure(Failure(.forbidden, "The key \(user) is not that of \(header.from).")))
            return
        }
        shared.accept(request)
    }
}
