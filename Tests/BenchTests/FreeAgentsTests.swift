import Testing

@testable import Bench

@Suite struct FreeAgentsTests {
    private func span(_ status: String, _ since: Int64, _ until: Int64?, on call: String? = nil) -> FreeAgents.Span {
        FreeAgents.Span(status: status, callID: call, since: since, until: until)
    }

    @Test func `an agent's delay is from being ready to his telephone being called`() {
        let spans = [
            span("talking", 0, 1000, on: "c0"), span("ready", 1000, 1500), span("ringing", 1500, 9000, on: "c1"),
            span("ready", 9000, 9100), span("ringing", 9100, nil, on: "c2"),
        ]
        let delays = FreeAgents.delays(spans, invited: [10, 3500, 9400], queued: ["c1": 500, "c2": 600])
        #expect(delays == [2.5, 0.4])
    }

    @Test func `who had nobody to wait for him, or was not called, does not count`() {
        let spans = [span("ready", 1000, 1500), span("ringing", 1500, nil, on: "c1")]
        #expect(FreeAgents.delays(spans, invited: [2000], queued: ["c1": 1200]) == [])
        #expect(FreeAgents.delays(spans, invited: [900], queued: ["c1": 500]) == [])
        #expect(FreeAgents.delays(spans, invited: [2000], queued: [:]) == [])
        #expect(FreeAgents.delays([span("ready", 1000, nil)], invited: [2000], queued: [:]) == [])
    }

    @Test func `a telephone's words are read, and other words passed over`() {
        let words = "registered 2001@demo\ninvited 2001 5\ninvited 2002 7\ninvited 2001 9\ninvited x\n{}\n"
        #expect(FreeAgents.invitations(in: words) == ["2001": [5, 9], "2002": [7]])
    }
}
