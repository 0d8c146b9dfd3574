import Testing

@testable import SandboxCarrier

@Suite struct NumberPlanTests {
    @Test(arguments: zip(["8601", "1301234502", "03", "4404", "5505", "6606"], NumberPlan.allCases.dropFirst()))
    func `the last two digits say what the number does`(number: String, plan: NumberPlan) {
        #expect(NumberPlan(dialled: number) == plan)
    }

    @Test(arguments: ["13800000000", "99", "7", "", "alice"])
    func `any other number talks`(number: String) { #expect(NumberPlan(dialled: number) == .talks) }

    @Test func `a number that talks rings for a second and answers`() {
        var script = CalleeScript(plan: .talks)
        #expect(script.handle(.began) == [.ring, .play(.melody), .wake(.answer, after: .seconds(1))])
        #expect(script.handle(.alarm(.answer)) == [.answer])
        #expect(script.handle(.answered) == [])
    }

    @Test func `a number that does not answer rings on`() {
        var script = CalleeScript(plan: .doesNotAnswer)
        #expect(script.handle(.began) == [.ring])
    }

    @Test(arguments: [(NumberPlan.busy, 486), (.rejects, 603), (.doesNotExist, 404)])
    func `a number that takes no calls says why`(plan: NumberPlan, status: Int) {
        var script = CalleeScript(plan: plan)
        #expect(script.handle(.began) == [.reject(status)])
    }

    @Test func `a number that hangs up answers at once and hangs up after five seconds`() {
        var script = CalleeScript(plan: .hangsUp)
        #expect(script.handle(.began) == [.play(.melody), .answer])
        #expect(script.handle(.answered) == [.wake(.hangUp, after: .seconds(5))])
        #expect(script.handle(.alarm(.hangUp)) == [.hangUp])
    }
}
