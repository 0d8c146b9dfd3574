import Contracts
import Foundation
import SIP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct RouteChoiceTests {
    var book = SwitchBook()
    var standing: [TrunkID: TrunkStanding] = [:]

    init() {
        book.trunks = [.at(1, id: "a"), .at(2, id: "b"), .at(3, id: "c")]
        book.ranges = NumberRanges([
            ("86138", .init(carrier: "mobile", region: "beijing")),
            ("86130", .init(carrier: "unicom", region: "beijing")),
        ])
    }

    @Test mutating func `the cheapest route is tried first, then the next`() {
        book.routes = [
            route("dear", "a", cost: 30), route("cheap", "b", cost: 10), route("same", "c", cost: 10, priority: 1),
        ]
        #expect(choice().ways.map(\.route) == ["cheap", "same", "dear"])
    }

    @Test mutating func `a route serves the numbers of its carrier and region`() {
        book.routes = [
            route("mobile", "a", carriers: ["mobile"], cost: 1), route("unicom", "b", carriers: ["unicom"], cost: 1),
            route("shanghai", "c", regions: ["shanghai"]), route("rest", "c", cost: 9),
        ]
        let choice = choice()
        #expect(choice.carrier == "mobile" && choice.region == "beijing")
        #expect(choice.ways.map(\.route) == ["mobile", "rest"])
        #expect(verdict("unicom") == .otherCarrier)
        #expect(verdict("shanghai") == .otherRegion)
    }

    @Test mutating func `why a route is not taken is told`() {
        standing = ["a": .full, "b": .down, "c": .tooFast]
        book.routes = [
            route("full", "a"), route("down", "b"), route("fast", "c"), route("gone", "x"),
            route("other", "a", prefixes: ["+1"]), route("theirs", "a", tenants: ["other"]),
            route("off", "a", isEnabled: false),
            route("night", "a", windows: [RouteWindow(days: nil, from: "22:00", to: "06:00")]),
        ]
        let expected: [RouteID: RouteVerdict] = [
            "full": .trunkFull, "down": .trunkDown, "fast": .trunkTooFast, "gone": .noTrunk, "other": .otherPrefix,
            "theirs": .otherTenant, "off": .disabled, "night": .outsideItsHours,
        ]
        for (route, verdict) in expected { #expect(self.verdict(route) == verdict) }
        #expect(choice().ways.isEmpty)
        #expect(choice().failure.code == "trunk_full")
        #expect(choice().considered.prefix(4).map(\.verdict.isOfTheTrunk) == [true, true, true, true])
    }

    @Test mutating func `while there are no routes every trunk for calls out is one`() {
        book.trunks = [.at(1, id: "a"), .at(2, id: "b") { $0.isOutbound = false }, .at(3, id: "c")]
        #expect(choice().ways.map(\.trunkID) == ["a", "c"])
        #expect(choice().ways.allSatisfy { $0.route == nil })
        book.trunks = []
        #expect(choice().failure.code == "no_trunk")
    }

    @Test(arguments: [
        (RouteWindow(days: [6, 7], from: "08:00", to: "21:00"), 6, 600, true),
        (RouteWindow(days: [6, 7], from: "08:00", to: "21:00"), 5, 600, false),
        (RouteWindow(days: [5], from: "22:00", to: "06:00"), 6, 300, true),
        (RouteWindow(days: [5], from: "22:00", to: "06:00"), 5, 300, false),
        (RouteWindow(days: nil, from: "00:00", to: "24:00"), 1, 1439, true),
        (RouteWindow(days: [7], from: "22:00", to: "06:00"), 1, 10, true),
    ])
    func `a window holds on its days, and over midnight`(window: RouteWindow, weekday: Int, minute: Int, holds: Bool) {
        #expect(window.holds(WallTime(day: "2026-11-21", weekday: weekday, minute: minute)) == holds)
    }

    @Test func `the wall shows a day and its weekday`() throws {
        let zone = try #require(TimeZone(identifier: "Asia/Shanghai"))
        // A Saturday evening in London.
        let wall = WallTime(Timestamp(microseconds: 1795287600_000_000), zone)
        #expect(wall == WallTime(day: "2026-11-22", weekday: 7, minute: 180))
    }

    @Test(arguments: [
        #"{"trunkID":"a","prefixes":["x"]}"#, #"{"trunkID":"a","cost":-1}"#,
        #"{"trunkID":"a","windows":[{"from":"8","to":"9"}]}"#,
        #"{"trunkID":"a","windows":[{"from":"08:00","to":"21:00","days":[0]}]}"#,
    ])
    func `a route that makes no sense is refused`(json: String) throws {
        let settings = try JSONDecoder().decode(RouteSettings.self, from: Data(json.utf8))
        #expect(throws: Failure.self) { try settings.checked("r") }
    }

    // MARK: Words

    func choice() -> RouteChoice {
        let time = WallTime(day: "2026-11-21", weekday: 6, minute: 600)
        return RouteChoice(RouteQuestion(number: "+8613800138000", tenant: "t", time: time), book) {
            standing[$0.id] ?? .free
        }
    }

    func verdict(_ id: RouteID) -> RouteVerdict? { choice().considered.first { $0.route == id }?.verdict }

    func route(
        _ id: RouteID, _ trunk: TrunkID, prefixes: [String] = [], carriers: [String] = [], regions: [String] = [],
        tenants: [TenantID] = [], cost: Int = 0, priority: Int = 0, windows: [RouteWindow] = [], isEnabled: Bool = true
    ) -> Route {
        Route(
            id: id, trunkID: trunk, prefixes: prefixes, carriers: carriers, regions: regions, tenants: tenants,
            cost: cost, priority: priority, windows: windows, isEnabled: isEnabled)
    }
}

extension RouteID: ExpressibleByStringLiteral {}
