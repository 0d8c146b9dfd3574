import Foundation
import Testing

@testable import SandboxCarrier

@Suite struct LoadSummaryTests {
    @Test func `calls that nobody answered are counted by what they ended with, and others are not`() throws {
        var summary = LoadSummary()
        summary.add(CallOutcome(wasAnswered: true, ended: "by us"))
        summary.add(CallOutcome(wasAnswered: true, ended: "by peer"))
        for _ in 0..<2 { summary.add(CallOutcome(ended: "refused 503")) }
        summary.add(CallOutcome(ended: "no free RTP port"))
        #expect(summary.attempted == 5 && summary.answered == 2 && summary.failed == 3 && summary.dropped == 1)
        #expect(summary.refusals == ["refused 503": 2, "no free RTP port": 1])

        struct Told: Decodable { let refusals: [String: Int] }
        #expect(try JSONDecoder().decode(Told.self, from: Data(summary.json.utf8)).refusals == summary.refusals)
    }
}
