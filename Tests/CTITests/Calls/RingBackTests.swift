import Contracts
import TestSupport
import Testing

@testable import CTI

/// What a caller hears while an agent's telephone rings.
@Suite struct RingBackTests {
    private var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "400", on: media, flow: .queueOnly, at: second(0))

    @discardableResult
    private mutating func tell(_ input: CallInput, _ at: Double) -> [CallAction] {
        call.handle(input, at: second(at))
    }

    private func offer(ringsBack: Bool?) -> OfferCall {
        OfferCall(
            callID: "c1", agentID: "amy", queueID: "sales", offer: 1, ringSeconds: 15, afterCallWorkSeconds: 30,
            ringsBack: ringsBack)
    }

    private func heard(_ actions: [CallAction]) -> [[Prompt]] {
        actions.commands(for: "c1").compactMap { if case .play(_, let prompts, _, _) = $0 { prompts } else { nil } }
    }

    @Test mutating func `a queue's ring-back tone replaces the music while it rings, and the music comes back`() {
        tell(.begin, 0)
        #expect(heard(tell(.legAnswered("c1"), 1)) == [[.music]])
        #expect(heard(tell(.offer(offer(ringsBack: true), phone: "201"), 2)) == [[.ringback]])
        #expect(heard(tell(.timer(.offer(number: 1)), 17)) == [[.music]])
    }

    @Test mutating func `without one the music plays on`() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        #expect(heard(tell(.offer(offer(ringsBack: nil), phone: "201"), 2)).isEmpty)
    }
}
