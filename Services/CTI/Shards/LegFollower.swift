import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Brings what the media-servers tell about legs to the shards they belong to, without a hole and in order.
struct LegFollower: Service {
    /// What ``GapMemory`` keeps.
    private static let remembered: Set = [LegArrived.topic, LegEnded.topic]

    let follower: FactFollower
    let shards: Shards
    let gaps: GapMemory

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for fact in facts { deliver(fact) }
        }
    }

    private func deliver(_ envelope: Envelope) {
        guard let tenant = envelope.tenant else { return }
        let loop = shards.loop(.of(tenant))
        if loop != nil { shards.heard() }
        // Of the legs of others it is only remembered that they came and went.
        if loop == nil {
            guard Self.remembered.contains(envelope.type) else { return }
            // Which leg it was stands in the header; how it ended is its owner's business.
            if envelope.type == LegEnded.topic {
                gaps.heardEnd(of: LegID(rawValue: envelope.subject), at: envelope.time)
                return
            }
        }
        guard let instance = InstanceID(String(envelope.stream.prefix { $0 != "@" })), let fact = LegFact(envelope)
        else { return }
        let came = gaps.heard(fact, tenant: tenant, on: instance, at: envelope.time)
        if let came {
            // Told again of whom it knows, the shard does nothing.
            loop?.send(
                .fact(
                    .arrived(came.arrival), tenant: tenant, on: instance, stream: envelope.stream,
                    number: envelope.number, at: came.arrivedAt))
        }
        loop?.send(
            .fact(
                fact, tenant: tenant, on: instance, stream: envelope.stream, number: envelope.number,
                at: envelope.time))
    }
}
