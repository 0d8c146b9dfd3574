import Contracts
import Foundation

/// Finds the instance that a request is for, and sends again while the owner changes. Shared by both buses.
struct RequestRouter: Sendable {
    /// The code of a refusal by an instance that does not own the shard (any more).
    static let notOwner = "notOwner"
    private static let pauses: [Duration] = [
        .milliseconds(10), .milliseconds(20), .milliseconds(50), .milliseconds(100),
    ]

    /// What became of sending to one instance.
    enum Outcome {
        case answered(RequestResult)
        /// The directory says meanwhile that the request belongs elsewhere.
        case moved
        /// Could not be handed to the instance before the deadline.
        case unreachable
        /// Handed over, not answered before the deadline.
        case silent
    }

    struct Target {
        var instance: InstanceID
        var ownerEpoch: UInt64?
    }

    let instance: InstanceID
    let directory: any Directory

    /// Asks, and reads the answer. `send` hands one attempt to one instance and waits for `header.milliseconds`.
    func request<R: BusRequest>(
        _ request: R, to address: Address, _ tenant: TenantID?, _ deadline: Duration, _ key: String?,
        prefer: @Sendable (InstanceID) -> Bool = { _ in true },
        send: @Sendable (InstanceID, RequestHeader, Data) async -> Outcome
    ) async throws -> R.Reply {
        let end = ContinuousClock.now + deadline
        let body: Data
        do {
            body = try BusJSON.encoder.encode(request)
        } catch {
            throw Failure(.invalid, "The \(R.name) request holds what JSON cannot.")
        }
        var header = RequestHeader(
            id: 0, name: R.name, from: instance, tenant: tenant, key: key, milliseconds: 0, trace: BusTrace.current)
        if case .shard = address, key == nil { header.key = UUID().uuidString }
        let reply = try await attempts(header, to: address, until: end, prefer: prefer) { await send($0, $1, body) }
        do {
            return try BusJSON.decoder.decode(R.Reply.self, from: reply)
        } catch {
            throw Failure(.unknown, "The answer to \(R.name) could not be read.")
        }
    }

    /// Sends until there is an answer or the deadline passes.
    private func attempts(
        _ header: RequestHeader, to address: Address, until deadline: ContinuousClock.Instant,
        prefer: @Sendable (InstanceID) -> Bool, send: @Sendable (InstanceID, RequestHeader) async -> Outcome
    ) async throws -> Data {
        var last = Failure(.unavailable, "\(address) is not there.")
        var tried: Set<InstanceID> = []
        for attempt in 0... {
            let remaining = deadline - .now
            if remaining <= .zero { break }
            if let target = target(of: address, avoiding: tried, prefer: prefer) {
                switch await send(target.instance, complete(header, to: address, target, remaining)) {
                case .answered(.success(let body)): return body
                case .answered(.failure(let failure)):
                    guard isRetried(failure, to: address) else { throw failure }
                    last = failure
                case .moved: break
                case .unreachable: last = Failure(.unavailable, "\(target.instance) could not be reached.")
                case .silent: last = Failure(.timeout, "\(target.instance) did not answer in time.")
                }
                if case .any = address { tried.insert(target.instance) }
            }
            if case .instance = address { throw last }
            do {
                try await Task.sleep(for: Self.pauses[min(attempt, Self.pauses.count - 1)], clock: .continuous)
            } catch {
                throw Failure(.unavailable, "The request was given up.")
            }
        }
        throw last
    }

    /// The instance that the address means now.
    func target(
        of address: Address, avoiding tried: Set<InstanceID> = [], prefer: (InstanceID) -> Bool = { _ in true }
    ) -> Target? {
        switch address {
        case .instance(let instance): return Target(instance: instance)
        case .shard(let service, let tenant):
            guard let owner = directory.owner(of: .of(tenant), service: service) else { return nil }
            return Target(instance: owner.instance, ownerEpoch: owner.epoch)
        case .any(let service):
            let live = directory.endpoints().keys.filter { $0.service == service }
            let fresh = live.filter { !tried.contains($0) }
            let best = fresh.filter(prefer)
            let choice = best.randomElement() ?? fresh.randomElement() ?? live.randomElement()
            return choice.map { Target(instance: $0) }
        }
    }

    private func complete(
        _ header: RequestHeader, to address: Address, _ target: Target, _ remaining: Duration
    ) -> RequestHeader {
        var header = header
        header.milliseconds = max(1, remaining.wholeMilliseconds)
        if case .shard(_, let tenant) = address { header.shard = .of(tenant) }
        header.ownerEpoch = target.ownerEpoch
        if header.shard == nil { header.shard = header.tenant.map(Shard.of) }
        guard let shard = header.shard else { return header }
        if let epoch = BusFence.epoch {
            header.epoch = epoch
        } else if let own = directory.owner(of: shard, service: instance.service), own.instance == instance {
            header.epoch = own.epoch
        }
        return header
    }

    private func isRetried(_ failure: Failure, to address: Address) -> Bool {
        switch address {
        case .instance: false
        case .shard: failure.kind == .unavailable || failure.code == Self.notOwner
        case .any: failure.kind == .unavailable
        }
    }
}
