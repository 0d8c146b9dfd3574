import Contracts
import Foundation
import Logging
import Synchronization

/// Finds the handler of a request, refuses stale epochs, and answers repeated requests from the cache.
final class RequestDispatcher: Sendable {
    private typealias Serving = @Sendable (Data, RequestContext) async throws -> Data

    private let instance: InstanceID
    private let directory: any Directory
    private let log: Logger
    private let handlers = Mutex<[String: Serving]>([:])
    private let epochs = Mutex(EpochMemory())
    private let cache = Mutex(ReplyCache())

    init(instance: InstanceID, directory: any Directory, log: Logger) {
        self.instance = instance
        self.directory = directory
        self.log = log
    }

    func serve<R: BusRequest>(
        _ type: R.Type, _ handler: @escaping @Sendable (R, RequestContext) async throws -> R.Reply
    ) {
        let serving: Serving = { body, context in
            let request: R
            do {
                request = try BusJSON.decoder.decode(R.self, from: body)
            } catch {
                throw Failure(.invalid, "The body is not a \(R.name) request.")
            }
            return try BusJSON.encoder.encode(try await handler(request, context))
        }
        handlers.withLock { $0[R.name] = serving }
    }

    func answer(_ header: RequestHeader, body: Data, deadline: ContinuousClock.Instant) async -> RequestResult {
        if let refusal = refusal(of: header) { return .failure(refusal) }
        guard let serving = handlers.withLock({ $0[header.name] }) else {
            return .failure(Failure(.notFound, "\(instance.service) does not answer \(header.name)."))
        }
        let context = RequestContext(
            from: header.from, tenant: header.tenant, idempotencyKey: header.key, shard: header.shard,
            epoch: header.epoch, deadline: deadline, trace: header.trace)
        guard let key = header.key else { return await run(serving, body, context) }
        return await once(ReplyCache.Key(name: header.name, tenant: header.tenant, key: key)) {
            await self.run(serving, body, context)
        }
    }

    private func once(_ key: ReplyCache.Key, _ work: () async -> RequestResult) async -> RequestResult {
        switch cache.withLock({ $0.begin(key) }) {
        case .answered(let result): return result
        case .running:
            return await withCheckedContinuation { waiter in
                guard let known = cache.withLock({ $0.wait(for: key, waiter) }) else { return }
                waiter.resume(returning: known ?? .failure(Failure(.unavailable, "The same request has just failed.")))
            }
        case .first:
            let result = await work()
            for waiter in cache.withLock({ $0.finish(key, with: result) }) { waiter.resume(returning: result) }
            return result
        }
    }

    private func run(_ serving: Serving, _ body: Data, _ context: RequestContext) async -> RequestResult {
        do {
            return .success(try await BusTrace.$current.withValue(context.trace) { try await serving(body, context) })
        } catch let failure as Failure {
            return .failure(failure)
        } catch is CancellationError {
            return .failure(Failure(.unavailable, "\(instance) is stopping."))
        } catch {
            log.error("request not answered", metadata: ["error": "\(error)", "bus.from": "\(context.from)"])
            return .failure(Failure(.unknown, "\(instance) could not carry the request out."))
        }
    }

    /// Why the request must not be carried out here: its sender, or this instance, has been succeeded.
    private func refusal(of header: RequestHeader) -> Failure? {
        guard let shard = header.shard else { return nil }
        if let epoch = header.epoch,
            !epochs.withLock({ $0.admit(epoch, of: shard, service: header.from.service) })
        {
            return Failure(.staleEpoch, "\(header.from) owns shard \(shard) no longer.")
        }
        guard let believed = header.ownerEpoch else { return nil }
        guard let owner = directory.owner(of: shard, service: instance.service), owner.instance == instance,
            owner.epoch >= believed
        else {
            return Failure(.staleEpoch, "\(instance) does not own shard \(shard).", code: RequestRouter.notOwner)
        }
        return nil
    }
}
