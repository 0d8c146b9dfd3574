import Testing

@testable import Bench

@Suite struct AnswersTests {
    private let statistics = """
        StartTime;TargetRate;CallRate(P);CallRate(C);TotalCallCreated;SuccessfulCall(P);SuccessfulCall(C);FailedCall(P);FailedCall(C);Retransmissions(C);
        2026-11-28\t00:48:45.188141;50;0;0;0;0;0;0;0;0;
        2026-11-28\t00:48:46.188141;50;48;49.5;150;50;148;1;2;3;
        """

    @Test func `what sipp counted stands in its last line`() {
        let counts = SippCounts(statistics)
        #expect(counts?.created == 150)
        #expect(counts?.successful == 148)
        #expect(counts?.failed == 2)
        #expect(counts?.retransmissions == 3)
        #expect(counts?.rate == 49.5)
    }

    @Test(arguments: ["", "StartTime;CallRate(C)", "StartTime;CallRate(C)\nnow;fast", ";;;\n;;;"])
    func `what is no table of sipp's counts nothing`(_ text: String) { #expect(SippCounts(text) == nil) }

    private func report(_ figures: [(String, Double)]) -> Report {
        var report = Report(
            benchmark: "media", command: "deploy/bench media", machine: Machine(cores: 2, model: "Test", load: 0))
        for (what, value) in figures { report.add(what, value, "") }
        return report
    }

    @Test func `this server's row stands above the others', with what was measured`() {
        let comparison = Comparison([
            report([
                ("50 calls bridged, media-server", 0.0681), ("200 calls bridged, media-server", 0.0412),
                ("500 calls bridged, media-server", 0.039), ("200 calls recorded, media-server", 0.0458),
            ]), report([(AnswersBenchmark.rate, 1_000)]),
        ])
        let lines = comparison?.text.split(separator: "\n") ?? []
        #expect(lines.count == 2 + 7 + 1)
        let row = lines.dropFirst(2).first ?? ""
        #expect(row.hasPrefix("media-server, now"))
        #expect(row.contains("0.068 / – / 0.041, 0.039 at 500"))
        #expect(row.contains("– / – / 0.046"))
        #expect(row.hasSuffix("1000"))
        #expect(lines.last?.contains("another day") == true)
    }

    @Test func `nothing is compared where nothing was measured`() {
        #expect(Comparison([]) == nil)
        #expect(Comparison([report([("p99", 1)])]) == nil)
    }
}
