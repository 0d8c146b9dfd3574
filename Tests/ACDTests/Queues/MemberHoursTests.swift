import Contracts
import Foundation
import TestSupport
import Testing

@testable import ACD

/// Agents who work in a queue at some hours only.
@Suite struct MemberHoursTests {
    private static let day = MemberHours(
        timeZone: "Asia/Shanghai", hours: ["mon": ["09:00-12:00", "13:00-18:00"], "fri": ["22:00-06:00"]])

    /// Of a day in March 2026 in Shanghai; the 2nd is a Monday.
    private func at(_ day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        // 2026-03-01T00:00+08:00
        .second(1_772_294_400 + (day - 1) * 86_400 + hour * 3600 + minute * 60)
    }

    @Test func `he works there within a span, from its first minute on and not in its last`() {
        #expect(Self.day.presence(at: at(2, 8, 59)).isIn == false)
        #expect(Self.day.presence(at: at(2, 9)).isIn)
        #expect(Self.day.presence(at: at(2, 11, 59)).isIn)
        #expect(Self.day.presence(at: at(2, 12)).isIn == false)
        #expect(Self.day.presence(at: at(3, 10)).isIn == false)
    }

    @Test func `a span over midnight goes on in the morning of the next day`() {
        #expect(Self.day.presence(at: at(6, 23)).isIn)
        #expect(Self.day.presence(at: at(7, 5, 59)).isIn)
        #expect(Self.day.presence(at: at(7, 6)).isIn == false)
    }

    @Test func `the next change is the next beginning or end, however far it is`() {
        #expect(Self.day.presence(at: at(2, 8)).changesAt == at(2, 9))
        #expect(Self.day.presence(at: at(2, 9)).changesAt == at(2, 12))
        #expect(Self.day.presence(at: at(2, 20)).changesAt == at(6, 22))
        #expect(Self.day.presence(at: at(7, 6)).changesAt == at(9, 9))
        #expect(MemberHours(timeZone: "UTC", hours: [:]).presence(at: at(2, 8)).changesAt == nil)
    }

    @Test(arguments: [
        MemberHours(timeZone: "Mars/Base", hours: [:]), MemberHours(timeZone: "UTC", hours: ["monday": []]),
        MemberHours(timeZone: "UTC", hours: ["mon": ["9:00-12:00"]]),
        MemberHours(timeZone: "UTC", hours: ["mon": ["09:00-09:00"]]),
    ])
    func `hours that make no sense are refused`(hours: MemberHours) {
        #expect(throws: Failure.self) { try hours.checked() }
    }

    // MARK: - Routing by them

    private func floor(at now: Timestamp) -> RoutingState {
        var state = RoutingState()
        let sales = StaffedQueue(
            queue: Queue(id: "sales", name: "Sales"), members: ["amy", "bob"], hours: ["bob": Self.day])
        let help = StaffedQueue(queue: Queue(id: "help", name: "Help"), members: ["bob"])
        _ = state.handle(.queueChanged(sales), at: now)
        _ = state.handle(.queueChanged(help), at: now)
        _ = state.handle(.snapshotTaken(TenantSnapshot(askedAt: now)), at: now)
        return state
    }

    @Test func `outside his hours he gets no call of that queue, and of others he does`() {
        var state = floor(at: at(2, 8))
        _ = state.ready("bob", at: at(2, 8))
        #expect(state.offers(.callEnqueued(.to("sales", "c1", at: at(2, 8))), at: at(2, 8)).isEmpty)
        #expect(
            state.offers(.callEnqueued(.to("help", "c2", at: at(2, 8))), at: at(2, 8)) == [Offer("c2", "bob", 1)])
    }

    @Test func `when his hours begin he gets who waits, though nothing else happens`() {
        var state = floor(at: at(2, 8))
        _ = state.ready("bob", at: at(2, 8))
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: at(2, 8, 50))), at: at(2, 8, 50))
        #expect(state.offers(.timePassed, at: at(2, 8, 59)).isEmpty)
        #expect(state.offers(.timePassed, at: at(2, 9)) == [Offer("c1", "bob", 1)])
    }

    @Test func `when they end he gets no more, and they begin again`() {
        var state = floor(at: at(2, 11))
        _ = state.ready("bob", at: at(2, 11))
        _ = state.handle(.timePassed, at: at(2, 12))
        #expect(state.offers(.callEnqueued(.to("sales", "c1", at: at(2, 12, 1))), at: at(2, 12, 1)).isEmpty)
        #expect(state.figures(of: "sales")?.agentsReady == 0)
        #expect(state.offers(.timePassed, at: at(2, 13)) == [Offer("c1", "bob", 1)])
    }

    @Test func `hours that were changed meanwhile are the ones that count`() {
        var state = floor(at: at(2, 8))
        _ = state.ready("bob", at: at(2, 8))
        let later = MemberHours(timeZone: "Asia/Shanghai", hours: ["mon": ["10:00-12:00"]])
        let sales = StaffedQueue(
            queue: Queue(id: "sales", name: "Sales"), members: ["amy", "bob"], hours: ["bob": later])
        _ = state.handle(.queueChanged(sales), at: at(2, 8, 30))
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: at(2, 8, 50))), at: at(2, 8, 50))
        #expect(state.offers(.timePassed, at: at(2, 9)).isEmpty)
        #expect(state.offers(.timePassed, at: at(2, 10)) == [Offer("c1", "bob", 1)])
    }
}
