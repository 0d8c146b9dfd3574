import Bus
import Contracts
import Logging

/// What flows ask of others.
extension ShardTools {
    /// How often acd and crm are asked while they move or restart.
    private static let mostTries = 5

    func answer(_ task: FlowTask, tenant: TenantID) async -> FlowAnswer {
        switch task {
        case .request(let request, let key):
            return await requests.answer(request, idempotencyKey: key, tenant: tenant)
        case .customer(let number):
            let found = await asked { [bus] in
                try await bus.request(
                    FindCustomerByNumber(number: number), to: .any(.crm), tenant: tenant, deadline: .seconds(1))
            }
            return found.map { .customer($0) } ?? .failed
        case .earlierCall(let number, let hours): return await earlierCall(to: number, hours, tenant: tenant)
        case .callback(let request):
            let done = await asked { [bus] in
                try await bus.request(request, to: .shard(.acd, tenant), tenant: tenant, deadline: .seconds(2))
            }
            return done == nil ? .failed : .done
        }
    }

    /// Nobody waits long to be remembered: twice at most, so that an instance of acd that is gone costs no call.
    private func earlierCall(to number: String, _ hours: Int, tenant: TenantID) async -> FlowAnswer {
        let question = FindEarlierCall(number: number, withinHours: hours)
        for _ in 1...2 {
            do {
                return .earlierCall(
                    try await bus.request(question, to: .any(.acd), tenant: tenant, deadline: .milliseconds(400)))
            } catch {
                log.info("earlier call not looked up", metadata: ["error": "\(error)"])
            }
        }
        return .failed
    }

    /// Nil if it was refused, or nobody answered.
    private func asked<Reply: Sendable>(_ ask: @Sendable () async throws -> Reply) async -> Reply? {
        for attempt in 1...Self.mostTries {
            do {
                return try await ask()
            } catch let failure as Failure {
                let isPassing =
                    failure.kind == .unavailable || failure.kind == .timeout
                    || (failure.kind == .staleEpoch && failure.code == "notOwner")
                guard isPassing, attempt < Self.mostTries else {
                    log.warning("a flow was refused", metadata: ["error": "\(failure)"])
                    return nil
                }
            } catch { return nil }
            guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return nil }
        }
        return nil
    }
}
