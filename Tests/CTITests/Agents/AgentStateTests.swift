import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct AgentStateTests {
    var agent = AgentState(tenant: "t", agentID: "amy", at: second(0))

    /// Signed in and ready since second 1.
    private mutating func beReady() {
        _ = agent.handle(.signIn("201"), at: second(0))
        _ = agent.handle(.makeReady, at: second(1))
    }

    private mutating func talk(afterCallWork seconds: Int = 30) {
        beReady()
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: seconds), at: second(2))
        _ = agent.handle(.answered("c1"), at: second(3))
    }

    @Test mutating func `an agent signs in with any telephone and is not yet ready`() {
        let actions = agent.handle(.signIn("201"), at: second(1))
        #expect(agent.snapshot.status == .paused)
        #expect(agent.snapshot.phoneID == "201")
        #expect(actions == [.changed(AgentStateChanged(agent: agent.snapshot, previous: .signedOut))])
    }

    @Test mutating func `nobody is ready before he signs in`() {
        let actions = agent.handle(.makeReady, at: second(1))
        #expect(actions == [.refuse(Failure(.conflict, "Sign in first.", code: "signedOut"))])
    }

    @Test mutating func `the revision rises with each change`() {
        beReady()
        #expect(agent.revision == 2)
        _ = agent.handle(.pause(reason: "lunch"), at: second(2))
        #expect(agent.revision == 3)
        #expect(agent.pauseReason == "lunch")
        _ = agent.handle(.pause(reason: "lunch"), at: second(3))
        #expect(agent.revision == 3)
    }

    @Test mutating func `only a ready agent is offered a call`() {
        _ = agent.handle(.signIn("201"), at: second(0))
        let refused = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(1))
        #expect(refused == [.refuse(Failure(.conflict, "The agent is not ready.", code: "agentNotReady"))])
        _ = agent.handle(.makeReady, at: second(1))
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2))
        #expect(agent.status == .ringing)
        #expect(agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2)) == [])
        #expect(agent.handle(.offered("c2", afterCallWorkSeconds: 5), at: second(2)).count == 1)
        #expect(agent.callID == "c1")
    }

    @Test mutating func `after the call comes after-call work until its time is over`() {
        talk()
        let actions = agent.handle(.callEnded("c1"), at: second(10))
        #expect(agent.status == .afterCallWork)
        #expect(agent.until == second(40))
        #expect(actions.last == .startTimer(revision: agent.revision, at: second(40)))
        let done = agent.handle(.timer(revision: agent.revision), at: second(40))
        #expect(agent.status == .ready)
        #expect(
            done.first
                == .afterCallWorkEnded(
                    AfterCallWorkEnded(
                        callID: "c1", agentID: "amy", startedAt: second(10), endedAt: second(40), disposition: nil)))
    }

    @Test mutating func `a late timer of after-call work does nothing`() {
        talk()
        _ = agent.handle(.callEnded("c1"), at: second(10))
        let timer = agent.revision
        _ = agent.handle(.endAfterCallWork(disposition: "sold"), at: second(12))
        #expect(agent.status == .ready)
        #expect(agent.handle(.timer(revision: timer), at: second(40)) == [])
    }

    @Test mutating func `a pause asked for during the call begins after its work`() {
        talk()
        #expect(agent.handle(.pause(reason: "lunch"), at: second(5)) == [])
        _ = agent.handle(.callEnded("c1"), at: second(10))
        #expect(agent.status == .afterCallWork)
        _ = agent.handle(.timer(revision: agent.revision), at: second(40))
        #expect(agent.status == .paused)
        #expect(agent.pauseReason == "lunch")
    }

    @Test mutating func `a pause asked for during after-call work begins at its end`() {
        talk()
        _ = agent.handle(.callEnded("c1"), at: second(10))
        #expect(agent.handle(.pause(reason: "tea"), at: second(11)) == [])
        _ = agent.handle(.timer(revision: agent.revision), at: second(40))
        #expect(agent.pauseReason == "tea")
    }

    @Test mutating func `signing out during a call happens after it`() {
        talk()
        #expect(agent.handle(.signOut, at: second(5)) == [])
        _ = agent.handle(.callEnded("c1"), at: second(10))
        #expect(agent.status == .signedOut)
        #expect(agent.phoneID == nil)
    }

    @Test mutating func `without a limit there is no after-call work`() {
        talk(afterCallWork: 0)
        _ = agent.handle(.callEnded("c1"), at: second(10))
        #expect(agent.status == .ready)
        #expect(agent.callID == nil)
    }

    @Test mutating func `a missed offer pauses the agent`() {
        beReady()
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2))
        _ = agent.handle(.offerEnded("c1", .noAnswer), at: second(17))
        #expect(agent.status == .paused)
        #expect(agent.pauseReason == AgentState.missed)
    }

    @Test mutating func `a missed offer may leave the agent ready`() {
        beReady()
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2))
        _ = agent.handle(
            .offerEnded("c1", .noAnswer), rules: AgentRules(pausesAfterMissed: false), at: second(17))
        #expect(agent.status == .ready)
        #expect(agent.since == second(17))
    }

    @Test mutating func `when the caller goes the agent gets his idle time back`() {
        beReady()
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2))
        _ = agent.handle(.offerEnded("c1", .callerGone), at: second(9))
        #expect(agent.status == .ready)
        #expect(agent.since == second(1))
    }

    @Test mutating func `a telephone that cannot be reached pauses the agent`() {
        beReady()
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(2))
        _ = agent.handle(
            .offerEnded("c1", .failed), rules: AgentRules(pausesAfterMissed: false), at: second(3))
        #expect(agent.pauseReason == AgentState.phoneUnreachable)
    }

    @Test mutating func `hold shows and does not restart the talk`() {
        talk()
        _ = agent.handle(.holdChanged("c1", isHeld: true), at: second(5))
        #expect(agent.isOnHold)
        #expect(agent.since == second(3))
        _ = agent.handle(.callEnded("c1"), at: second(9))
        #expect(!agent.isOnHold)
    }

    @Test mutating func `another call's end is no business of this agent`() {
        talk()
        #expect(agent.handle(.callEnded("c2"), at: second(9)) == [])
        #expect(agent.handle(.offerEnded("c2", .noAnswer), at: second(9)) == [])
        #expect(agent.status == .talking)
    }

    @Test mutating func `a new owner finds the agent talking`() {
        _ = agent.handle(.signIn("201"), at: second(0))
        _ = agent.handle(.pause(reason: "lunch"), at: second(1))
        _ = agent.handle(.foundTalking("c7", phone: "201", isHeld: true, afterCallWorkSeconds: 0), at: second(5))
        #expect(agent.status == .talking)
        #expect(agent.isOnHold)
        _ = agent.handle(.callEnded("c7"), at: second(9))
        #expect(agent.pauseReason == "lunch")
    }

    // MARK: Rules

    private func rules(_ change: (inout AgentRules) -> Void) -> AgentRules {
        var rules = AgentRules()
        change(&rules)
        return rules
    }

    @Test mutating func `a pause that lasts longer than its reason allows is told once, and goes on`() throws {
        let rules = rules { $0.pauseSeconds = ["break": 600] }
        beReady()
        let actions = agent.handle(.pause(reason: "break"), rules: rules, at: second(10))
        #expect(agent.until == second(610))
        #expect(actions.last == .startTimer(revision: agent.revision, at: second(610)))
        let told = agent.handle(.timer(revision: agent.revision), rules: rules, at: second(610))
        #expect(
            told == [
                .pauseExceeded(
                    AgentPauseExceeded(agentID: "amy", reason: "break", since: second(10), limitSeconds: 600))
            ])
        #expect(agent.handle(.timer(revision: agent.revision), rules: rules, at: second(611)).isEmpty)
        #expect(agent.status == .paused)
        _ = agent.handle(.pause(reason: "lunch"), rules: rules, at: second(620))
        #expect(agent.until == nil)
    }

    @Test mutating func `mandatory after-call work waits for a disposition, and for no time`() {
        let rules = rules { $0.afterCallWork = .mandatory }
        talk()
        _ = agent.handle(.callEnded("c1"), rules: rules, at: second(10))
        #expect(agent.until == nil)
        #expect(agent.handle(.makeReady, rules: rules, at: second(11)) == [.refuse(AgentState.dispositionNeeded)])
        #expect(
            agent.handle(.endAfterCallWork(disposition: nil), rules: rules, at: second(11))
                == [.refuse(AgentState.dispositionNeeded)])
        let done = agent.handle(.endAfterCallWork(disposition: "sold", note: "twice"), rules: rules, at: second(12))
        guard case .afterCallWorkEnded(let ended)? = done.first else {
            Issue.record("not ended")
            return
        }
        #expect(ended.note == "twice")
        #expect(agent.status == .ready)
    }

    @Test mutating func `a supervisor ends even mandatory after-call work`() {
        let rules = rules { $0.afterCallWork = .mandatory }
        talk()
        _ = agent.handle(.callEnded("c1"), rules: rules, at: second(10))
        _ = agent.handle(.forced(.paused(reason: "meeting")), rules: rules, at: second(11))
        #expect(agent.pauseReason == "meeting")
    }

    @Test mutating func `after-call work is made longer as often as is allowed`() {
        let rules = rules {
            $0.extensionSeconds = 20
            $0.mostExtensions = 1
        }
        talk()
        _ = agent.handle(.callEnded("c1"), rules: rules, at: second(10))
        let before = agent.revision
        _ = agent.handle(.extendAfterCallWork, rules: rules, at: second(30))
        #expect(agent.until == second(60))
        #expect(agent.since == second(10))
        #expect(agent.handle(.timer(revision: before), rules: rules, at: second(40)).isEmpty)
        guard case .refuse(let failure)? = agent.handle(.extendAfterCallWork, rules: rules, at: second(31)).first else {
            Issue.record("not refused")
            return
        }
        #expect(failure.code == "extensionsUsed")
    }

    @Test mutating func `without after-call work an agent is ready at once`() {
        talk()
        _ = agent.handle(.callEnded("c1"), rules: rules { $0.afterCallWork = .none }, at: second(10))
        #expect(agent.status == .ready)
    }

    @Test mutating func `who is called by name is what he was before, answered or not`() {
        _ = agent.handle(.signIn("201"), at: second(0))
        _ = agent.handle(.pause(reason: "lunch"), at: second(1))
        _ = agent.handle(.called("c1"), at: second(2))
        #expect(agent.status == .ringing)
        _ = agent.handle(.offerEnded("c1", .noAnswer), at: second(3))
        #expect(agent.pauseReason == "lunch")
        _ = agent.handle(.makeReady, at: second(4))
        _ = agent.handle(.called("c1"), at: second(5))
        _ = agent.handle(.offerEnded("c1", .noAnswer), at: second(6))
        #expect(agent.status == .ready, "only an offer that is missed pauses")
    }
}
