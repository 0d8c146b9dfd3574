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
    private static let heartbeatEvery: Duration = .milliseconds(250)

    let shared: BusShared
    let endpoints: InstanceEndpoints
    let context: ZeroMQContext
    let configuration: BusConfiguration
    private let authenticator: ZeroMQSocket
    private let publisher: ZeroMQSocket
    private let router: ZeroMQSocket
    var peers: [BusPeer] = []
    private var heads = StreamHeads()
    private var nextHeartbeat = ContinuousClock.now
    private var pace = TurnPace(.now)
    private var isStopping = false
    var refused: Set<InstanceID> = []

    init(_ configuration: BusConfiguration, _ shared: BusShared) throws {
        // libzmq starts its own thread with the first socket; that one inherits it.
        carillon_set_turn(Self.turn)
        defer { carillon_set_turn(0) }
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
        endpoints = InstanceEndpoints(publish: publisher.boundAddress, requests: router.boundAddress)
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "bus \(shared.instance)"
        thread.start()
    }

    private func run() {
        carillon_set_turn(Self.turn)
        reviewPeers()
        while !isStopping {
            var items = pollItems()
            let timeout = Int(pause().wholeMilliseconds)
            var ready = zmq_poll(&items, Int32(items.count), timeout)
            if ready > 0, gather() { ready = zmq_poll(&items, Int32(items.count), 0) }
            if ready < 0, zmq_errno() == ETERM { break }
            // Before a command changes the peers: only who has something is asked for it.
            let speaking = ready > 0 ? items.filter { $0.revents & Int16(ZMQ_POLLIN) != 0 }.map(\.socket) : []
            obey(shared.link.take())
            if !speaking.isEmpty { receive(from: speaking) }
            for peer in peers {
                for id in peer.flush(isWaiting: shared.pending.isWaiting) { shared.pending.markSent(id) }
            }
            tick()
        }
        close()
    }

    /// Lets what comes gather, if the last turn began a moment ago. False if it did not.
    private func gather() -> Bool {
        guard let wait = pace.arrived(at: .now) else { return false }
        var time = timespec(tv_sec: 0, tv_nsec: Int(wait.components.attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
        return true
    }

    private func pollItems() -> [zmq_pollitem_t] {
        var items = [zmq_pollitem_t(socket: nil, fd: shared.link.wakeUp, events: Int16(ZMQ_POLLIN), revents: 0)]
        for socket in [authenticator, router] {
            items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        let now = ContinuousClock.now
        for peer in peers {
            if peer.nextLook <= now {
                items.append(zmq_pollitem_t(socket: peer.events.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
            }
            let events = peer.backlog.isEmpty ? ZMQ_POLLIN : ZMQ_POLLIN | ZMQ_POLLOUT
            items.append(zmq_pollitem_t(socket: peer.requests.handle, fd: 0, events: Int16(events), revents: 0))
        }
        return items
    }

    /// Until the next deadline or heartbeat, rounded up.
    private func pause() -> Duration {
        let now = ContinuousClock.now
        var next = shared.pending.earliestDeadline.map { min($0, nextHeartbeat) } ?? nextHeartbeat
        for peer in peers where peer.nextLook > now { next = min(next, peer.nextLook) }
        return max(.zero, next - now) + .milliseconds(1)
    }

    private func obey(_ commands: [BusLink.Command]) {
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

    private func publish(_ event: EventFrames) {
        if event.number > 0 { heads.raise(event.stream, to: event.number) }
        if let losing = configuration.losing, losing(event.type, event.number) { return }
        _ = publisher.send(event.frames)
        shared.counters.add(to: \.published)
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
        nextHeartbeat = now + Self.heartbeatEvery
        reviewPeers()
        shared.pending.review(shared.directory)
        let heartbeat = StreamHeartbeat(instance: shared.instance, heads: heads.all)
        guard let envelope = try? Envelope(heartbeat, tenant: nil, time: shared.time()),
            let frames = EventFrames(envelope)
        else { return }
        publish(frames)
        shared.subscriptions.deliver(envelope, from: shared.instance.service)
    }

    private func close() {
        shared.pending.finish()
        // What has just been said is still to be heard, but nobody waits for it longer than this.
        for socket in [publisher, router] { try? socket.set(ZMQ_LINGER, 200) }
        for peer in peers { peer.close() }
        for socket in [publisher, router, authenticator] { socket.close() }
        context.terminate()
        shared.stopped()
    }
}

// MARK: what comes

extension BusThread {
    private func receive(from speaking: [UnsafeMutableRawPointer?]) {
        func speaks(_ socket: ZeroMQSocket) -> Bool { speaking.contains(socket.handle) }
        if speaks(authenticator) { drain(authenticator, Self.burst) { authenticate($0) } }
        if speaks(router) { drain(router, Self.burst) { receiveRequest($0) } }
        for peer in peers {
            if speaks(peer.events) {
                let isEmpty = drain(peer.events, Self.burst) { receiveEvent($0, from: peer) }
                let patience = isEmpty ? shared.subscriptions.patience(with: peer.instance.service) : .zero
                peer.nextLook = .now + patience
            }
            if speaks(peer.requests) { drain(peer.requests, Self.burst) { receiveReply($0, from: peer) } }
        }
    }

    /// False if there may be more.
    @discardableResult
    private func drain(_ socket: ZeroMQSocket, _ limit: Int, _ handle: (ZeroMQSocket.Received) -> Void) -> Bool {
        for _ in 0..<limit {
            guard let received = socket.receive() else { return true }
            handle(received)
        }
        return false
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
        if envelope.type == StreamHeartbeat.topic { shared.heard(peer.instance) }
        shared.counters.add(to: \.received)
        shared.subscriptions.deliver(envelope, from: peer.instance.service)
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
