import Contracts
import TestSupport
import Testing

@testable import Dialer

@Suite struct DiallingStateTests {
    var state = DiallingState()
    let shard = Shard.of("t")
    let spring = RunningCampaign(tenant: "t", campaign: .named("spring"), zones: [""])

    private mutating func opened(_ attempts: [OpenAttempt] = [], askedAt: Timestamp = 0) {
        _ = state.handle(.shardAcquired(shard), at: askedAt)
        _ = state.handle(.campaignsRead([spring]), at: askedAt)
        _ = state.handle(.openRead(attempts, of: [shard], askedAt: askedAt), at: askedAt)
    }

    private mutating func dials(ready: Int, at now: Timestamp) -> Int {
        state.handle(.agentsTold("t", .sales(ready: ready), askedAt: now), at: now).reduce(0) { sum, action in
            if case .dial(_, _, let count, _) = action { sum + count } else { sum }
        }
    }

    @Test mutating func `a shard that is acquired is dialled for only after its open tries are known`() {
        #expect(state.handle(.shardAcquired(shard), at: 0) == [.check([shard])])
        _ = state.handle(.campaignsRead([spring]), at: 0)
        #expect(dials(ready: 2, at: 1) == 0)
        _ = state.handle(.openRead([.to("c1")], of: [shard], askedAt: 1), at: 1)
        #expect(dials(ready: 2, at: 2) == 1)
    }

    @Test mutating func `agents are asked for of queues whose campaigns may dial, once at a time`() {
        opened()
        #expect(state.handle(.timePassed, at: 1).contains(.askAgents("t", ["sales"])))
        #expect(!state.handle(.timePassed, at: 2).contains(.askAgents("t", ["sales"])))
        _ = state.handle(.agentsUnknown("t"), at: 2)
        #expect(state.handle(.timePassed, at: 3).contains(.askAgents("t", ["sales"])))
    }

    @Test mutating func `outside the calling hours nobody is dialled`() {
        var campaign = Campaign.named("spring")
        campaign.hours.from = "00:01"
        let closed = RunningCampaign(tenant: "t", campaign: campaign, zones: [""])
        opened()
        _ = state.handle(.campaignsRead([closed]), at: 1)
        #expect(!state.handle(.timePassed, at: 1).contains(.askAgents("t", ["sales"])))
        #expect(state.handle(.timePassed, at: 61).contains(.askAgents("t", ["sales"])))
    }

    @Test mutating func `numbers are taken in those time zones only in which it is time`() {
        var campaign = Campaign.named("spring")
        campaign.hours = CallingHours(timeZone: "UTC", from: "00:00", until: "01:00")
        opened()
        _ = state.handle(
            .campaignsRead([RunningCampaign(tenant: "t", campaign: campaign, zones: ["", "Asia/Tokyo"])]), at: 1)
        #expect(
            state.handle(.agentsTold("t", .sales(ready: 1), askedAt: 2), at: 2)
                == [.dial("t", campaign, count: 1, zones: [""])])
    }

    @Test mutating func `calls of a tenant who dials nobody are none of ours`() {
        _ = state.handle(.shardAcquired(shard), at: 0)
        _ = state.handle(.openRead([], of: [shard], askedAt: 0), at: 0)
        _ = state.handle(.ended("t", "c9"), at: 1)
        _ = state.handle(.refused("t", "spring"), at: 1)
        _ = state.handle(.campaignsRead([spring]), at: 1)
        #expect(dials(ready: 1, at: 2) == 1)
    }

    @Test mutating func `a shard that is lost is dialled for no more`() {
        opened()
        _ = state.handle(.shardLost(shard), at: 1)
        #expect(dials(ready: 2, at: 2) == 0)
        #expect(state.handle(.timePassed, at: 3).isEmpty)
    }

    @Test mutating func `a try that cti does not have is given up when no fact came for a while`() {
        opened([.to("c1")])
        #expect(state.handle(.callsFound("t", asked: [.to("c1")], up: []), at: 20).isEmpty)
        #expect(state.handle(.callsFound("t", asked: [.to("c1")], up: []), at: 25).isEmpty)
        #expect(state.handle(.callsFound("t", asked: [.to("c1")], up: []), at: 30) == [.giveUp(.to("c1"))])
    }

    @Test mutating func `a try whose call is up goes on`() {
        opened([.to("c1")])
        _ = state.handle(.callsFound("t", asked: [.to("c1")], up: []), at: 20)
        _ = state.handle(.callsFound("t", asked: [.to("c1")], up: ["c1"]), at: 25)
        #expect(state.handle(.callsFound("t", asked: [.to("c1")], up: []), at: 31).isEmpty)
    }

    @Test mutating func `a try that is over in the database counts no more, though no fact told`() {
        opened([.to("c1", at: 0)])
        #expect(dials(ready: 1, at: 1) == 0)
        _ = state.handle(.openRead([], of: [shard], askedAt: 20), at: 21)
        #expect(dials(ready: 1, at: 22) == 1)
    }

    @Test mutating func `a call that is over makes room for the next`() {
        opened()
        #expect(dials(ready: 1, at: 1) == 1)
        _ = state.handle(.claimed("t", "spring", wanted: 1, [.to("c1", at: 1)]), at: 1)
        #expect(dials(ready: 1, at: 2) == 0)
        _ = state.handle(.ended("t", "c1"), at: 3)
        #expect(dials(ready: 1, at: 4) == 1)
    }
}
