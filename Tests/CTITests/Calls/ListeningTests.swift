import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// Campaign calls whose answer is listened to before anybody is asked to take them.
@Suite struct ListeningTests {
    private let media = InstanceID(.mediaServer, 1)
    private var call = CallState.outbound(
        .listened, tenant: "t", on: InstanceID(.mediaServer, 1), at: Timestamp(microseconds: 0))

    private static func second(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }

    private mutating func tell(_ input: CallInput, _ seconds: Int) -> [CallAction] {
        call.handle(input, at: Self.second(seconds))
    }

    /// - Returns: what the answer leads to.
    private mutating func answer() -> [CallAction] {
        _ = tell(.begin, 0)
        return tell(.legAnswered("c1-0"), 4)
    }

    private func reason(_ actions: [CallAction]) -> CallEndReason? {
        actions.lazy.compactMap { if case .publish(.ended(let ended)) = $0 { ended.reason } else { nil } }.first
    }

    private func isQueued(_ actions: [CallAction]) -> Bool {
        actions.contains { if case .enqueue = $0 { true } else { false } }
    }

    @Test mutating func `the answer is listened to, and nobody is asked yet`() {
        let actions = answer()
        #expect(actions.contains(.command("c1-0", [.detectAnswer(AnswerDetection())])))
        #expect(actions.contains(.startTimer(.detection, at: Self.second(12))))
        #expect(!isQueued(actions))
    }

    @Test(arguments: [AnswerResult.human, .silence, .unsure])
    mutating func `who may be a person goes to the queue`(result: AnswerResult) {
        _ = answer()
        let actions = tell(.answerClassified("c1-0", result), 6)
        #expect(isQueued(actions))
    }

    @Test(arguments: [
        (AnswerResult.machine, CallEndReason.machine), (.fax, .fax), (.busyTone, .busy), (.specialTone, .notFound),
        (.congestionTone, .unavailable),
    ])
    mutating func `what is no person is hung up, with what it was`(result: AnswerResult, reason: CallEndReason) {
        _ = answer()
        let actions = tell(.answerClassified("c1-0", result), 6)
        #expect(self.reason(actions) == reason)
        #expect(actions.contains(.command("c1-0", [.hangUp(.local)])))
    }

    @Test mutating func `if nobody says who it is, an agent will hear it`() {
        _ = answer()
        let actions = tell(.timer(.detection), 12)
        #expect(isQueued(actions))
        let late = tell(.answerClassified("c1-0", .machine), 13)
        #expect(late == [])
    }

    @Test mutating func `who hangs up meanwhile has been abandoned`() {
        _ = answer()
        let actions = tell(.legEnded("c1-0", .remote), 5)
        #expect(reason(actions) == .abandoned)
    }

    @Test mutating func `a new owner listens anew`() throws {
        _ = answer()
        var other = try JSONDecoder().decode(CallState.self, from: JSONEncoder().encode(call))
        #expect(other == call)
        let resumed = other.resume(at: Self.second(6))
        #expect(resumed.contains(.command("c1-0", [.detectAnswer(AnswerDetection())])))
    }

    @Test mutating func `settings that cannot be used are left aside`() {
        let request = OriginateCall(
            callID: "c1", campaignID: "k1", attemptID: "a1", number: "13900000001", from: "4008000000",
            queueID: "sales", priority: 1, ringSeconds: 20, attributes: [:],
            detectAnswer: AnswerDetection(initialSilence: 1))
        call = .outbound(request, tenant: "t", on: media, at: Self.second(0))
        let actions = answer()
        #expect(isQueued(actions))
    }
}

extension OriginateCall {
    fileprivate static let listened = OriginateCall(
        callID: "c1", campaignID: "k1", attemptID: "a1", number: "13900000001", from: "4008000000", queueID: "sales",
        priority: 100, ringSeconds: 20, attributes: [:], detectAnswer: AnswerDetection())
}
