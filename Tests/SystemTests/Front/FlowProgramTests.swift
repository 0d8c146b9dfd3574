import Foundation
import Testing

/// Programs that lead callers, through all processes: the one of the documents, as it stands there.
@Suite(.serialized) struct FlowProgramTests {
    private static func flow(_ port: Int) -> String {
        FrontStage.flow(
            "hotel",
            """
            "hotel": {"type": "script", "url": "http://127.0.0.1:\(port)/hotel",
                "headers": {"Authorization": "Bearer {secret:hotel}"}, "exits": {"desk": "desk"}, "next": "bye",
                "onFailed": "lost"},
            "desk": {"type": "set", "values": {"way": "desk"}, "next": "bye"},
            "lost": {"type": "set", "values": {"way": "lost"}, "next": "bye"}, "bye": {"type": "hangUp"}
            """)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a program leads callers; it dies, is started again and its flow unloaded, and no other call is touched`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let (number, quiet) = ("+861088885415", "+861088885416")
        try await stage.admin.ask("PUT", "/cti/v1/flow-secrets/hotel", ["value": "sesame"])
        try await stage.lead(number, to: Self.flow(stage.suite.programPort), as: "hotel")
        try await stage.admin.insist("POST", "/acd/v1/queues", ["id": "quiet", "name": "Quiet"])
        try await stage.lead(
            quiet, to: FrontStage.flow("wait", #""wait": {"type": "queue", "queue": "quiet"}"#), as: "quiet")
        let other = try stage.call(quiet, from: "13900005420", leavesAfter: 40_000)
        _ = try await stage.sees("13900005420", "waiting")

        var program = try await start(stage, "first")
        // There is no room 999; in 205 is Han Meimei, who wants to be woken.
        let guest = try stage.call(number, from: "13900005415", keys: "9992051", gap: 900)
        #expect(await guest.status() == 0, "\(guest.words.suffix(800)) \(program.words.suffix(2000))")
        let known = try await stage.attributes("13900005415")
        #expect(known["guest"] == "Han Meimei" && known["wake"] == "07:00" && known["way"] == nil, "\(known)")

        let gone = try stage.call(number, from: "13900005416", leavesAfter: 1_500)
        #expect(await gone.status() == 0)
        _ = try await eventually("the program hearing that he has gone") {
            program.words.contains("hungUp") ? true : nil
        }

        let left = try stage.call(number, from: "13900005417", keys: "205", gap: 900, first: 4_000)
        _ = try await eventually("the program asking him") {
            program.words.contains(#""caller": "13900005417""#) ? true : nil
        }
        await program.stop()
        #expect(await left.status() == 0, "\(left.words.suffix(800))")
        let lost = try await stage.attributes("13900005417")
        #expect(lost["way"] == "lost" && lost["scriptProblem"]?.isEmpty == false, "\(lost)")

        program = try await start(stage, "second")
        let late = try stage.call(number, from: "13900005418", keys: "1010", gap: 900, first: 4_000)
        _ = try await eventually("the program asking him") {
            program.words.contains(#""caller": "13900005418""#) ? true : nil
        }
        // Unloaded under him.
        try await stage.admin.insist("PUT", "/cti/v1/access-numbers/\(number)", ["flow": NSNull()])
        try await stage.admin.insist("DELETE", "/cti/v1/flows/hotel")
        #expect(await late.status() == 0, "\(late.words.suffix(800))")
        let ended = try await stage.attributes("13900005418")
        #expect(ended["guest"] == "Li Lei" && ended["wake"] == "no" && ended["way"] == "desk", "\(ended)")
        #expect(try await stage.admin.items("/cti/v1/flows").allSatisfy { $0["flowID"] as? String != "hotel" })

        #expect(try await stage.calls(of: "13900005420").first?["phase"] as? String == "waiting")
        await other.stop()
        await program.stop()
    }

    private func start(_ stage: FrontStage, _ name: String) async throws -> RunningProgram {
        let file = RunningSuite.root.appendingPathComponent("docs/flow-scripts/hotel.py").path
        let program = try RunningProgram(
            ["python3", file, "\(stage.suite.programPort)"], directory: stage.place,
            output: stage.place.appendingPathComponent("hotel-\(name).log"))
        _ = try await eventually("the program listening") { program.words.contains("listens at") ? true : nil }
        return program
    }
}
