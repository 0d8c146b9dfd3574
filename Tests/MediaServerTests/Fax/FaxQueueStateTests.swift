import Contracts
import TestSupport
import Testing

@testable import MediaServer

@Suite struct FaxQueueStateTests {
    private var state = FaxQueueState(lines: 1)
    private var now = Timestamp(microseconds: 1_000_000_000)

    private func fax(_ id: FaxID, attempts: Int = 3) -> OwnedFax {
        OwnedFax(
            tenant: "t", instance: "media-server/1",
            fax: Fax(
                id: id, direction: .sent, state: .queued, number: "1", line: "2", pages: 0, attempts: 0,
                mostAttempts: attempts, createdAt: now),
            options: FaxOptions(), pauseSeconds: 60)
    }

    private mutating func told(_ input: FaxQueueState.Input) -> [String] {
        state.handle(input, at: now).map { action in
            switch action {
            case .originate(let leg, _): "call \(leg)"
            case .send(let leg, _): "send \(leg)"
            case .hangUp(let leg): "hang up \(leg)"
            case .note(let owned): "\(owned.fax.id) \(owned.fax.state.rawValue)"
            case .tell(let owned): "tell \(owned.fax.id) \(owned.fax.outcome?.rawValue ?? "")"
            }
        }
    }

    private func result(_ leg: LegID, _ fax: FaxID, _ outcome: FaxOutcome) -> LegFaxEnded {
        LegFaxEnded(legID: leg, faxID: fax, direction: .sent, outcome: outcome, reason: "", pages: 2)
    }

    @Test mutating func `a fax is called, sent, and told of when its leg has ended too`() {
        #expect(told(.queued(fax("a"))) == ["a sending", "call fax-a-1"])
        #expect(told(.answered("fax-a-1")) == ["send fax-a-1"])
        #expect(told(.faxEnded(result("fax-a-1", "a", .complete))) == ["hang up fax-a-1"])
        #expect(told(.legEnded("fax-a-1", .local, nil)) == ["a sent", "tell a complete"])
        #expect(state.faxes.isEmpty)
    }

    @Test mutating func `a leg that ends before the worker has spoken waits for its word`() {
        _ = told(.queued(fax("a")))
        _ = told(.answered("fax-a-1"))
        #expect(told(.legEnded("fax-a-1", .remote, nil)) == [])
        #expect(told(.faxEnded(result("fax-a-1", "a", .complete))) == ["a sent", "tell a complete"])
    }

    @Test mutating func `a busy number is tried again after a pause, and so often as was asked`() {
        _ = told(.queued(fax("a", attempts: 2)))
        #expect(told(.legEnded("fax-a-1", .busy, .busy)) == ["a queued"])
        #expect(told(.tick) == [])
        now = Timestamp(microseconds: now.microseconds + 60_000_000)
        #expect(told(.tick) == ["a sending", "call fax-a-2"])
        #expect(told(.legEnded("fax-a-2", .noAnswer, .noAnswer)) == ["a failed", "tell a noAnswer"])
    }

    @Test mutating func `a number that there is not is not tried again`() {
        _ = told(.queued(fax("a")))
        #expect(told(.legEnded("fax-a-1", .notFound, .empty)) == ["a failed", "tell a unreachable"])
    }

    @Test mutating func `what the dial policy forbids is not tried again, a full server is`() {
        _ = told(.queued(fax("a")))
        #expect(told(.refused("fax-a-1", Failure(.forbidden, "no"))) == ["a failed", "tell a rejected"])
        _ = told(.queued(fax("b")))
        #expect(told(.refused("fax-b-1", Failure(.unavailable, "full"))) == ["b queued"])
    }

    @Test mutating func `no more are sent at a time than there are lines, the oldest first`() {
        _ = told(.queued(fax("a")))
        #expect(told(.queued(fax("b"))) == [])
        #expect(
            told(.legEnded("fax-a-1", .notFound, .empty)) == [
                "a failed", "tell a unreachable", "b sending", "call fax-b-1",
            ])
    }

    @Test mutating func `a fax that broke off is sent again`() {
        _ = told(.queued(fax("a")))
        _ = told(.answered("fax-a-1"))
        _ = told(.faxEnded(result("fax-a-1", "a", .brokenOff)))
        #expect(told(.legEnded("fax-a-1", .local, nil)) == ["a queued"])
    }

    @Test mutating func `a call that cannot be told to send is hung up and counts as a try`() {
        _ = told(.queued(fax("a", attempts: 1)))
        _ = told(.answered("fax-a-1"))
        #expect(told(.notBegun("fax-a-1", Failure(.conflict, ""))) == ["hang up fax-a-1"])
        #expect(told(.legEnded("fax-a-1", .local, nil)) == ["a failed", "tell a brokenOff"])
    }

    @Test mutating func `who cancels ends the call, and no other is made`() {
        _ = told(.queued(fax("a")))
        _ = told(.queued(fax("b")))
        #expect(told(.cancelled("b")) == ["b failed", "tell b cancelled"])
        #expect(told(.cancelled("a")) == ["hang up fax-a-1"])
        #expect(told(.legEnded("fax-a-1", .local, nil)) == ["a failed", "tell a cancelled"])
        #expect(told(.cancelled("a")) == [])
    }

    @Test mutating func `one that was under way when its server died is tried again`() {
        var lost = fax("a")
        lost.fax.state = .sending
        lost.fax.attempts = 1
        #expect(told(.queued(lost)) == ["a sending", "call fax-a-2"])
        #expect(told(.queued(lost)) == [])
    }
}
