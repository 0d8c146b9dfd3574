import Contracts
import Foundation
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// Calls through trunks whose carriers are sipp.
@Suite(
    .serialized, .timeLimit(.minutes(1)),
    .enabled(if: SippCarrier.path != nil, "sipp is not installed: apt-get install sip-tester"))
struct TrunkWireTests {
    @Test func `a call goes to a trunk's next address when the first is silent`() async throws {
        try await withSwitch { test in
            let (dead, alive) = (SippCarrier.port(), try SippCarrier())
            test.book.change { $0.trunks = [.at(dead, alive.port) { $0.quiet() }] }
            try await test.originate("out", to: .number("13900139000"))
            #expect(await test.next(LegAnswered.self)?.legID == "out")
            try await test.command("out", .hangUp(.local))
            let route = await test.next(LegEnded.self)?.route
            #expect(route?.number == "+8613900139000")
            #expect(route?.tries.map(\.outcome) == ["no response", "reached"])
            #expect(route?.tries.map(\.address) == ["udp:127.0.0.1:\(dead)", "udp:127.0.0.1:\(alive.port)"])
            #expect(await alive.status() == 0)
            // The next call does not wait for the silent one.
            let again = try SippCarrier(port: alive.port)
            try await test.originate("again", to: .number("13900139000"))
            _ = await test.next(LegAnswered.self)
            try await test.command("again", .hangUp(.local))
            #expect(await test.next(LegEnded.self)?.route?.tries.map(\.outcome) == ["reached"])
            #expect(await again.status() == 0)
        }
    }

    @Test func `a carrier that says 503 is followed by the next cheapest route, and the last refusal is told`()
        async throws
    {
        try await withSwitch { test in
            let busy = try SippCarrier(SippCarrier.refusing("503 Service Unavailable"))
            let broken = try SippCarrier(SippCarrier.refusing("500 Server Internal Error"))
            let good = try SippCarrier()
            test.book.change { book in
                book.trunks = [
                    .at(busy.port, id: "busy") { $0.quiet() }, .at(broken.port, id: "broken") { $0.quiet() },
                    .at(good.port, id: "good") { $0.quiet() },
                ]
                book.routes = [
                    route("3", "good", cost: 30), route("2", "broken", cost: 20), route("1", "busy", cost: 10),
                ]
            }
            try await test.originate("out", to: .number("13900139000"))
            _ = await test.next(LegAnswered.self)
            let trial = try await test.board.look { desk throws(Failure) in try desk.tryRoute("13900139000", "demo") }
            #expect(trial.choice.ways.map(\.trunkID) == ["busy", "broken", "good"])
            try await test.command("out", .hangUp(.local))
            let record = await test.next(LegEnded.self)?.route
            #expect(record?.tries.map(\.route) == ["1", "2", "3"])
            #expect(record?.tries.map(\.outcome) == ["503", "500", "reached"])
            #expect(record?.cost == 30)
            for carrier in [busy, broken, good] { #expect(await carrier.status() == 0) }
        }
    }

    @Test func `a number that is busy is busy on every way`() async throws {
        try await withSwitch { test in
            let busy = try SippCarrier(SippCarrier.refusing("486 Busy Here"))
            test.book.change { $0.trunks = [.at(busy.port, id: "a") { $0.quiet() }, .at(9, id: "b") { $0.quiet() }] }
            try await test.originate("out", to: .number("13900139000"))
            let ended = await test.next(LegEnded.self)
            #expect(ended?.cause == .busy && ended?.sipStatus == 486)
            #expect(ended?.route?.tries.count == 1)
            #expect(await busy.status() == 0)
        }
    }

    @Test func `a trunk goes down when it is silent, is passed over, and comes back`() async throws {
        try await withSwitch { test in
            let carrier = try SippCarrier(SippCarrier.answeringOptions, calls: 1_000)
            test.book.change { book in
                book.trunks = [
                    .at(carrier.port) { trunk in
                        trunk.probeSeconds = 1
                        trunk.downAfter = 1
                    }
                ]
            }
            while try await test.state?.addresses.first?.lastStatus != 200 {
                try await Task.sleep(for: .milliseconds(50))
            }
            await carrier.kill()
            let down = await test.next(TrunkStateChanged.self)
            #expect(down?.isAddressUp == false && down?.isTrunkUp == false)
            await #expect(throws: Failure.self) { try await test.originate("out", to: .number("13900139000")) }
            let trial = try await test.board.look { desk throws(Failure) in try desk.tryRoute("13900139000", "demo") }
            #expect(trial.choice.considered.map(\.verdict) == [.trunkDown])
            let back = try SippCarrier(port: carrier.port, SippCarrier.answeringOptions, calls: 1_000)
            #expect(await test.next(TrunkStateChanged.self)?.isTrunkUp == true)
            let isUp = try await test.state?.isUp
            #expect(isUp == true)
            await back.kill()
        }
    }

    @Test func `we sign in at a carrier with our password`() async throws {
        try await withSwitch { test in
            let registrar = try SippCarrier(SippCarrier.registrar("4001", "secret"))
            test.book.change { book in
                book.trunks = [
                    .at(registrar.port, password: "secret") { trunk in
                        trunk.quiet()
                        trunk.username = "4001"
                        trunk.registers = true
                    }
                ]
            }
            while try await test.state?.registration?.isRegistered != true {
                try await Task.sleep(for: .milliseconds(50))
            }
            let registration = try await test.state?.registration
            #expect(registration?.lastStatus == 200)
            let left = (registration?.until?.microseconds(since: .now()) ?? 0) / 1_000_000
            #expect((60...120).contains(left))
            #expect(await registrar.status() == 0)
        }
    }

    @Test func `a stolen sign-in reaches no dear number, and an alarm is told at once`() async throws {
        try await withSwitch { test in
            for number in ["+19005551234", "008821612345", "16812345678", "+861681234567"] {
                let failure = await #expect(throws: Failure.self) {
                    try await test.originate("bad", to: .number(number))
                }
                #expect(failure?.kind == .forbidden && failure?.code == "number_not_allowed")
            }
            let alarm = await test.nextFact() as? DialRefused
            #expect(alarm == DialRefused(reason: "number_not_allowed", count: 1, example: "+1900555****"))
            let forged = await #expect(throws: Failure.self) {
                try await test.originate("bad", to: .number("13900139000"), from: "110")
            }
            #expect(forged?.code == "caller_id_not_allowed")
            // The first call that anybody sees is the one that may be made.
            try await test.originate("good", to: .number("13900139000"))
            #expect(await test.world.nextCall()?.0.request.uri.user == "13900139000")
        }
    }

    @Test
    func `numbers are written as the carrier wants them, codecs are those of the trunk, and the domain is its own`()
        async throws
    {
        try await withSwitch { test in
            test.book.change { book in
                book.trunks = [
                    .at(test.world.port) { trunk in
                        trunk.calledOut = RewriteSettings(
                            format: .e164, rules: [RewriteRule(pattern: "+86!", strip: 3, prepend: "9")])
                        trunk.callerOut = RewriteSettings(
                            format: nil, rules: [RewriteRule(pattern: "4001", strip: nil, prepend: "0086")])
                        trunk.calledIn = RewriteSettings(
                            format: nil, rules: [RewriteRule(pattern: "99.", strip: 2, prepend: nil)])
                        trunk.callerIn = RewriteSettings(format: .e164, rules: nil)
                        trunk.codecs = ["PCMU"]
                        trunk.fromDomain = "carrier.example"
                        trunk.assertsCaller = true
                    }
                ]
            }
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            #expect(called.request.uri.user == "913900139000")
            #expect(called.request.from.uri.user == "00864001" && called.request.from.uri.host == "carrier.example")
            #expect(called.request.headers["P-Asserted-Identity"] == "<sip:00864001@carrier.example>")
            #expect(called.request.bodyText.contains("RTP/AVP 0 101"))
            _ = test.world.call(test, .sdp(try TestPhone().offer), number: "994001")
            let arrived = await test.next(LegArrived.self)
            #expect(arrived?.to == "4001" && arrived?.from == "+8613800138000")
        }
    }

    @Test func `a call that lasts too long is cut, and what was used counts`() async throws {
        try await withSwitch { test in
            test.book.change { book in
                var settings = DialPolicySettings()
                settings.longestCallSeconds = 1
                book.policies["demo"] = try? settings.checked(.standard(NumberPlan()), NumberPlan())
                #expect(book.policies["demo"] != nil)
            }
            try await test.originate("out", to: .number("13900139000"))
            let (called, events) = try #require(await test.world.nextCall())
            called.call.answer(.sdp(try TestPhone().offer))
            #expect(await events.first { if case .ended(.byPeer) = $0 { true } else { nil } } == true)
            #expect(await test.next(LegEnded.self)?.cause == .local)
            let used = try await test.board.look { $0.usedToday("demo") }
            #expect(used.calls == 1 && used.seconds >= 1)
        }
    }

    func route(_ id: RouteID, _ trunk: TrunkID, cost: Int) -> Route {
        Route(
            id: id, trunkID: trunk, prefixes: ["+861"], carriers: [], regions: [], tenants: [], cost: cost, priority: 0,
            windows: [], isEnabled: true)
    }
}

extension TrunkSettings {
    /// Never asked whether it is there, and given up on soon.
    mutating func quiet() {
        probeSeconds = 0
        responseSeconds = 1
    }
}

extension TestSwitch {
    /// Of the only trunk.
    var state: TrunkState? {
        get async throws { try await board.look { $0.trunkStates() }.first }
    }
}
