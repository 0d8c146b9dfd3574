import Foundation
import Testing

@testable import Bench

@Suite struct AsteriskTests {
    private func configuration(isDirect: Bool = false, isRecorded: Bool = false) -> AsteriskConfiguration {
        AsteriskConfiguration(
            directory: "/place", sipPort: 5_060, rtpPorts: 10_000..<10_100,
            agents: [BenchAgent(number: 0), BenchAgent(number: 1)], password: "secret",
            size: CallsSize(
                agents: 2, rates: [], seconds: 1, talk: 1, isDirect: isDirect, isRecorded: isRecorded,
                tellsDelay: false, asterisk: nil))
    }

    private func dialplan(_ configuration: AsteriskConfiguration) -> String {
        configuration.files["extensions.conf"] ?? ""
    }

    @Test func `every agent has a telephone with a password, and a place in the queue`() {
        let files = configuration().files
        #expect(files["pjsip.conf"]?.contains("username=2002\npassword=secret") == true)
        #expect(files["queues.conf"]?.contains("member => PJSIP/2001\nmember => PJSIP/2002\n") == true)
    }

    @Test func `sound goes through Asterisk as it goes through media-server`() {
        let endpoints = configuration().files["pjsip.conf"]?.components(separatedBy: "type=endpoint").count ?? 0
        let through = configuration().files["pjsip.conf"]?.components(separatedBy: "direct_media=no").count ?? 0
        #expect(endpoints == 4)
        #expect(through == endpoints)
    }

    @Test func `its ports for sound are those that callers keep away from`() {
        #expect(configuration().files["rtp.conf"] == "[general]\nrtpstart=10000\nrtpend=10099\n")
    }

    @Test func `callers are asked for a key unless they come into line at once`() {
        #expect(dialplan(configuration()).contains("Read(KEY,/place/prompt,1,,1,5)\nsame => n,Queue(bench)"))
        #expect(!dialplan(configuration(isDirect: true)).contains("Read("))
    }

    @Test func `talks are recorded if the suite's are`() {
        #expect(dialplan(configuration(isRecorded: true)).contains("MixMonitor("))
        #expect(!dialplan(configuration()).contains("MixMonitor("))
    }

    @Test func `who came to an agent is counted, not who came into line or gave up`() {
        let log = """
            1795898509|1795898506.1|bench|NONE|ENTERQUEUE||13800000001|1
            1795898509|1795898506.1|bench|PJSIP/2001|CONNECT|0|1795898506.2|0
            1795898509|1795898506.1|bench|PJSIP/2001|COMPLETECALLER|0|3|1
            1795898509|1795898506.3|bench|PJSIP/2002|COMPLETEAGENT|0|3|1
            1795898509|1795898506.5|bench|NONE|ABANDON|1|1|4
            COMPLETECALLER
            """
        #expect(Asterisk.completed(in: log) == 2)
        #expect(Asterisk.completed(in: "") == 0)
    }

    @Test func `it is asked for no more calls than the agents can serve`() {
        #expect(AsteriskBenchmark.rates(agents: 510, talk: 3) == [50, 70, 86, 100, 120])
        #expect(AsteriskBenchmark.rates(agents: 300, talk: 3) == [50, 70, 86])
        #expect(AsteriskBenchmark.rates(agents: 23, talk: 1) == [10])
    }

    @Test func `a rate holds if all calls came to an agent and nobody had to ask again`() {
        #expect(AsteriskBenchmark.problem(summary(), completed: 8, of: 8) == nil)
        #expect(AsteriskBenchmark.problem(summary(failed: 1), completed: 8, of: 8) == "1 of 8 calls were not answered")
        #expect(AsteriskBenchmark.problem(summary(), completed: 7, of: 8) == "7 of 8 calls came to an agent")
        #expect(
            AsteriskBenchmark.problem(summary(setup: 500), completed: 8, of: 8)
                == "answers took 500 ms (p99), callers asked again")
    }

    private func summary(failed: Int = 0, setup: Double = 2) -> Carrier.Summary {
        Carrier.Summary(
            attempted: 8, answered: 8 - failed, failed: failed, refusals: [:], setupMillisecondsP99: setup,
            packetsSent: 0, packetsReceived: 0, packetsLost: 0, packetMicrosecondsP50: nil,
            packetMicrosecondsP99: nil)
    }
}
