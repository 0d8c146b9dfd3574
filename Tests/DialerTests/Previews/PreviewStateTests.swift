import Contracts
import TestSupport
import Testing

@testable import Dialer

@Suite struct PreviewStateTests {
    var state = PreviewState()

    private func open(
        _ id: PreviewID, _ agent: AgentID = "amy", campaign: CampaignID = "spring", at: Timestamp = 10,
        until: Timestamp = 100
    ) -> OpenPreview {
        OpenPreview(
            tenant: "t",
            preview: Preview(
                id: id, campaignID: campaign, number: "100", agentID: agent, takenAt: at, expiresAt: until))
    }

    /// What is in the database: a campaign that runs, and agents who have chosen it.
    private mutating func read(
        agents: [AgentID] = ["amy"], campaign: Campaign? = .looked(), open: [OpenPreview] = [], at now: Timestamp
    ) -> [PreviewState.Action] {
        var floor = PreviewFloor()
        floor.campaigns = campaign.map { [RunningCampaign(tenant: "t", campaign: $0, zones: [""])] } ?? []
        floor.choices = agents.map { PreviewChoice(tenant: "t", agentID: $0, campaignID: "spring") }
        floor.open = open
        return state.handle(.floorRead(floor, askedAt: now), at: now)
    }

    private mutating func own() { _ = state.handle(.shardAcquired(.of("t")), at: 0) }

    /// amy looks at p1 since second 10, and was kept for it at her revision 5.
    private mutating func look(_ campaign: Campaign = .looked(), until: Timestamp = 100) {
        own()
        _ = read(campaign: campaign, at: 9)
        _ = state.handle(.timePassed, at: 9)
        _ = state.handle(.readyTold("t", ["amy"]), at: 10)
        _ = state.handle(.given("t", "amy", open("p1", until: until), revision: 5), at: 10)
    }

    @Test mutating func `who has chosen a campaign and is ready is given its next record, once`() {
        own()
        #expect(read(at: 1).isEmpty)
        #expect(state.handle(.timePassed, at: 1).contains(.askReady("t", ["amy"])))
        #expect(!state.handle(.timePassed, at: 2).contains(.askReady("t", ["amy"])))
        let give = PreviewState.Action.give("t", "amy", .looked(), zones: [""])
        #expect(state.handle(.readyTold("t", ["amy"]), at: 2) == [give])
        #expect(state.handle(.readyTold("t", ["amy"]), at: 2).isEmpty)
        _ = state.handle(.given("t", "amy", open("p1"), revision: 5), at: 3)
        #expect(!state.handle(.timePassed, at: 4).contains(.askReady("t", ["amy"])))
    }

    @Test mutating func `an instance that does not own the tenant gives nothing`() {
        #expect(read(at: 1).isEmpty)
        #expect(state.handle(.timePassed, at: 1).isEmpty)
        own()
        _ = read(at: 2)
        _ = state.handle(.shardLost(.of("t")), at: 3)
        #expect(state.handle(.readyTold("t", ["amy"]), at: 3).isEmpty)
    }

    @Test mutating func `outside the calling hours, in a progressive campaign and to other agents nothing is given`() {
        own()
        var closed = Campaign.looked()
        closed.hours.from = "09:00"
        closed.hours.until = "10:00"
        var progressive = Campaign.named("spring")
        progressive.isRunning = true
        for campaign in [closed, progressive, .looked { $0.agents = ["bob"] }] {
            _ = read(campaign: campaign, at: 1)
            #expect(!state.handle(.timePassed, at: 1).contains(.askReady("t", ["amy"])))
        }
    }

    @Test mutating func `without a number that is due an agent is left alone for a while`() {
        own()
        _ = read(at: 1)
        _ = state.handle(.timePassed, at: 1)
        _ = state.handle(.readyTold("t", ["amy"]), at: 1)
        _ = state.handle(.given("t", "amy", nil, revision: 0), at: 1)
        #expect(!state.handle(.timePassed, at: 2).contains(.askReady("t", ["amy"])))
        #expect(state.handle(.timePassed, at: 4).contains(.askReady("t", ["amy"])))
    }

    @Test mutating func `when its time is over it goes to the next`() {
        look()
        #expect(!state.handle(.timePassed, at: 99).contains(.giveBack(open("p1"), .expired)))
        #expect(state.handle(.timePassed, at: 100).contains(.giveBack(open("p1"), .expired)))
        // It is done again if the row is still there, and not at once.
        #expect(!state.handle(.timePassed, at: 101).contains(.giveBack(open("p1"), .expired)))
        #expect(state.handle(.timePassed, at: 106).contains(.giveBack(open("p1"), .expired)))
        _ = read(at: 107)
        #expect(!state.handle(.timePassed, at: 120).contains(.giveBack(open("p1"), .expired)))
    }

    @Test mutating func `when its time is over it is dialled, if the campaign says so`() {
        look(.looked { $0.whenOver = .dial })
        #expect(state.handle(.timePassed, at: 100).contains(.dial(open("p1"))))
    }

    @Test(arguments: [(UInt64(6), false, true), (6, true, false), (4, false, false)])
    mutating func `an agent who does something else gives it back`(revision: UInt64, isKept: Bool, isGiven: Bool) {
        look()
        let actions = state.handle(.agentChanged("t", "amy", isKept: isKept, revision: revision), at: 20)
        #expect(actions == (isGiven ? [.giveBack(open("p1"), .givenBack)] : []))
    }

    @Test mutating func `so does one who left before we heard that he was kept`() {
        own()
        _ = read(at: 9)
        _ = state.handle(.timePassed, at: 9)
        _ = state.handle(.readyTold("t", ["amy"]), at: 10)
        #expect(state.handle(.agentChanged("t", "amy", isKept: false, revision: 6), at: 10).isEmpty)
        let actions = state.handle(.given("t", "amy", open("p1"), revision: 5), at: 10)
        #expect(actions == [.giveBack(open("p1"), .givenBack)])
    }

    @Test mutating func `a campaign that is paused, or chosen no more, gets it back`() {
        look()
        #expect(read(campaign: nil, open: [open("p1")], at: 20) == [.giveBack(open("p1"), .givenBack)])
        #expect(read(agents: [], open: [open("p1")], at: 26) == [.giveBack(open("p1"), .givenBack)])
    }

    @Test mutating func `a new owner keeps the agents of records that it finds`() {
        own()
        #expect(read(open: [open("p1")], at: 20) == [.keep(open("p1"))])
        #expect(read(open: [open("p1")], at: 21).isEmpty)
        _ = state.handle(.given("t", "amy", open("p1"), revision: 7), at: 21)
        #expect(state.handle(.timePassed, at: 100).contains(.giveBack(open("p1"), .expired)))
    }

    @Test mutating func `after a decision that another instance took the next record comes`() {
        look()
        _ = read(open: [open("p1")], at: 19)
        #expect(!state.handle(.timePassed, at: 19).contains(.askReady("t", ["amy"])))
        _ = read(at: 20)
        #expect(state.handle(.timePassed, at: 20).contains(.askReady("t", ["amy"])))
    }

    @Test mutating func `a record that was given a moment ago is not forgotten because it was not yet read`() {
        look()
        var floor = PreviewFloor()
        floor.campaigns = [RunningCampaign(tenant: "t", campaign: .looked(), zones: [""])]
        floor.choices = [PreviewChoice(tenant: "t", agentID: "amy", campaignID: "spring")]
        _ = state.handle(.floorRead(floor, askedAt: 9), at: 11)
        #expect(state.handle(.timePassed, at: 100).contains(.giveBack(open("p1"), .expired)))
    }
}

@Suite struct PreviewRuleTests {
    @Test func `what is left out is as usual, and what makes no sense is refused`() throws {
        let rules = try JSON.decode(PreviewRules.self, #"{"seconds": 60}"#)
        #expect(rules.seconds == 60 && rules.whenOver == .giveBack && rules.afterCallWorkSeconds == 30)
        for wrong in [
            #"{"seconds": 4}"#, #"{"seconds": 3601}"#, #"{"afterCallWorkSeconds": -1}"#, #"{"againAfter": [""]}"#,
        ] {
            #expect(throws: Failure.self) { try JSON.decode(PreviewRules.self, wrong).checked() }
        }
    }

    @Test func `an appointment is later, within a year, and when somebody may be called there`() throws {
        var hours = CallingHours()
        hours.from = "09:00"
        hours.until = "20:00"
        let morning: Timestamp = 36_000
        try hours.checkAppointment(at: morning, in: nil, now: 0)
        for wrong in [0, 28_800, 31_658_400] as [Timestamp] {
            #expect(throws: Failure.self) { try hours.checkAppointment(at: wrong, in: nil, now: 0) }
        }
        // Noon in UTC is nine at night in Tokyo.
        #expect(throws: Failure.self) { try hours.checkAppointment(at: 43_200, in: "Asia/Tokyo", now: 0) }
    }

    @Test func `a skipped number comes again as after a try in vain, or never`() {
        let again = PreviewEnd.skipped(because: "no", isDone: false, retrySeconds: 600, at: 100)
        #expect(again.nextAt == 700 && !again.isDone)
        let never = PreviewEnd.skipped(because: "no", isDone: true, retrySeconds: 600, at: 100)
        #expect(never.nextAt == nil && never.isDone)
    }

    @Test func `an agent who hangs up before anybody answers has given up, and it was a try`() {
        func ended(_ kinds: [CallSegment.Kind], calledFor: CalledFor?) -> CallEnded {
            let told = CallEnded.with(.agentHungUp, kinds)
            return CallEnded(
                callID: told.callID, direction: .outbound, customerNumber: "1", accessNumber: "2", flowID: nil,
                campaignID: "spring", attemptID: "a", startedAt: 0, endedAt: 9, reason: .agentHungUp,
                segments: told.segments, agentID: nil, queueID: nil, recordings: [], attributes: [:],
                calledFor: calledFor)
        }
        let called = CalledFor(agentID: "amy", queueID: "sales")
        #expect(AttemptResult(ended([.dial], calledFor: called)) == .givenUp)
        #expect(AttemptResult(ended([.dial], calledFor: nil)) == .failed)
        #expect(AttemptResult(ended([.dial, .talk], calledFor: called)) == .connected)
        #expect(!AttemptResult.givenUp.isFinal)
    }
}
