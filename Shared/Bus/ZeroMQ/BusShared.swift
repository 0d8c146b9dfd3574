import Contracts
import Foundation
import Logging
import Synchronization

/// A request that has come in and waits for its handler.
struct IncomingRequest: Sendable {
    let header: RequestHeader
    let body: Data
    /// The identity of the connection it came on; nil if this instance asks itself.
    let connection: Data?
    let deadline: ContinuousClock.Instant
}

/// What the bus's thread and everybody else both hold.
final class BusShared: Sendable {
    /// A closure of its own in a `Mutex` would be wrapped once more each time it is looked at.
    private struct Keeping {
        var keep: @Sendable () -> Void = {}
    }

    /// So many requests are in hand at most, from their coming to their answer.
    static let incomingCapacity = 8192
    /// A peer that has been silent for longer is not one's first choice.
    private static let freshness: Duration = .seconds(1)

    let instance: InstanceID
    let directory: any Directory
    let log: Logger
    let time: @Sendable () -> Timestamp
    let link: BusLink
    let executor: BusExecutor
    let counters = BusCounters()
    let subscriptions: Subscriptions
    let pending = PendingRequests()
    let incoming: AsyncStream<IncomingRequest>
    /// What ``SendingBus/beforeSending(_:)`` was told.
    private let keeping = Mutex(Keeping())
    private let inHand = Atomic<Int>(0)
    private let arriving: AsyncStream<IncomingRequest>.Continuation
    private let lastHeard = Mutex<[InstanceID: ContinuousClock.Instant]>([:])
    private let whenStopped = Mutex<(isStopped: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    init(
        instance: InstanceID, directory: any Directory, log: Logger, time: @escaping @Sendable () -> Timestamp
    ) throws {
        self.instance = instance
        self.directory = directory
        self.log = log
        self.time = time
        let link = try BusLink()
        let counters = counters
        self.link = link
        executor = BusExecutor { link.wake() }
        subscriptions = Subscriptions(
            onChange: { link.push(.subscriptionsChanged) }, onDrop: { counters.add(to: \.readerDropped) })
        (incoming, arriving) = AsyncStream.makeStream(
            of: IncomingRequest.self, bufferingPolicy: .bufferingOldest(Self.incomingCapacity))
    }

    /// Keeps what has been published, before others hear of it.
    func keep() { keeping.withLock { $0 }.keep() }

    func keep(by keep: @escaping @Sendable () -> Void) { keeping.withLock { $0.keep = keep } }

    func heard(_ peer: InstanceID) { lastHeard.withLock { $0[peer] = .now } }

    /// Whether the peer has sent a heartbeat lately.
    func isFresh(_ peer: InstanceID) -> Bool {
        peer == instance || lastHeard.withLock { $0[peer].map { .now - $0 < Self.freshness } ?? false }
    }

    /// Queues a request for its handler, or refuses it if there are too many.
    func accept(_ request: IncomingRequest) {
        let isRoom = inHand.add(1, ordering: .relaxed).newValue <= Self.incomingCapacity
        if isRoom, case .enqueued = arriving.yield(request) { return }
        finished()
        reply(to: request, .failure(Failure(.unavailable, "\(instance) has too much to do.")))
    }

    /// What waits already is still answered, what comes from now on is refused.
    func acceptNoMore() { arriving.finish() }

    /// A request is no longer in hand.
    func finished() { inHand.subtract(1, ordering: .relaxed) }

    func reply(to request: IncomingRequest, _ result: RequestResult) {
        guard let connection = request.connection else {
            pending.resolve(request.header.id, from: instance, .answered(result))
            return
        }
        let (isOK, body) = Self.body(of: result)
        link.push(.reply([connection, ReplyHeader(id: request.header.id, ok: isOK).json, body]))
    }

    private static func body(of result: RequestResult) -> (isOK: Bool, Data) {
        let failure: Failure
        switch result {
        case .success(let body) where body.count <= ZeroMQSocket.maximumFrame: return (true, body)
        case .success: failure = Failure(.unknown, "The answer is too large to be sent.")
        case .failure(let thrown): failure = thrown
        }
        return (false, (try? BusJSON.encoder.encode(failure)) ?? Data())
    }

    /// The thread has closed its sockets.
    func stopped() {
        subscriptions.finish()
        arriving.finish()
        let waiter = whenStopped.withLock { state in
            state.isStopped = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the thread has closed its sockets.
    func waitUntilStopped() async {
        await withCheckedContinuation { waiter in
            let isStopped = whenStopped.withLock { state in
                if !state.isStopped { state.waiter = waiter }
                return state.isStopped
            }
            if isStopped { waiter.resume() }
        }
    }
}
