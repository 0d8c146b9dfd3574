import Bus
import Contracts
import Foundation
import SIP
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

/// What people who run the switch see and do, through the API.
@Suite(.serialized, .timeLimit(.minutes(1))) struct OperationTests {
    @Test func `a tenant sees and ends its own legs, and an operator all`() async throws {
        try await withSwitch { test in
            let anna = try TestPhone()
            let caller = try await test.answeredCaller(anna)
            try await withOperation(test, tenant: "other", permissions: ["call.supervise"]) { desk in
                let found = try await desk.send("GET", "/v1/legs").decode(LegRoutes.Listing.self)
                #expect(found.items.isEmpty && found.silent.isEmpty)
                try await desk.gets(404, "GET", "/v1/legs/\(caller.leg)")
                try await desk.gets(404, "DELETE", "/v1/legs/\(caller.leg)")
            }
            try await withOperation(test, tenant: "demo", permissions: []) { desk in
                try await desk.gets(403, "GET", "/v1/legs")
                try await desk.gets(403, "DELETE", "/v1/legs/\(caller.leg)")
                try await desk.gets(403, "GET", "/v1/drains")
            }
            try await withOperation(test, tenant: .all, roles: ["operator"]) { desk in
                let legs = try await desk.send("GET", "/v1/legs").decode(LegRoutes.Listing.self).items
                #expect(legs.map(\.legID) == [caller.leg] && legs.first?.sipCallID == caller.call.callID)
            }
            try await withOperation(test, tenant: "demo", permissions: ["call.supervise"]) { desk in
                let leg = try await desk.send("GET", "/v1/legs/\(caller.leg)").decode(ShownLeg.self)
                #expect(leg.state == .answered && leg.to == "4001" && leg.trunkID == "carrier" && !leg.isOutbound)
                try await desk.gets(204, "DELETE", "/v1/legs/\(caller.leg)")
                let end = await caller.events.first { if case .ended(let end) = $0 { end } else { nil } }
                let isHungUp = if case .byPeer = end { true } else { false }
                #expect(isHungUp)
                #expect(await test.next(LegEnded.self)?.cause == .local)
                try await desk.gets(404, "DELETE", "/v1/legs/\(caller.leg)")
            }
        }
    }

    @Test func `legs come in parts`() async throws {
        try await withSwitch { test in
            for leg: LegID in ["a", "b", "c"] { try await test.originate(leg, to: .number("13900139000")) }
            try await withOperation(test, tenant: "demo", permissions: ["call.supervise"]) { desk in
                let first = try await desk.send("GET", "/v1/legs?limit=2").decode(LegRoutes.Listing.self)
                #expect(first.items.map(\.legID) == ["a", "b"])
                let cursor = try #require(first.nextCursor)
                let rest = try await desk.send("GET", "/v1/legs?limit=2&cursor=\(cursor)").decode(
                    LegRoutes.Listing.self)
                #expect(rest.items.map(\.legID) == ["c"] && rest.nextCursor == nil)
                #expect(rest.items.first?.route?.number == "+8613900139000")
            }
        }
    }

    @Test func `a switch that drains takes no new calls, keeps those that are up whole, and is drained after them`()
        async throws
    {
        try await withSwitch { test in
            let caller = try await test.answeredCaller(try TestPhone())
            try await withOperation(test, tenant: .all, roles: ["operator"]) { desk in
                let state = try await desk.send("PUT", "/v1/drains/1", #"{"isDraining":true}"#).decode(DrainState.self)
                #expect(state.isDraining && !state.isDrained && state.legs == 1)
                #expect(test.book.isDraining)
                let (_, refused) = test.world.call(test, .sdp(try TestPhone().offer))
                let refusal = await refused.first { event -> SIPResponse? in
                    if case .ended(.refused(let response)) = event { response } else { nil }
                }
                #expect(refusal?.status.code == 503 && refusal?.headers[.retryAfter] != nil)
                // A new call out is refused; a leg that the present call needs is made.
                await #expect(throws: Failure.self) { try await test.originate("new", to: .number("13900139000")) }
                try await test.originate("agent", to: .number("13900139000"), beside: caller.leg)
                #expect(await test.world.nextCall() != nil)
                try await test.command("agent", .hangUp(.local))
                try await test.command(caller.leg, .hangUp(.local))
                _ = await test.next(LegEnded.self)
                _ = await test.next(LegEnded.self)
                let listing = try await desk.send("GET", "/v1/drains").decode(DrainRoutes.Listing.self)
                #expect(listing.items.map(\.isDrained) == [true])
                let open = try await desk.send("PUT", "/v1/drains/1", #"{"isDraining":false}"#).decode(DrainState.self)
                #expect(!open.isDraining && !test.book.isDraining)
                _ = try await test.answeredCaller(try TestPhone())
                try await desk.gets(404, "PUT", "/v1/drains/7", #"{"isDraining":true}"#)
            }
        }
    }

    @Test func `signals drain too`() async throws {
        // Whatever comes before the service has taken them.
        for number in [SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        let wishes = Wishes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await DrainSignals { wish in wishes.told.withLock { $0.append(wish) } }.run() }
            for (number, wish) in [(SIGUSR1, true), (SIGUSR2, false)] {
                while !wishes.told.withLock({ $0.contains(wish) }) {
                    kill(getpid(), number)
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            group.cancelAll()
        }
    }

    func withOperation(
        _ test: TestSwitch, tenant: TenantID, roles: Set<String> = [], permissions: Set<String> = [],
        _ body: @Sendable (Desk) async throws -> Void
    ) async throws {
        let peers = SwitchPeers(
            instance: TestSwitch.instance, bus: LocalBus(), all: { [TestSwitch.instance] }, switchboard: test.board)
        try await withDesk(tenant: tenant, roles: roles, permissions: permissions) {
            APIServer(
                service: "media-server", routes: LegRoutes(peers: peers).routes + DrainRoutes(peers: peers).routes,
                tokens: $0)
        } _: {
            try await body($0)
        }
    }
}

/// What signals have asked for.
private final class Wishes: Sendable {
    let told = Mutex<[Bool]>([])
}
