import Contracts
import Database
import Foundation
import SIP
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

/// What operators set up for calls out, through the API and in PostgreSQL.
@Suite struct OutboundRouteTests {
    @Test func `a trunk is stored with all that was said, and its password is never shown`() async throws {
        try await withOutbound { desk, keeper in
            let said = """
                {"addresses":[{"host":"192.0.2.1","priority":1},{"host":"sip.carrier.example","transport":"tls"}],
                "username":"u","password":"secret","maxCalls":30,"codecs":["pcmu"],
                "calledOut":{"format":"e164","rules":[{"pattern":"+86!","strip":3}]}}
                """
            try await desk.gets(200, "PUT", "/v1/trunks/one", said)
            #expect(keeper.current.trunk("one")?.credentials?.password == "secret")
            // Left out, the password stays.
            try await desk.gets(200, "PUT", "/v1/trunks/one", said.replacing(#","password":"secret""#, with: ""))
            let trunk = try #require(keeper.current.trunk("one"))
            #expect(trunk.credentials?.password == "secret" && trunk.maxCalls == 30)
            #expect(trunk.addresses.map(\.question?.service) == [nil, "_sips._tcp.sip.carrier.example"])
            #expect(trunk.calledOut.applied(to: "008613800138000", NumberPlan()) == "13800138000")
            let shown = try await desk.send("GET", "/v1/trunks").text
            #expect(shown.contains(#""probeSeconds":30"#) && !shown.contains("secret"))
            // As it was before there were several addresses.
            try await desk.gets(200, "PUT", "/v1/trunks/two", #"{"host":"192.0.2.9","port":5080}"#)
            #expect(keeper.current.trunk("two")?.addresses.first?.port == 5080)
            for bad in ["{}", #"{"host":"x"}"#, #"{"host":"192.0.2.1","codecs":["x"]}"#, #"{"addresses":[]}"#] {
                try await desk.gets(400, "PUT", "/v1/trunks/bad", bad)
            }
            try await desk.gets(204, "DELETE", "/v1/trunks/two")
            try await desk.gets(404, "DELETE", "/v1/trunks/two")
        }
    }

    @Test func `routes are stored, noticed by the switch, and go with their trunk`() async throws {
        try await withOutbound { desk, keeper in
            try await desk.gets(200, "PUT", "/v1/trunks/one", #"{"host":"192.0.2.1"}"#)
            try await desk.gets(200, "PUT", "/v1/routes/b", #"{"trunkID":"one","cost":20,"prefixes":["+86"]}"#)
            try await desk.gets(200, "PUT", "/v1/routes/a", #"{"trunkID":"one","cost":30,"carriers":["移动"]}"#)
            #expect(keeper.current.routes.map(\.id) == ["b", "a"])
            try await desk.gets(404, "PUT", "/v1/routes/c", #"{"trunkID":"none"}"#)
            try await desk.gets(400, "PUT", "/v1/routes/c", #"{"trunkID":"one","cost":-1}"#)
            let routes = try await desk.send("GET", "/v1/routes").decode(Page<Route>.self).items
            #expect(routes.map(\.cost) == [30, 20])
            try await desk.gets(204, "DELETE", "/v1/trunks/one")
            #expect(keeper.current.routes.isEmpty)
            try await desk.gets(404, "DELETE", "/v1/routes/a")
        }
    }

    @Test func `whose number it is is told in whichever way it is written, once the switch knows`() async throws {
        try await withOutbound { desk, keeper in
            try await desk.gets(404, "GET", "/v1/access-numbers/+861088889020")
            try await keeper.database.transaction { connection in
                try AccessNumberStore.changed(
                    AccessNumberChanged(number: "+861088889020", isAssigned: true), tenant: "acme", in: connection)
            }
            await keeper.refreshNow()
            for way in ["+861088889020", "01088889020", "00861088889020"] {
                let owner = try await desk.send("GET", "/v1/access-numbers/\(way)").decode(AccessNumberOwner.self)
                #expect(owner.tenant == "acme" && owner.number == way)
            }
        }
    }

    @Test func `number ranges are imported, and lines that cannot be used are told`() async throws {
        try await withOutbound { desk, keeper in
            let file = "prefix,carrier,region\n1380013,移动,北京\nx,移动,北京\n+1,AT&T,\n"
            let answer = try await desk.send("POST", "/v1/number-ranges/import", file, type: "text/csv")
            let report = try answer.decode(NumberRangeRoutes.Report.self)
            #expect(report.taken == 2 && report.refused == 1 && report.refusals.map(\.line) == [3])
            #expect(keeper.current.ranges.owner(of: "+14155550123")?.carrier == "AT&T")
            let page = try await desk.send("GET", "/v1/number-ranges?prefix=138").decode(Page<NumberRange>.self)
            #expect(page.items == [NumberRange(prefix: "861380013", carrier: "移动", region: "北京")])
            let one = try await desk.send("POST", "/v1/number-ranges/import?replace=true", "139,联通", type: "text/csv")
            #expect(one.status == 200 && keeper.current.ranges.count == 1)
            // Nothing but mistakes takes nothing away.
            _ = try await desk.send("POST", "/v1/number-ranges/import?replace=true", "x,y", type: "text/csv")
            #expect(keeper.current.ranges.count == 1)
            try await desk.gets(204, "DELETE", "/v1/number-ranges/139")
            try await desk.gets(404, "DELETE", "/v1/number-ranges/139")
        }
    }

    @Test func `a tenant has its own dial policy, else the platform's`() async throws {
        try await withOutbound { desk, keeper in
            let plan = NumberPlan()
            #expect(keeper.current.policy(of: "t", plan) == .standard(plan))
            try await desk.gets(200, "PUT", "/v1/dial-policies/*", #"{"maxCalls":7}"#)
            #expect(keeper.current.policy(of: "t", plan).maxCalls == 7)
            try await desk.gets(200, "PUT", "/v1/dial-policies/t", #"{"allowed":["+86","+1"],"callerIDs":["4009"]}"#)
            let policy = keeper.current.policy(of: "t", plan)
            #expect(policy.maxCalls == 7 && policy.allows("+14155550123") && policy.callerIDs == ["4009"])
            #expect(!keeper.current.policy(of: "u", plan).allows("+14155550123"))
            for bad in [
                #"{"allowed":["x"]}"#, #"{"longestCallSeconds":99999}"#, #"{"maxCalls":-1}"#,
                #"{"defaultCallerID":"a"}"#,
            ] {
                try await desk.gets(400, "PUT", "/v1/dial-policies/t", bad)
            }
            try await desk.gets(204, "DELETE", "/v1/dial-policies/t")
            try await desk.gets(404, "DELETE", "/v1/dial-policies/t")
        }
    }

    @Test func `what tenants use is kept, for this instance and for the others`() async throws {
        try await withDatabase("media", MediaServer.schema) { database async throws in
            let (one, two) = (InstanceID(.mediaServer, 1), InstanceID(.mediaServer, 2))
            let key = DialLedger.Key(tenant: "t", day: "2026-11-21")
            let usage = DialUsage(calls: 1, seconds: 60, cost: 5)
            for instance in [one, two] {
                let store = DialUsageStore(database: database, instance: instance)
                try await store.write([key: usage])
                try await store.write([key: usage + usage])
            }
            let store = DialUsageStore(database: database, instance: one)
            #expect(try await store.own(since: "2026-11-21") == [key: usage + usage])
            #expect(try await store.others(on: "2026-11-21") == [key: usage + usage])
            #expect(try await store.own(since: "2026-11-22").isEmpty)
            let keeper = try await DialUsageKeeper.load(
                store, zone: .gmt, at: Timestamp(microseconds: 1_795_287_600_000_000), log: .silent)
            await keeper.refresh(at: Timestamp(microseconds: 1_795_287_600_000_000))
            #expect(keeper.restored == [key: usage + usage] && keeper.elsewhere(key) == usage + usage)
        }
    }

    @Test func `trunks of before there were several addresses are taken over`() async throws {
        try await withDatabase("media", Array(MediaServer.schema.prefix(3))) { database in
            try await database.run(
                """
                INSERT INTO media.trunk (id, host, port, transport, username, password, max_calls, is_outbound, is_inbound)
                VALUES ('old', '192.0.2.1', 5070, 'tcp', 'u', 'p', 12, true, false)
                """)
            try await database.migrate(schema: "media", MediaServer.schema)
            let trunk = try #require(try await TrunkStore(database: database).list().first)
            #expect(trunk.addresses == [TrunkAddress(host: "192.0.2.1", port: 5070, transport: .tcp)])
            #expect(trunk.maxCalls == 12 && !trunk.isInbound && trunk.credentials?.username == "u")
        }
    }

    @Test(arguments: ["admin", "supervisor", "configurator", "agent"])
    func `only operators set up trunks, routes and policies`(role: String) async throws {
        try await withOutbound(tenant: "t", roles: [role]) { desk, _ in
            try await desk.gets(403, "PUT", "/v1/trunks/one", #"{"host":"192.0.2.1"}"#)
            try await desk.gets(403, "GET", "/v1/routes")
            try await desk.gets(403, "PUT", "/v1/dial-policies/t", "{}")
            try await desk.gets(403, "POST", "/v1/number-ranges/import", "138,x")
            try await desk.gets(["admin", "configurator"].contains(role) ? 200 : 403, "GET", "/v1/dial-policy")
        }
    }

    /// The routes on a database, with somebody who calls them.
    func withOutbound(
        tenant: TenantID = .all, roles: Set<String> = ["operator"],
        _ body: @Sendable (Desk, SwitchBookKeeper) async throws -> Void
    ) async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let keeper = SwitchBookKeeper(database: database, log: .silent)
            try await keeper.refresh()
            let plan = NumberPlan()
            let routes =
                TrunkRoutes(trunks: TrunkStore(database: database), keeper: keeper) { [] }.routes
                + RouteRoutes(store: RouteStore(database: database), keeper: keeper) { _, _ in
                    throw Failure(.unavailable, "There is no switch.")
                }.routes
                + NumberRangeRoutes(ranges: NumberRangeStore(database: database), keeper: keeper, plan: plan).routes
                + AccessNumberRoutes(book: { keeper.current }, plan: plan).routes
                + DialPolicyRoutes(policies: DialPolicyStore(database: database), keeper: keeper, plan: plan) { _ in
                    DialUsage()
                }.routes
            try await withDesk(tenant: tenant, roles: roles, permissions: []) {
                APIServer(service: "media-server", routes: routes, tokens: $0)
            } _: {
                try await body($0, keeper)
            }
        }
    }
}
