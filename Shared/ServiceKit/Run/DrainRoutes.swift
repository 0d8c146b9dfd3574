public import Cluster
public import Contracts
import HTTPTypes
public import Logging

/// `/v1/drain`: lets this very instance give its shards away and take no more, so that it can be stopped without anybody
/// noticing. Asked at the instance's own address: a front door would choose any.
public struct DrainRoutes: Sendable {
    private let instance: InstanceID
    private let cluster: Cluster
    private let log: Logger

    public init(instance: InstanceID, cluster: Cluster, log: Logger) {
        self.instance = instance
        self.cluster = cluster
        self.log = log
    }

    struct Wish: Codable, Sendable {
        let isDraining: Bool
    }

    /// How it stands.
    struct State: Codable, Sendable, Equatable {
        let instance: String
        let isDraining: Bool
        /// Shards that are still its own.
        let shards: Int
        /// How many other instances of the service take shards. With none, it keeps its own until there is one.
        let takers: Int
        /// Nothing is left, and all that was given away is another's: it may be stopped.
        let isDrained: Bool
    }

    public var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/drain", "Whether this instance gives its shards away, and has", .operator, use: get),
            APIRoute(
                .put, "/v1/drain",
                "Let this instance give its shards away, or take its share again. When it `isDrained` it may be stopped",
                .operator, use: put),
        ]
    }

    @Sendable func get(_ call: APICall<Nothing>) async throws -> State { state }

    @Sendable func put(_ call: APICall<Wish>) async throws -> State {
        cluster.setDraining(call.body.isDraining)
        log.notice("draining set", metadata: ["instance": "\(instance)", "draining": "\(call.body.isDraining)"])
        return state
    }

    private var state: State {
        let (isDraining, shards) = (cluster.isDraining, cluster.shards.count)
        return State(
            instance: "\(instance)", isDraining: isDraining, shards: shards, takers: cluster.takers,
            isDrained: isDraining && cluster.isGivenAway)
    }
}
