import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct ServiceLevelTests {
    /// The test vector of the five formulas: 1000 answered, 860 of them in time; 60 abandoned, 20 in time, 10 of them at once.
    private static let vector = ServiceCounts(
        answered: 1000, abandoned: 60, answeredWithin: 860, abandonedWithin: 20, abandonedShort: 10)

    @Test(arguments: [
        (ServiceLevelRule.Formula.servedOrAbandonedWithin, 83.0), (.answeredWithinOfAnswered, 86.0),
        (.answeredWithinOfAll, 81.1), (.answeredWithinOfPatient, 82.7), (.shortAbandonsAnswered, 82.1),
    ])
    func `each formula gives what its definition says of the vector`(formula: ServiceLevelRule.Formula, percent: Double)
        throws
    {
        let level = try #require(ServiceLevelRule(formula: formula).level(of: Self.vector))
        #expect((level * 1000).rounded() / 10 == percent)
    }

    @Test(arguments: ServiceLevelRule.Formula.allCases)
    func `of nobody there is no level`(formula: ServiceLevelRule.Formula) {
        #expect(ServiceLevelRule(formula: formula).level(of: ServiceCounts()) == nil)
    }

    @Test func `who is answered and who gives up is counted for today, with the formula's name`() throws {
        var queue = Queue(id: "sales", name: "Sales")
        queue.serviceLevel = ServiceLevelRule(formula: .answeredWithinOfAll, thresholdSeconds: 10)
        var state = RoutingState.open(queue)
        for (id, waited) in [("c1", 5), ("c2", 10), ("c3", 11)] as [(CallID, Int)] {
            _ = state.handle(.callEnqueued(.to("sales", id, at: 100)), at: 100)
            _ = state.handle(.callAnswered(id), at: .second(100 + waited))
        }
        _ = state.handle(.callEnqueued(.to("sales", "c4", at: 100)), at: 100)
        _ = state.handle(.callAbandoned("c4", "sales", waitedMicroseconds: 30_000_000), at: 130)
        let level = try #require(state.figures(of: "sales")?.serviceLevel)
        #expect(level.formula == "answeredWithinOfAll" && level.thresholdSeconds == 10)
        #expect(level.answered == 3 && level.answeredWithin == 2 && level.abandoned == 1)
        #expect(level.level == 0.5)
        #expect(state.position(of: "c4") == nil)
        // A caller is counted once, also if two reports say so.
        _ = state.handle(.callAnswered("c1"), at: 131)
        #expect(state.figures(of: "sales")?.serviceLevel == level)
        _ = state.handle(.timePassed, at: 86_400)
        #expect(state.figures(of: "sales")?.serviceLevel?.answered == 0)
        #expect(state.figures(of: "sales")?.serviceLevel?.since == 86_400)
    }

    @Test func `a rule that makes no sense is refused`() {
        #expect(throws: Failure.self) { try ServiceLevelRule(thresholdSeconds: 0).checked() }
        #expect(throws: Failure.self) { try ServiceLevelRule(shortAbandonSeconds: -1).checked() }
    }
}
