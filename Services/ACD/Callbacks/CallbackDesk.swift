import Bus
import Contracts
import Logging

/// Has an agent call somebody back: takes the callback, so that nobody else does, and asks cti.
struct CallbackDesk: Sendable {
    /// How long telephones ring: the agent's, and then the customer's.
    static let ringSeconds = 30

    let callbacks: CallbackStore
    let bus: any Bus
    let log: Logger
    var now: @Sendable () -> Timestamp = Timestamp.now

    /// What came of it.
    enum Begun: Sendable, Equatable {
        /// cti makes the call, or may: what becomes of it, its facts say.
        case made(Callback)
        case refused(Failure)
    }

    /// - Parameter afterCallWorkSeconds: the queue's.
    /// - Throws: `Failure.conflict` if it does not wait any more.
    func dial(
        _ id: String, by agent: AgentID, afterCallWorkSeconds: Int, mustBeReady: Bool, of tenant: TenantID
    ) async throws -> Begun {
        let callback = try await callbacks.begin(id, by: agent, of: tenant)
        guard let callID = callback.callID else { return .refused(Failure(.unavailable, "The callback has no call.")) }
        var attributes = callback.attributes
        attributes["callback"] = callback.id
        attributes["callbackSource"] = callback.source.rawValue
        let request = CallBack(
            callID: callID, agentID: agent, queueID: callback.queueID, number: callback.number, from: callback.from,
            ringSeconds: Self.ringSeconds, afterCallWorkSeconds: afterCallWorkSeconds, attributes: attributes,
            mustBeReady: mustBeReady)
        do {
            _ = try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant)
            return .made(callback)
        } catch {
            let failure = error as? Failure ?? Failure(.unknown, "\(error)")
            log.info(
                "callback not made",
                metadata: ["callback.id": "\(id)", "agent.id": "\(agent)", "failure": "\(failure)"])
            // Whether cti has heard of it nobody knows: the keeper finds out.
            guard failure.kind != .timeout, failure.kind != .unknown else { return .made(callback) }
            let isAgents = failure.code == "agentNotReady"
            try await callbacks.giveBack(
                id, callID, notBefore: isAgents ? nil : now().adding(.seconds(30)), of: tenant)
            return .refused(failure)
        }
    }
}
