import Contracts
import SIP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct TrunkWatchTests {
    var watch = TrunkWatch()
    let trunk = Trunk.at(1, 2) { trunk in
        trunk.probeSeconds = 20
        trunk.downAfter = 2
        trunk.upAfter = 2
    }
    let first = TrunkWatch.Place(trunk: "carrier", peer: SIPPeer(.udp, "127.0.0.1", 1))

    @Test mutating func `each place is asked at once, and then each so many seconds`() {
        #expect(probes(at: 0).count == 2)
        answer(200, at: 0)
        #expect(probes(at: 19).count == 0)
        #expect(probes(at: 20).count == 2)
    }

    @Test mutating func `silence and 503 take a place down, any other answer brings it up again`() {
        _ = look(0)
        #expect(answer(503, at: 0) == [])
        _ = look(20)
        // Nobody has answered for four seconds.
        #expect(look(24).contains(.changed(first, isUp: false, isTrunkUp: true)))
        #expect(!watch.isUsable(first, at(24)))
        // Asked more often while it is down.
        _ = look(34)
        #expect(answer(404, at: 34) == [])
        _ = look(44)
        #expect(answer(200, at: 44) == [.changed(first, isUp: true, isTrunkUp: true)])
        #expect(watch.isUsable(first, at(44)))
    }

    @Test mutating func `a trunk is down when the last of its places is`() {
        _ = look(0)
        _ = look(4)
        _ = look(20)
        let changes = look(24).filter { if case .changed = $0 { true } else { false } }
        #expect(changes.count == 2)
        #expect(!watch.isUp("carrier"))
    }

    @Test mutating func `a late answer counts for nothing`() {
        let probe = probes(at: 0).first { $0.0 == first }
        _ = look(4)
        #expect(watch.answered(first, number: probe?.1 ?? 0, .test(200), at(5)) == [])
        #expect(watch.places[first]?.contrary == 1)
    }

    @Test mutating func `where a call has failed others are tried first, and it is asked at once`() {
        _ = look(0)
        answer(200, at: 0)
        _ = watch.refused(first, .test(408, isLocal: true), at(1))
        #expect(watch.isDoubted(first, at(2)) && watch.isUsable(first, at(2)))
        #expect(probes(at: 2).map(\.0) == [first])
        answer(200, at: 2)
        #expect(!watch.isDoubted(first, at(3)))
    }

    @Test mutating func `whoever names a time is left alone until then`() {
        _ = look(0)
        _ = watch.refused(first, .test(503, headers: ["Retry-After": "20 (maintenance)"]), at(0))
        #expect(!watch.isUsable(first, at(19)))
        #expect(watch.isUsable(first, at(20)))
    }

    @Test mutating func `no time that is named is waited for without end`() {
        _ = look(0)
        _ = watch.refused(first, .test(503, headers: ["Retry-After": "999999"]), at(0))
        #expect(!watch.isUsable(first, at(TrunkWatch.longestRetry - 1)))
        #expect(watch.isUsable(first, at(TrunkWatch.longestRetry)))
    }

    @Test mutating func `what is gone from the settings is forgotten`() {
        _ = look(0)
        _ = watch.look(at: [], at(1))
        #expect(watch.places.isEmpty)
    }

    // MARK: Words

    func at(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }

    @discardableResult
    mutating func look(_ seconds: Int) -> [TrunkWatch.Action] {
        watch.look(at: [(trunk, trunk.places(NameBook()))], at(seconds))
    }

    mutating func probes(at seconds: Int) -> [(TrunkWatch.Place, UInt64)] {
        look(seconds).compactMap { if case .probe(let place, let number) = $0 { (place, number) } else { nil } }
    }

    /// Both places answer what they were asked; the second always well.
    @discardableResult
    mutating func answer(_ code: Int, at seconds: Int) -> [TrunkWatch.Action] {
        watch.places.sorted { $0.key.peer.port < $1.key.peer.port }.flatMap { place, health in
            health.probe.map {
                watch.answered(place, number: $0.number, .test(place == first ? code : 200), at(seconds))
            } ?? []
        }
    }
}

@Suite struct TrunkRegistrationTests {
    var registration = TrunkRegistration()

    @Test mutating func `a registration is refreshed before it ends`() {
        #expect(registration.due(at: at(0))?.seconds == 300)
        registration.accepted(1, seconds: 120, at: at(0))
        #expect(registration.isRegistered(at: at(119)) && !registration.isRegistered(at: at(120)))
        #expect(registration.due(at: at(79)) == nil)
        #expect(registration.due(at: at(80))?.number == 2)
    }

    @Test mutating func `after a refusal it is tried again, elsewhere and with longer pauses`() {
        _ = registration.due(at: at(0))
        registration.refused(1, status: 403, least: nil, at: at(0))
        #expect(registration.lastStatus == 403 && registration.attempt == 1)
        #expect(registration.due(at: at(4)) == nil)
        #expect(registration.due(at: at(5)) != nil)
        registration.refused(2, status: 403, least: nil, at: at(5))
        #expect(registration.due(at: at(14)) == nil)
        #expect(registration.due(at: at(15)) != nil)
    }

    @Test mutating func `a carrier that wants longer registrations gets them`() {
        _ = registration.due(at: at(0))
        registration.refused(1, status: 423, least: 1_800, at: at(0))
        #expect(registration.due(at: at(5))?.seconds == 1_800)
    }

    @Test mutating func `silence ends with the next try, and a late answer counts for nothing`() {
        _ = registration.due(at: at(0))
        #expect(registration.due(at: at(39)) == nil)
        #expect(registration.due(at: at(40)) == nil)
        registration.accepted(1, seconds: 300, at: at(41))
        #expect(!registration.isRegistered(at: at(41)))
        #expect(registration.due(at: at(45))?.number == 2)
    }

    func at(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }
}

@Suite struct TrunkSettingsTests {
    @Test func `a lower priority comes first, and weights share what is equal`() {
        var random = SplitMix(seed: 3)
        let place = { (port: Int, priority: Int, weight: Int) in
            TrunkPlace(
                peer: SIPPeer(.udp, "192.0.2.1", port), host: "192.0.2.1", port: port, priority: priority,
                weight: weight)
        }
        var firsts: [Int: Int] = [:]
        for _ in 0..<1_000 {
            let order = TrunkPlace.ordered([place(3, 1, 10), place(1, 0, 30), place(2, 0, 10)], &random)
            #expect(order.last?.peer.port == 3)
            firsts[order[0].peer.port, default: 0] += 1
        }
        #expect((650...850).contains(firsts[1] ?? 0))
    }

    @Test func `a domain leads to what its records say, and its certificate names the domain`() {
        var names = NameBook()
        let address = TrunkAddress(host: "Carrier.example", transport: .tls, priority: 1)
        #expect(TrunkPlace.of(address, tlsName: nil, names).isEmpty)
        let found = NamedPlace(address: "192.0.2.7", port: 5071, priority: 5, weight: 3)
        names.note(
            NameQuestion(name: "carrier.example", transport: .tls, port: nil), (places: [found], seconds: 300),
            at: Timestamp(microseconds: 0))
        let place = TrunkPlace.of(address, tlsName: nil, names).first
        #expect(place?.peer.host == "192.0.2.7" && place?.peer.port == 5071 && place?.peer.name == "carrier.example")
        #expect(place?.host == "carrier.example" && place?.port == nil && place?.weight == 3)
    }

    @Test func `so many calls a second are let through, and a second's worth at once`() {
        var limit = RateLimit()
        let now = Timestamp(microseconds: 5_000_000)
        var count = 0
        while limit.allows(perSecond: 10, at: now) {
            limit.take(perSecond: 10, at: now)
            count += 1
        }
        #expect(count == 10)
        #expect(!limit.allows(perSecond: 10, at: now.adding(.milliseconds(99))))
        #expect(limit.allows(perSecond: 10, at: now.adding(.milliseconds(101))))
    }

    @Test(arguments: [
        TrunkSettings(), TrunkSettings(host: "300.1.1.1"), TrunkSettings(host: "nodots"),
        TrunkSettings(host: "a.b", port: 0),
        TrunkSettings(host: "1.2.3.4", addresses: [TrunkAddress(host: "1.2.3.4")]),
        TrunkSettings(host: "1.2.3.4", codecs: ["G.999"]), TrunkSettings(host: "1.2.3.4", codecs: []),
        TrunkSettings(host: "1.2.3.4", registers: true), TrunkSettings(host: "1.2.3.4", maxCalls: 0),
        TrunkSettings(host: "1.2.3.4", username: "a\nb"),
        TrunkSettings(
            host: "1.2.3.4",
            calledOut: RewriteSettings(format: nil, rules: [.init(pattern: "?", strip: 1, prepend: "")])),
    ])
    func `settings that make no sense are refused`(settings: TrunkSettings) {
        #expect(throws: Failure.self) { try Trunk("t", settings) }
    }
}
