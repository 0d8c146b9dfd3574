import Bus
import Contracts
import Database
import Logging
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import Dialer

/// A cti with agents who are ready, kept for records, or away.
final class FakeFloor: Sendable {
    struct State {
        var ready: Set<AgentID> = ["amy"]
        var kept: [AgentID: PreviewID] = [:]
        var missed: [AgentID] = []
        var dialled: [DialRecord] = []
        var refusesToDial: Failure?
        var revision: UInt64 = 0
    }

    let state = Mutex(State())
    let bus: LocalBus

    init(_ network: LocalBus.Network) {
        bus = network.bus(InstanceID(.cti, 1))
        bus.serve(ReadyAgents.self) { [self] request, _ in
            state.withLock { state in request.agentIDs.filter { state.ready.contains($0) && state.kept[$0] == nil } }
        }
        bus.serve(ReserveAgent.self) { [self] request, _ in
            try state.withLock { state in
                if state.kept[request.agentID] != request.previewID {
                    guard state.ready.contains(request.agentID), state.kept[request.agentID] == nil else {
                        throw Failure(.conflict, "The agent is not ready.", code: "agentNotReady")
                    }
                    state.kept[request.agentID] = request.previewID
                    state.revision += 1
                }
                return Self.agent(request.agentID, isKept: true, state.revision)
            }
        }
        bus.serve(ReleaseAgent.self) { [self] request, _ in
            state.withLock { state in
                guard state.kept[request.agentID] == request.previewID else { return }
                state.kept[request.agentID] = nil
                if request.hasMissed {
                    state.ready.remove(request.agentID)
                    state.missed.append(request.agentID)
                }
            }
            return Done()
        }
        bus.serve(DialRecord.self) { [self] request, _ in
            try state.withLock { state in
                if let failure = state.refusesToDial { throw failure }
                guard state.kept.removeValue(forKey: request.agentID) == request.previewID else {
                    throw Failure(.conflict, "The agent is not kept for it.", code: "agentNotReady")
                }
                state.ready.remove(request.agentID)
                state.dialled.append(request)
                return Done()
            }
        }
        bus.serve(FindCalls.self) { _, _ in [] }
    }

    /// He does something else.
    func leave(_ agent: AgentID) throws {
        let revision = state.withLock { state in
            state.kept[agent] = nil
            state.ready.remove(agent)
            state.revision += 1
            return state.revision
        }
        let changed = AgentStateChanged(agent: Self.agent(agent, isKept: false, revision), previous: .paused)
        bus.publish(try Envelope(changed, stream: "cti/1@a", number: revision, tenant: "t", time: .now()))
    }

    private static func agent(_ agent: AgentID, isKept: Bool, _ revision: UInt64) -> AgentSnapshot {
        AgentSnapshot(
            tenant: "t", agentID: agent, status: .paused, pauseReason: isKept ? AgentSnapshot.previewReason : "lunch",
            since: .now(), phoneID: "201", callID: nil, isOnHold: false, until: nil, revision: revision)
    }
}

@Suite(.timeLimit(.minutes(1))) struct PreviewDeskTests {
    private func run(
        _ campaign: Campaign = .looked(), numbers: [String] = ["100", "101"],
        _ body: (FakeFloor, PreviewDesk, Desk, Database) async throws -> Void
    ) async throws {
        try await withPreviews(campaign) { database, store in
            _ = try await NumberStore(database: database).add(
                numbers.map { .init(number: $0, attributes: ["name": "Li"]) }, to: "spring", of: "t", at: 0)
            let network = LocalBus.Network()
            let floor = FakeFloor(network)
            let crm = network.bus(InstanceID(.crm, 1))
            crm.serve(FindCustomerByNumber.self) { request, _ in
                CustomerCard(customerID: "li", name: "Li", numbers: [request.number], isVIP: true, fields: [:])
            }
            let bus = network.bus(InstanceID(.dialer, 1))
            let log = Logger(label: "test")
            let desk = PreviewDesk(
                dialling: PreviewDialling(
                    bus: bus, previews: store, attempts: AttemptStore(database: database), log: log),
                campaigns: CampaignStore(database: database), pulse: .milliseconds(20))
            let dialler = CampaignDialler(bus: bus, attempts: AttemptStore(database: database), log: log)
            let listener = EventListener(bus: bus, dialler: dialler, previews: desk, log: log)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await desk.run() }
                group.addTask { try await listener.run() }
                desk.send(.shardAcquired(.of("t")))
                try await withDesk(user: "amy", roles: ["agent"]) {
                    APIServer(service: "dialer", routes: PreviewRoutes(desk: desk).routes, tokens: $0)
                } _: { client in
                    try await body(floor, desk, client, database)
                }
                group.cancelAll()
            }
        }
    }

    /// The record that amy looks at, once she does.
    private func record(_ client: Desk, besides: PreviewID? = nil) async throws -> PreviewRoutes.Record {
        while true {
            let view = try await client.send("GET", "/v1/previews/me").decode(PreviewRoutes.PreviewView.self)
            if let record = view.record, record.preview.id != besides { return record }
            await Task.yield()
        }
    }

    private func until(_ condition: () async throws -> Bool) async throws {
        while !(try await condition()) { await Task.yield() }
    }

    @Test func `a ready agent looks at the next record with all that is known, and has it dialled`() async throws {
        try await run { floor, _, client, database in
            let record = try await record(client)
            #expect(record.preview.number == "100" && record.attributes == ["name": "Li"])
            #expect(record.customer?.customerID == "li" && record.maxAttempts == 3 && record.whenOver == .giveBack)
            try await until { floor.state.withLock { $0.kept["amy"] } == record.preview.id }
            let dialled = try await client.send("POST", "/v1/previews/\(record.preview.id)/dial")
            #expect(dialled.status == 201)
            let call = try dialled.decode(PreviewRoutes.Dialled.self)
            let request = try #require(floor.state.withLock { $0.dialled.first })
            #expect(request.callID == call.callID && request.number == "100" && request.campaignID == "spring")
            #expect(request.customer?.customerID == "li" && !request.isByTime && request.attributes == ["name": "Li"])
            #expect(try await AttemptStore(database: database).open().map(\.id) == [call.attemptID])
            try await client.gets(409, "POST", "/v1/previews/\(record.preview.id)/dial")
        }
    }

    @Test func `who skips one is given the next, and one who sets a time as well`() async throws {
        try await run { _, _, client, database in
            let first = try await record(client)
            let path = "/v1/previews/\(first.preview.id)"
            try await client.gets(400, "POST", path + "/skip", #"{"reason": ""}"#)
            try await client.gets(204, "POST", path + "/skip", #"{"reason": "no need"}"#)
            try await client.gets(409, "POST", path + "/skip", #"{"reason": "no need"}"#)
            let second = try await record(client, besides: first.preview.id)
            #expect(second.preview.number == "101")
            try await client.gets(400, "POST", "/v1/previews/\(second.preview.id)/appoint", #"{"at": 1}"#)
            let later = Timestamp.now().adding(.seconds(3600)).microseconds
            let body = #"{"at": \#(later), "isMine": true, "reason": "at ten"}"#
            try await client.gets(204, "POST", "/v1/previews/\(second.preview.id)/appoint", body)
            let listed = try await PreviewStore(database: database).list(of: "spring", PageRequest(), of: "t").items
            #expect(listed.map(\.outcome) == [.appointed, .skipped])
        }
    }

    @Test func `an agent who goes away gives it back, and another is given it`() async throws {
        try await run(numbers: ["100"]) { floor, _, client, database in
            let first = try await record(client)
            try await until { floor.state.withLock { $0.kept["amy"] } != nil }
            floor.state.withLock { _ = $0.ready.insert("bob") }
            let store = PreviewStore(database: database)
            // Told again until it is heard: a follower may not have begun to listen.
            try await until {
                try floor.leave("amy")
                return try await store.open(of: "bob", of: "t")?.number == "100"
            }
            let listed = try await store.list(of: "spring", agent: "amy", PageRequest(), of: "t").items
            #expect(listed.first(where: { $0.id == first.preview.id })?.outcome == .givenBack)
        }
    }

    @Test func `when its time is over it goes to the next agent, and who let it pass is paused`() async throws {
        // The tests' campaign leaves no time at all; agents' wishes are checked at the door.
        try await run(.looked { $0.seconds = 0 }, numbers: ["100"]) { floor, _, _, database in
            try await until { floor.state.withLock { $0.missed } == ["amy"] }
            floor.state.withLock { _ = $0.ready.insert("bob") }
            let store = PreviewStore(database: database)
            try await until { try await !store.list(of: "spring", agent: "bob", PageRequest(), of: "t").items.isEmpty }
            let amys = try await store.list(of: "spring", agent: "amy", PageRequest(), of: "t").items
            #expect(amys.map(\.outcome) == [.expired])
        }
    }

    @Test func `when its time is over it is dialled, if the campaign says so`() async throws {
        try await run(.looked { ($0.seconds, $0.whenOver) = (0, .dial) }) { floor, _, _, _ in
            try await until { floor.state.withLock { $0.dialled.map(\.isByTime) } == [true] }
        }
    }

    @Test func `what cti cannot dial is no try of the number, and the agent is let go`() async throws {
        try await run { floor, _, client, database in
            floor.state.withLock { $0.refusesToDial = Failure(.unavailable, "No trunk.") }
            let record = try await record(client)
            try await until { floor.state.withLock { $0.kept["amy"] } != nil }
            try await client.gets(503, "POST", "/v1/previews/\(record.preview.id)/dial")
            let number = try await PreviewStore(database: database).number(of: record.preview, of: "t")
            #expect(number?.attempts == 0)
            #expect(floor.state.withLock { $0.kept["amy"] } != record.preview.id)
        }
    }

    @Test func `campaigns are chosen by agents, and left`() async throws {
        try await run { floor, _, client, _ in
            let listed = try await client.send("GET", "/v1/preview-campaigns")
            #expect(try listed.decode([PreviewRoutes.PreviewCampaign].self).map(\.id) == ["spring"])
            _ = try await record(client)
            try await client.gets(204, "DELETE", "/v1/previews/me")
            let view = try await client.send("GET", "/v1/previews/me").decode(PreviewRoutes.PreviewView.self)
            #expect(view == .init(campaign: nil, record: nil))
            try await until { floor.state.withLock { $0.kept["amy"] } == nil }
            try await client.gets(404, "PUT", "/v1/previews/me", #"{"campaignID": "none"}"#)
            try await client.gets(200, "PUT", "/v1/previews/me", #"{"campaignID": "spring"}"#)
            _ = try await record(client)
            try await client.gets(403, "GET", "/v1/campaigns/spring/previews")
        }
    }
}
