import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Brings what the media-servers tell about legs to the shards they belong to, without a hole and in order.
struct LegFollower: Service {
    let follower: FactFollower
    let shards: Shards
    let gaps: GapMemory

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for fact in facts { deliver(fact) }
        }
    }

    private func deliver(_ envelope: Envelope) {
        guard let tenant = envelope.tenant, let instance = InstanceID(String(envelope.stream.prefix { $0 != "@" })),
            let fact = LegFact(envelope)
        else { return }
        gaps.heard(fact, tenant: tenant, on: instance, at: envelope.time)
        guard let loop = shards.loop(.of(tenant)) else { return }
        loop.send(.fact(fact, tenant: tenant, on: instance, stream: envelope.stream, number: envelope.number))
    }
}
