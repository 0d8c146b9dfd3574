import Contracts
import Database

/// Counters of nodes: `cti.node_count`.
extension FlowStore {
    /// Adds to what all instances have counted, in one order, so that two instances do not wait for each other for ever.
    func add(_ counts: [FlowCounters.Key: Int]) async throws {
        let rows = counts.map { (key: $0.key, count: $0.value) }.sorted { left, right in
            Self.order(left.key).lexicographicallyPrecedes(Self.order(right.key))
        }
        try await database.run(
            """
            INSERT INTO cti.node_count AS known (tenant_id, flow_id, version, node, exit, count)
            SELECT * FROM unnest(
                \(rows.map(\.key.tenant))::text[], \(rows.map(\.key.passage.flowID))::text[],
                \(rows.map(\.key.passage.version))::int[], \(rows.map(\.key.passage.node))::text[],
                \(rows.map { $0.key.passage.exit ?? "" })::text[], \(rows.map { Int64($0.count) })::bigint[])
            ON CONFLICT (tenant_id, flow_id, version, node, exit) DO UPDATE SET count = known.count + excluded.count
            """, tenant: "*")
    }

    private static func order(_ key: FlowCounters.Key) -> [String] {
        let passage = key.passage
        return [key.tenant.rawValue, passage.flowID.rawValue, "\(passage.version)", passage.node, passage.exit ?? ""]
    }

    /// - Parameter version: nil for the newest.
    /// - Throws: `Failure.notFound`
    func counters(of flowID: FlowID, version: Int?, tenant: TenantID) async throws -> FlowCounts {
        let document = try await find(flowID, version: version, tenant: tenant)
        let rows = try await database.query(
            """
            SELECT node, exit, count FROM cti.node_count
            WHERE tenant_id = \(tenant) AND flow_id = \(flowID) AND version = \(document.version)
            """, tenant: tenant.rawValue
        ) { row in
            (try row.get("node") as String, try row.get("exit") as String, try row.get("count") as Int64)
        }
        var entered: [String: Int64] = [:]
        var exits: [String: [String: Int64]] = [:]
        for (node, exit, count) in rows {
            if exit.isEmpty { entered[node] = count } else { exits[node, default: [:]][exit] = count }
        }
        let nodes = document.flow.nodes.keys.sorted().map { node in
            FlowCounts.Node(node: node, entered: entered[node] ?? 0, exits: exits[node] ?? [:])
        }
        return FlowCounts(flowID: flowID, version: document.version, nodes: nodes)
    }
}

/// How often the nodes of one version were entered and left.
struct FlowCounts: Codable, Sendable, Equatable {
    struct Node: Codable, Sendable, Equatable {
        let node: String
        let entered: Int64
        /// By field, such as `next` or `keys.1`; also `hungUp`, `callerGone`, and `answered` by an agent or a number.
        let exits: [String: Int64]
    }

    let flowID: FlowID
    let version: Int
    let nodes: [Node]
}
