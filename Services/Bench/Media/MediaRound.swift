import Bus
import Contracts
import Foundation

/// So many calls at once for so long, and what they cost.
struct MediaRound {
    struct Result: Sendable {
        let calls: Int
        let isRecorded: Bool
        /// Of the media-server process.
        let cpuSecondsPerCallMinute: Double
        let packets: Int
        /// What the process had grown by, for each leg.
        let kibibytesPerLeg: Double
        /// From sending to arrival, through the media-server, 99 of 100.
        let delayMicroseconds: Double?
        var problems: [String]

        func add(to report: inout Report) {
            let kind = isRecorded ? "recorded" : "bridged"
            // The design's bounds are for 200 calls.
            let target = calls < 200 ? nil : Target.atMost(isRecorded ? 0.055 : 0.045)
            report.add(
                "\(calls) calls \(kind), media-server", cpuSecondsPerCallMinute, "CPU s/call-minute", target: target)
            report.add("\(calls) calls \(kind), packets heard", Double(packets), "packets")
            report.add(
                "\(calls) calls \(kind), memory", kibibytesPerLeg, "KiB/leg", target: calls < 200 ? nil : .atMost(100))
            guard let delayMicroseconds else { return report.problems += told }
            let most = calls == 200 && !isRecorded ? Target.atMost(500) : nil
            report.add("\(calls) calls \(kind), delay p99", delayMicroseconds, "µs", target: most)
            report.problems += told
        }

        private var told: [String] {
            problems.map { "\(calls) calls \(isRecorded ? "recorded" : "bridged"): \($0)" }
        }
    }

    let media: MediaProcess
    let watch: LegWatch
    let calls: Int
    let isRecorded: Bool
    let seconds: Double

    func run(_ workplace: Workplace, place: String) async throws -> Result {
        watch.reset()
        let memory = ProcessTime.memory(of: media.child.pid) ?? 0
        let carrier = try await Carrier.start(
            workplace,
            [
                "--listen", "127.0.0.1:\(media.carrierPort)", "--switch", "127.0.0.1:\(media.sipPort)", "--rtp-ports",
                "\(media.carrierPorts.lowerBound)-\(media.carrierPorts.upperBound - 1)", "--totals",
                "--stamp",
            ], output: "\(place)/carrier.log")
        do {
            try await Task.sleep(for: .seconds(1))
            let legs = try await connect()
            let cost = try await measure()
            let grown = (ProcessTime.memory(of: media.child.pid) ?? 0) - memory
            let dropped = drops()
            try await end(legs)
            guard let heard = await carrier.stop() else { throw BenchFailure("sandbox-carrier told no totals.") }
            return result(cost, heard, dropped: dropped, grown: grown)
        } catch {
            _ = await carrier.stop()
            throw error
        }
    }

    /// Two legs a call, answered and bridged.
    private func connect() async throws -> [LegID] {
        let legs = (0..<(2 * calls)).map { _ in LegID.make(at: .now()) }
        for leg in legs {
            try await ask(
                OriginateLeg(
                    legID: leg, destination: .number("13800000000"), from: "1000", ringSeconds: 30, context: Data()))
            try await Task.sleep(for: .milliseconds(10))
        }
        try await eventually("the answer of \(legs.count) legs (\(watch.answered) came)", within: 30) {
            watch.answered >= legs.count ? true : nil
        }
        for index in stride(from: 0, to: legs.count, by: 2) {
            var commands: [LegCommand] = [.bridge(with: legs[index + 1])]
            if isRecorded {
                commands.append(
                    .record(
                        .make(at: .now()), of: .make(at: .now()), customer: legs[index], agent: legs[index + 1]))
            }
            try await ask(CommandLeg(legID: legs[index], commands: commands))
        }
        try await Task.sleep(for: .seconds(3))
        return legs
    }

    /// CPU seconds for a call's minute.
    private func measure() async throws -> Double {
        let clock = ContinuousClock()
        guard let before = ProcessTime(media.child.pid) else { throw BenchFailure("The media-server is gone.") }
        let began = clock.now
        try await clock.sleep(for: .seconds(seconds))
        guard let after = ProcessTime(media.child.pid) else { throw BenchFailure("The media-server is gone.") }
        let minutes = (clock.now - began) / .seconds(60)
        return (after.own - before.own) / (Double(calls) * minutes)
    }

    /// Datagrams that came to either side's sockets when they were full.
    private func drops() -> Int {
        let table = (try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8)) ?? ""
        return FreePorts.drops(in: table, ports: media.rtpPorts)
            + FreePorts.drops(in: table, ports: media.carrierPorts)
    }

    private func end(_ legs: [LegID]) async throws {
        guard watch.ended == 0 else {
            throw BenchFailure("\(watch.ended) legs ended by themselves: \(watch.causes).")
        }
        for leg in legs { try await ask(CommandLeg(legID: leg, commands: [.hangUp(.local)])) }
        try await eventually("the end of all legs", within: 30) { watch.ended >= legs.count ? true : nil }
        guard isRecorded else { return }
        try await eventually("the recordings", within: 30) { watch.recordings >= calls ? true : nil }
    }

    private func ask(_ request: some BusRequest) async throws {
        _ = try await media.bus.request(request, to: .instance(MediaProcess.instance), tenant: BusEnd.tenant)
    }

    private func result(_ cost: Double, _ heard: Carrier.Summary, dropped: Int, grown: Int) -> Result {
        // Each of two legs hears 50 packets a second.
        let expected = Int(Double(calls) * 2 * 50 * seconds)
        var problems = watch.problems
        if heard.packetsLost > 0 {
            problems.append("\(heard.packetsLost) of \(heard.packetsReceived) packets were lost.")
        }
        if dropped > 0 { problems.append("\(dropped) packets found a full socket.") }
        if heard.packetsReceived < expected {
            problems.append("Only \(heard.packetsReceived) of at least \(expected) packets were heard.")
        }
        return Result(
            calls: calls, isRecorded: isRecorded, cpuSecondsPerCallMinute: cost, packets: heard.packetsReceived,
            kibibytesPerLeg: Double(grown) / 1_024 / Double(2 * calls), delayMicroseconds: heard.packetMicrosecondsP99,
            problems: problems)
    }
}
