import Foundation
import Testing

@testable import Bench

@Suite struct ReportTests {
    private let machine = Machine(cores: 2, model: "Test 9000", load: 0.25)

    @Test func `a percentile is a value that was measured`() {
        let values = Percentiles((1...1000).map(Double.init).shuffled())
        #expect(values[50] == 500)
        #expect(values[99] == 990)
        #expect(values[99.9] == 999)
        #expect(values[100] == 1000)
        #expect(values[0] == 1)
    }

    @Test func `without values every percentile is nought`() {
        #expect(Percentiles([])[99] == 0)
        #expect(Percentiles([])[0] == 0)
    }

    @Test func `one value is every percentile`() {
        #expect([0, 50, 99.9, 100, 250, -3].map { Percentiles([7])[$0] } == [7, 7, 7, 7, 7, 7])
    }

    @Test func `what repeats a measurement has its options, not where its files lay nor the other benchmarks`() {
        let arguments = ["--quick", "--rate", "50", "--place", "here", "--postgres=url", "bus", "calls"]
        #expect(BenchCommand.text(arguments, repeating: .calls) == "deploy/bench --quick --rate 50 calls")
        #expect(BenchCommand.text(["measure", "--place", "bus", "sip"], repeating: .sip) == "deploy/bench sip")
        #expect(BenchCommand.text([], repeating: .media) == "deploy/bench media")
    }

    @Test func `columns are as wide as their widest cell, and numbers end together`() {
        let table = Table(
            header: ["what", "n"], rows: [["a", "1"], ["longer", "100"], ["short"]], alignedRight: [1])
        #expect(
            table.text == """
                what      n
                ──────  ───
                a         1
                longer  100
                short
                """)
    }

    @Test func `a target is met up to its bound`() {
        #expect(Target.atMost(2).isMet(by: 2))
        #expect(!Target.atMost(2).isMet(by: 2.01))
        #expect(Target.atLeast(20_000).isMet(by: 20_000))
        #expect(!Target.atLeast(20_000).isMet(by: 19_999))
    }

    @Test func `the table tells value, unit, target, machine and command`() {
        var report = Report(benchmark: "bus", command: "deploy/bench bus", machine: machine)
        report.add("p99", 1.234, "ms", target: .atMost(1))
        report.add("rate", 25_000, "/s", target: .atLeast(20_000))
        report.problems = ["A fact was lost."]
        #expect(
            report.text == """
                bus   value  unit  target
                ────  ─────  ────  ───────  ──────
                p99    1.23  ms    ≤ 1      missed
                rate  25000  /s    ≥ 20000  met
                2 × Test 9000, load before 0.25 · deploy/bench bus
                WRONG: A fact was lost.
                """)
    }

    @Test func `the line of JSON holds the whole report`() throws {
        var report = Report(benchmark: "sip", command: "deploy/bench sip", machine: machine)
        report.add("parsed", 12.5, "/s", target: .atLeast(10))
        let json = report.json
        #expect(!json.contains("\n"))
        #expect(try JSONDecoder().decode(Report.self, from: Data(json.utf8)) == report)
        #expect(json.contains(#""target":{"atLeast":10}"#))
    }

    @Test(arguments: [
        (0.0456, "0.0456"), (1.234, "1.23"), (45.67, "45.7"), (1234.5, "1234"), (20_000, "20000"), (0, "0"),
    ])
    func `a figure has the digits that a person wants`(_ value: Double, _ text: String) {
        #expect(Report.text(of: value) == text)
    }

    @Test func `the processor is named as the kernel names it`() {
        #expect(Machine.model(in: "processor\t: 0\nmodel name\t: AMD EPYC: 7B13\ncache\t: 1\n") == "AMD EPYC: 7B13")
        #expect(Machine.model(in: "processor\t: 0\nmodel name\t:\n") == "unknown")
        #expect(Machine.model(in: "") == "unknown")
    }
}
