import Bus
import Contracts
import Database
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import ACD

@Suite(.timeLimit(.minutes(1))) struct RouteTests {
    /// The whole service but its loops, on a bus within the process, with a router that owns the tenant.
    private func withACD(
        roles: Set<String> = ["supervisor"], permissions: Set<String>? = nil,
        _ body: (Desk, RouterFixture) async throws -> Void
    ) async throws {
        try await withDatabase("acd", Outbox.migrations + Schema.migrations) { database in
            let fixture = RouterFixture()
            let watch = SettingsWatch(store: RoutingSettingsStore(database: database), log: Logger(label: "test")) {
                fixture.router.send(.settingsChanged($0, $1))
            } complete: {
                fixture.router.send(.settingsComplete)
            }
            let routes =
                QueueRoutes(
                    queues: QueueStore(database: database), bus: fixture.bus, refresh: watch.refresh
                ).routes
                + SkillRoutes(skills: SkillStore(database: database), refresh: watch.refresh).routes
                + RoutingRoutes(bus: fixture.bus).routes
                + DecisionRoutes(decisions: DecisionStore(database: database)).routes
                + UnresolvedCaseRoutes(cases: UnresolvedCaseStore(database: database)).routes
                + CallbackRoutes(
                    callbacks: CallbackStore(database: database), queues: QueueStore(database: database),
                    desk: CallbackDesk(
                        callbacks: CallbackStore(database: database), bus: fixture.bus, log: Logger(label: "test")),
                    refresh: {}
                ).routes
            try await fixture.run(settings: nil) { fixture in
                try await withDesk(roles: roles, permissions: permissions) {
                    APIServer(service: "acd", routes: routes, tokens: $0)
                } _: { desk in
                    try await body(desk, fixture)
                }
            }
        }
    }

    @Test func `a queue is made, read, changed, staffed and removed`() async throws {
        try await withACD { desk, _ in
            let made = try await desk.send(
                "POST", "/v1/queues", #"{"id": "sales", "name": "Sales", "ringSeconds": 20}"#)
            #expect(made.status == 201)
            let queue = try made.decode(Queue.self)
            #expect(queue.ringSeconds == 20)
            #expect(try await desk.send("GET", "/v1/queues").decode(Page<Queue>.self).items == [queue])
            let changed = try await desk.send(
                "PATCH", "/v1/queues/sales", #"{"requiredSkills": ["english"], "strategy": "roundRobin"}"#)
            #expect(try changed.decode(Queue.self).requiredSkills == ["english"])
            #expect(try changed.decode(Queue.self).strategy == .roundRobin)
            try await desk.gets(400, "PATCH", "/v1/queues/sales", #"{"strategy": "nearest"}"#)
            try await desk.gets(204, "PUT", "/v1/queues/sales/members/amy")
            let members = try await desk.send("GET", "/v1/queues/sales/members")
            #expect(try members.decode(Page<AgentID>.self).items == ["amy"])
            try await desk.gets(204, "DELETE", "/v1/queues/sales/members/amy")
            try await desk.gets(204, "DELETE", "/v1/queues/sales")
            try await desk.gets(404, "GET", "/v1/queues/sales")
        }
    }

    @Test func `a queue that makes no sense, exists already or is not there is told so`() async throws {
        try await withACD { desk, _ in
            try await desk.gets(400, "POST", "/v1/queues", #"{"ringSeconds": 20}"#)
            try await desk.gets(400, "POST", "/v1/queues", #"{"name": "a", "ringSeconds": 0}"#)
            try await desk.gets(400, "POST", "/v1/queues", "no json")
            try await desk.gets(201, "POST", "/v1/queues", #"{"id": "a", "name": "a"}"#)
            try await desk.gets(409, "POST", "/v1/queues", #"{"id": "a", "name": "b"}"#)
            try await desk.gets(404, "PUT", "/v1/queues/none/members/amy")
            try await desk.gets(404, "DELETE", "/v1/queues/none")
        }
    }

    @Test func `a queue in which somebody waits is not removed`() async throws {
        try await withACD { desk, fixture in
            _ = try await desk.send("POST", "/v1/queues", #"{"id": "sales", "name": "Sales"}"#)
            try await fixture.enqueue(.to("sales", at: 1))
            try await desk.gets(409, "DELETE", "/v1/queues/sales")
            let figures = try await desk.send("GET", "/v1/queues/sales/figures").decode(QueueFigures.self)
            #expect(figures.waiting == 1)
        }
    }

    @Test func `a change is routed by at once`() async throws {
        try await withACD { desk, fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            _ = try await desk.send("POST", "/v1/queues", #"{"id": "sales", "name": "S", "requiredSkills": ["gold"]}"#)
            _ = try await desk.send("PUT", "/v1/queues/sales/members/amy")
            fixture.cti.sign("amy", .ready)
            try await fixture.enqueue(.to("sales", at: 1))
            let skills = try await desk.send("PUT", "/v1/agents/amy/skills", #"{"skills": ["gold"]}"#)
            #expect(skills.status == 200)
            #expect(await offers.next()?.agentID == "amy")
            #expect(try await desk.send("GET", "/v1/agents/amy/skills").text == #"{"skills":["gold"]}"#)
            let view = try await desk.send("GET", "/v1/routing").decode(RoutingView.self)
            #expect(view.ringing.map(\.agentID) == ["amy"])
        }
    }

    @Test func `an agent works in a queue at hours of his own, until he works there always`() async throws {
        try await withACD { desk, _ in
            _ = try await desk.send("POST", "/v1/queues", #"{"id": "sales", "name": "Sales"}"#)
            let hours = #"{"timeZone": "Asia/Shanghai", "hours": {"mon": ["09:00-12:00"]}}"#
            try await desk.gets(404, "PUT", "/v1/queues/sales/members/amy/hours", hours)
            try await desk.gets(204, "PUT", "/v1/queues/sales/members/amy")
            let set = try await desk.send("PUT", "/v1/queues/sales/members/amy/hours", hours)
            #expect(try set.decode(QueueMember.self).hours?.hours == ["mon": ["09:00-12:00"]])
            try await desk.gets(
                400, "PUT", "/v1/queues/sales/members/amy/hours", #"{"timeZone": "UTC", "hours": {"mon": ["9-12"]}}"#)
            // Made a member again, he keeps them.
            try await desk.gets(204, "PUT", "/v1/queues/sales/members/amy")
            let kept = try await desk.send("GET", "/v1/queues/sales/members/amy").decode(QueueMember.self)
            #expect(kept.hours?.timeZone == "Asia/Shanghai")
            try await desk.gets(204, "DELETE", "/v1/queues/sales/members/amy/hours")
            let always = try await desk.send("GET", "/v1/queues/sales/members/amy").decode(QueueMember.self)
            #expect(always == QueueMember(agentID: "amy", hours: nil, isIn: true))
        }
    }

    @Test func `a queue says whom callers are to have, how many ring, and how its service level is counted`()
        async throws
    {
        try await withACD { desk, _ in
            let body = """
                {"id": "sales", "name": "Sales", "ringsAtOnce": 3,
                 "preferredAgents": [{"by": "lastAgent", "whenBusy": "lockSeat", "seconds": 60, "withinHours": 24}],
                 "callbacks": {"abandoned": "list"}, "serviceLevel": {"formula": "answeredWithinOfAll", "thresholdSeconds": 15}}
                """
            let queue = try await desk.send("POST", "/v1/queues", body).decode(Queue.self)
            #expect(queue.ringsAtOnce == 3 && queue.preferredAgents.first?.whenBusy == .lockSeat)
            let figures = try await desk.send("GET", "/v1/queues/sales/figures").decode(QueueFigures.self)
            #expect(figures.serviceLevel?.formula == "answeredWithinOfAll" && figures.serviceLevel?.level == nil)
            for bad in [
                #"{"ringsAtOnce": 0}"#, #"{"preferredAgents": [{"by": "friend"}]}"#,
                #"{"callbacks": {"mostAttempts": 0}}"#,
                #"{"serviceLevel": {"thresholdSeconds": 0}}"#,
            ] { try await desk.gets(400, "PATCH", "/v1/queues/sales", bad) }
        }
    }

    @Test func `a call of which no decision is kept cannot be replayed`() async throws {
        try await withACD { desk, _ in
            try await desk.gets(404, "POST", "/v1/decisions/c1/replay")
            #expect(try await desk.send("GET", "/v1/decisions/c1/notes").text == #"{"items":[]}"#)
        }
    }

    @Test func `decisions are asked for by call`() async throws {
        try await withACD { desk, _ in
            try await desk.gets(400, "GET", "/v1/decisions")
            let none = try await desk.send("GET", "/v1/decisions?call=c1")
            #expect(none.text == #"{"items":[]}"#)
        }
    }

    @Test func `queues and their members are listed part by part`() async throws {
        try await withACD { desk, _ in
            for name in ["c", "a", "b"] {
                try await desk.gets(201, "POST", "/v1/queues", #"{"id": "\#(name)", "name": "\#(name)"}"#)
            }
            for member in ["zoe", "amy", "m-a"] { try await desk.gets(204, "PUT", "/v1/queues/a/members/\(member)") }
            #expect(try await desk.all("/v1/queues", Queue.self).map(\.name) == ["a", "b", "c"])
            #expect(try await desk.all("/v1/queues/a/members", AgentID.self) == ["amy", "m-a", "zoe"])
        }
    }

    @Test func `what a role of the tenant's own allows counts, and what it is called does not`() async throws {
        try await withACD(roles: ["night"], permissions: ["queue.manage"]) { desk, _ in
            try await desk.gets(201, "POST", "/v1/queues", #"{"name": "a"}"#)
            try await desk.gets(200, "GET", "/v1/queues")
            try await desk.gets(403, "GET", "/v1/routing")
        }
        try await withACD(roles: ["supervisor"], permissions: []) { desk, _ in
            try await desk.gets(403, "POST", "/v1/queues", #"{"name": "a"}"#)
            try await desk.gets(403, "GET", "/v1/decisions?call=c1")
        }
    }

    @Test func `a callback is listed, taken, closed and called off`() async throws {
        try await withACD(roles: ["agent"]) { desk, fixture in
            try await desk.gets(404, "POST", "/v1/callbacks", #"{"queue": "sales", "number": "13900000001"}"#)
        }
        try await withACD { desk, fixture in
            _ = try await desk.send("POST", "/v1/queues", #"{"id": "sales", "name": "Sales"}"#)
            try await desk.gets(400, "POST", "/v1/callbacks", #"{"queue": "sales", "number": "abc"}"#)
            let made = try await desk.send("POST", "/v1/callbacks", #"{"queue": "sales", "number": "13900000001"}"#)
            #expect(made.status == 201)
            let callback = try made.decode(Callback.self)
            let listed = try await desk.send("GET", "/v1/callbacks?queue=sales&state=waiting").decode(
                Page<Callback>.self)
            #expect(listed.items == [callback])
            // No cti answers here, so nobody knows whether the call was made.
            fixture.cti.bus.serve(CallBack.self) { request, _ in
                #expect(!request.mustBeReady && request.callID == CallID(rawValue: "callback-\(callback.id)-1"))
                return Done()
            }
            let taken = try await desk.send("POST", "/v1/callbacks/\(callback.id)/take")
            #expect(try taken.decode(Callback.self).state == .dialling)
            try await desk.gets(409, "POST", "/v1/callbacks/\(callback.id)/take")
            try await desk.gets(409, "DELETE", "/v1/callbacks/\(callback.id)")
            let other = try await desk.send("POST", "/v1/callbacks", #"{"queue": "sales", "number": "13900000002"}"#)
                .decode(Callback.self)
            let said = try await desk.send(
                "POST", "/v1/callbacks/\(other.id)/outcome", #"{"result": "done", "note": "by mail"}"#)
            #expect(try said.decode(Callback.self).note == "by mail")
            try await desk.gets(204, "DELETE", "/v1/callbacks/\(other.id)")
            try await desk.gets(404, "DELETE", "/v1/callbacks/none")
        }
    }

    @Test func `an agent marks a case as not resolved, says how far it is, and resolves it`() async throws {
        try await withACD(roles: ["agent"]) { desk, _ in
            try await desk.gets(400, "POST", "/v1/unresolved-cases", #"{"number": "x", "kind": "complaint"}"#)
            let marked = try await desk.send(
                "POST", "/v1/unresolved-cases", #"{"number": "13900000001", "kind": "complaint", "note": "broken"}"#
            ).decode(UnresolvedCase.self)
            let changed = try await desk.send(
                "PATCH", "/v1/unresolved-cases/\(marked.id)", #"{"state": "ordered"}"#)
            #expect(try changed.decode(UnresolvedCase.self).state == "ordered")
            let open = try await desk.send("GET", "/v1/unresolved-cases?progress=open&number=13900000001")
            #expect(try open.decode(Page<UnresolvedCase>.self).items.map(\.id) == [marked.id])
            let resolved = try await desk.send("POST", "/v1/unresolved-cases/\(marked.id)/resolve")
            #expect(try resolved.decode(UnresolvedCase.self).resolvedAt != nil)
            let none = try await desk.send("GET", "/v1/unresolved-cases?progress=open")
            #expect(try none.decode(Page<UnresolvedCase>.self).items.isEmpty)
            try await desk.gets(
                403, "POST", "/v1/unresolved-cases",
                #"{"number": "13900000001", "kind": "complaint", "agentID": "somebody"}"#)
        }
    }

    @Test func `an agent sees queues and changes none`() async throws {
        try await withACD(roles: ["agent"]) { desk, _ in
            try await desk.gets(200, "GET", "/v1/queues")
            try await desk.gets(403, "POST", "/v1/queues", #"{"name": "a"}"#)
            try await desk.gets(403, "GET", "/v1/routing")
        }
    }
}
