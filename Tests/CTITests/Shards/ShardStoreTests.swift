import Contracts
import Database
import Logging
import TestSupport
import Testing

@testable import CTI

@Suite struct ShardStoreTests {
    private let shard = Shard.of("t")

    private func withStore(_ body: (ShardStore) async throws -> Void) async throws {
        try await withDatabase("cti", CTI.schema) { try await body(ShardStore(database: $0)) }
    }

    private func agent(_ inputs: AgentState.Input...) -> AgentState {
        var agent = AgentState(tenant: "t", agentID: "amy", at: second(0))
        for input in inputs { _ = agent.handle(input, at: second(1)) }
        return agent
    }

    private func call(_ inputs: CallInput...) -> CallState {
        var call = CallState.inbound("c1", tenant: "t", from: "1", to: "400", on: media, flow: nil, at: second(0))
        call.run = FlowRun(flowID: "queue", version: 1, caller: "1", called: "400")
        for input in inputs { _ = call.handle(input, at: second(1)) }
        return call
    }

    @Test func `what was written is found by the next owner of the shard`() async throws {
        try await withStore { store in
            let (agent, call) = (agent(.signIn("201"), .makeReady), call(.begin))
            try await store.write(
                agents: [.init(state: agent, shard: shard, epoch: 1)],
                calls: [.init(state: call, shard: shard, epoch: 1)], forgotten: [])
            let found = try await store.load(shard)
            #expect(found.agents == [agent])
            #expect(found.calls == [call])
            let other = try #require(Shard.all.first { $0 != shard })
            #expect(try await store.load(other).agents.isEmpty)
        }
    }

    @Test func `a former owner is not heard any more`() async throws {
        try await withStore { store in
            let (new, old) = (agent(.signIn("201"), .makeReady), agent(.signIn("201")))
            try await store.write(agents: [.init(state: new, shard: shard, epoch: 2)], calls: [], forgotten: [])
            try await store.write(agents: [.init(state: old, shard: shard, epoch: 1)], calls: [], forgotten: [])
            #expect(try await store.load(shard).agents == [new])
        }
    }

    @Test func `a late write of a former owner does not bring back what the next has ended`() async throws {
        try await withStore { store in
            let (agent, call) = (agent(.signIn("201")), call(.begin))
            _ = try await store.load(shard, epoch: 2)
            try await store.write(
                agents: [.init(state: agent, shard: shard, epoch: 1)],
                calls: [.init(state: call, shard: shard, epoch: 1)], forgotten: [])
            #expect(try await store.load(shard, epoch: 2).calls.isEmpty)
            #expect(try await store.load(shard, epoch: 2).agents.isEmpty)
            try await store.write(
                agents: [], calls: [.init(state: call, shard: shard, epoch: 2)], forgotten: [])
            #expect(try await store.load(shard, epoch: 3).calls == [call])
        }
    }

    @Test func `a call that is over is forgotten`() async throws {
        try await withStore { store in
            let behind = WriteBehind(store: store, log: Logger(label: "test"))
            behind.save(call(.begin), shard, epoch: 1)
            try await behind.write()
            #expect(try await store.load(shard).calls.count == 1)
            behind.forget("c1", tenant: "t", epoch: 1)
            try await behind.write()
            #expect(try await store.load(shard).calls.isEmpty)
        }
    }

    @Test func `a former owner does not make its successor's call be forgotten`() async throws {
        try await withStore { store in
            let call = call(.begin)
            try await store.write(agents: [], calls: [.init(state: call, shard: shard, epoch: 2)], forgotten: [])
            try await store.write(
                agents: [], calls: [], forgotten: [.init(tenant: "t", callID: "c1", epoch: 1)])
            #expect(try await store.load(shard).calls == [call])
        }
    }

    @Test func `a call that was never stored is not deleted either`() async throws {
        try await withStore { store in
            let behind = WriteBehind(store: store, log: Logger(label: "test"))
            behind.save(call(.begin), shard, epoch: 1)
            behind.forget("c1", tenant: "t", epoch: 1)
            try await behind.write()
            #expect(try await store.load(shard).calls.isEmpty)
        }
    }

    @Test func `what could not be written is written later, in its newest form`() async throws {
        let away = Database(
            DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:1/none"), log: Logger(label: "test"))
        let behind = WriteBehind(store: ShardStore(database: away), log: Logger(label: "test"))
        behind.save(agent(.signIn("201")), shard, epoch: 1)
        await #expect(throws: (any Error).self) { try await behind.write() }
        behind.save(agent(.signIn("201"), .makeReady), shard, epoch: 1)
        await #expect(throws: (any Error).self) { try await behind.write() }
        #expect(behind.waiting.map(\.status) == [.ready])
        await away.close()
    }

    @Test func `rows of other tenants are out of reach`() async throws {
        try await withStore { store in
            try await store.write(
                agents: [.init(state: agent(.signIn("201")), shard: shard, epoch: 1)], calls: [], forgotten: [])
            for table in ["agent_session", "live_call", "flow", "flow_version", "access_number"] {
                let forced = try await store.database.query(
                    """
                    SELECT relforcerowsecurity AS forced FROM pg_class
                    WHERE relname = \(table) AND relnamespace = 'cti'::regnamespace
                    """
                ) { row in try row.get("forced") as Bool }
                #expect(forced == [true], "\(table)")
            }
            let seen = try await store.database.query(
                "SELECT agent_id FROM cti.agent_session", tenant: "other"
            ) { _ in true }
            #expect(seen.isEmpty)
        }
    }
}
