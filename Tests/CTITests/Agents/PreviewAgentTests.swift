import Contracts
import TestSupport
import Testing

@testable import CTI

/// An agent is kept for a record that he looks at before it is dialled.
@Suite struct PreviewAgentTests {
    var agent = AgentState(tenant: "t", agentID: "amy", at: second(0))

    private mutating func beReady() {
        _ = agent.handle(.signIn("201"), at: second(0))
        _ = agent.handle(.makeReady, at: second(1))
    }

    private mutating func look() -> [AgentState.Action] {
        beReady()
        return agent.handle(.reserved("p1", until: second(60)), at: second(2))
    }

    @Test mutating func `who looks at a record is paused for it, until its time, and all are told`() {
        let actions = look()
        #expect(agent.status == .paused && agent.pauseReason == "preview" && agent.until == second(60))
        #expect(
            actions == [
                .changed(AgentStateChanged(agent: agent.snapshot, previous: .ready)),
                .startTimer(revision: agent.revision, at: second(60)),
            ])
        #expect(agent.snapshot.until == second(60))
    }

    @Test mutating func `he is offered no call meanwhile`() {
        _ = look()
        #expect(agent.handle(.offered("c1", afterCallWorkSeconds: 5), at: second(3)) == [.refuse(AgentState.notReady)])
        #expect(agent.isReserved)
    }

    @Test mutating func `only who is ready is kept, and for one record at a time`() {
        _ = agent.handle(.signIn("201"), at: second(0))
        #expect(agent.handle(.reserved("p1", until: second(60)), at: second(1)) == [.refuse(AgentState.notReady)])
        _ = agent.handle(.makeReady, at: second(1))
        _ = agent.handle(.reserved("p1", until: second(60)), at: second(2))
        #expect(agent.handle(.reserved("p1", until: second(60)), at: second(3)) == [])
        #expect(agent.handle(.reserved("p2", until: second(60)), at: second(3)) == [.refuse(AgentState.notReady)])
    }

    @Test mutating func `who is done with a record is ready again, and another's end is none of his`() {
        _ = look()
        #expect(agent.handle(.released("p2", hasMissed: false), at: second(5)) == [])
        #expect(agent.isReserved)
        _ = agent.handle(.released("p1", hasMissed: false), at: second(6))
        #expect(agent.status == .ready && agent.previewID == nil && agent.until == nil)
    }

    @Test mutating func `who has missed its time is paused, as one who does not answer`() {
        _ = look()
        _ = agent.handle(.released("p1", hasMissed: true), at: second(60))
        #expect(agent.status == .paused && agent.pauseReason == AgentState.missed)
    }

    @Test mutating func `without a word from the dialer its time lets him go`() {
        _ = look()
        let timer = agent.revision
        _ = agent.handle(.timer(revision: timer), at: second(60))
        #expect(agent.status == .paused && agent.pauseReason == AgentState.missed)
        #expect(agent.handle(.timer(revision: timer), at: second(61)) == [])
    }

    @Test mutating func `a new owner goes on with the time`() {
        _ = look()
        var successor = AgentState(tenant: "t", agentID: "amy", at: second(0))
        successor.learn(agent.snapshot)
        #expect(successor.resume() == [.startTimer(revision: agent.revision, at: second(60))])
        // What he looks at, only the former owner knew; the dialer names it again.
        #expect(successor.handle(.reserved("p1", until: second(60)), at: second(9)) == [])
        _ = successor.handle(.released("p1", hasMissed: false), at: second(10))
        #expect(successor.status == .ready)
    }

    @Test(arguments: [AgentState.Input.makeReady, .pause(reason: "lunch"), .signOut, .sessionExpired])
    mutating func `whatever else he does ends it`(input: AgentState.Input) {
        _ = look()
        _ = agent.handle(input, at: second(5))
        #expect(!agent.isReserved && agent.previewID == nil && agent.until == nil)
    }

    @Test mutating func `nobody pauses with that reason himself, nor is he made to`() {
        beReady()
        #expect(agent.handle(.pause(reason: "preview"), at: second(3)) == [.refuse(AgentState.reasonReserved)])
        let forced = agent.handle(.forced(.paused(reason: "preview")), at: second(3))
        #expect(forced == [.refuse(AgentState.reasonReserved)])
        #expect(agent.status == .ready)
    }

    @Test mutating func `his telephone rings for the record alone that he is kept for`() {
        _ = look()
        let other = AgentState.Input.dialsRecord("p2", "c1", afterCallWorkSeconds: 10)
        #expect(agent.handle(other, at: second(5)) == [.refuse(AgentState.notReady)])
        _ = agent.handle(.dialsRecord("p1", "c1", afterCallWorkSeconds: 10), at: second(5))
        #expect(agent.status == .ringing && agent.callID == "c1" && agent.until == nil)
        _ = agent.handle(.answered("c1"), at: second(6))
        _ = agent.handle(.callEnded("c1"), at: second(20))
        #expect(agent.status == .afterCallWork && agent.until == second(30))
        _ = agent.handle(.timer(revision: agent.revision), at: second(30))
        #expect(agent.status == .ready)
    }

    @Test mutating func `who is rung by a colleague is ready after that call, the record went to another`() {
        _ = look()
        _ = agent.handle(.called("c1"), at: second(5))
        #expect(agent.status == .ringing && agent.previewID == nil)
        _ = agent.handle(.answered("c1"), at: second(6))
        _ = agent.handle(.callEnded("c1"), at: second(20))
        #expect(agent.status == .ready)
    }
}
