import Bus
import Contracts
import Foundation

/// How many calls a media-server answers and ends in a second, and what one costs it, all in: SIP, ports, facts over the bus
/// and into PostgreSQL.
///
/// sipp calls, at a rate that is raised step by step; this process is cti, which commands over the bus that each leg is
/// answered. The first step in which anything had to be sent again ends the climb.
struct AnswersBenchmark {
    /// What the best rate that held is called.
    static let rate = "calls answered and ended before anything is sent again"

    let workplace: Workplace
    let isQuick: Bool
    /// Calls a second, one step after the other.
    let rates: [Int]

    init(_ workplace: Workplace, isQuick: Bool, rates: [Int] = []) {
        self.workplace = workplace
        self.isQuick = isQuick
        let usual = isQuick ? [50] : [100, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 2_000]
        self.rates = rates.isEmpty ? usual : rates
    }

    func run(_ report: inout Report) async throws {
        let place = try workplace.directory("answers")
        let media = try await MediaProcess.start(workplace, place: place)
        let watch = LegWatch()
        var results: [AnswersStep.Result] = []
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await media.bus.run() }
                group.addTask { await Self.answerAll(media, watch) }
                try await eventually("an answer of the media-server over the bus", within: 10) {
                    try? await media.bus.request(ListLegs(shards: []), to: .instance(MediaProcess.instance))
                }
                for rate in rates {
                    let step = AnswersStep(media: media, watch: watch, rate: rate, seconds: isQuick ? 3 : 10)
                    let result = try await step.run(place: place)
                    FileHandle.standardError.write(Data("  answers: \(result.line)\n".utf8))
                    results.append(result)
                    if result.problem != nil { break }
                }
                group.cancelAll()
            }
        } catch {
            await media.child.stop()
            throw error
        }
        await media.child.stop()
        add(results, to: &report)
    }

    /// As cti: each leg that arrives is claimed and answered by one command.
    private static func answerAll(_ media: MediaProcess, _ watch: LegWatch) async {
        await withDiscardingTaskGroup { commands in
            for await event in media.bus.subscribe(["leg."]) {
                watch.hear(event)
                guard event.type == LegArrived.topic else { continue }
                let answer = CommandLeg(legID: LegID(rawValue: event.subject), commands: [.answer])
                commands.addTask {
                    // A caller who has given up meanwhile is no mistake; who is never answered, sipp tells.
                    _ = try? await media.bus.request(
                        answer, to: .instance(MediaProcess.instance), tenant: BusEnd.tenant)
                }
            }
        }
    }

    private func add(_ results: [AnswersStep.Result], to report: inout Report) {
        for result in results {
            report.add("\(result.rate) calls/s, media-server", result.millisecondsPerCall, "CPU ms/call")
        }
        if let failed = results.last, let problem = failed.problem {
            report.add("first rate that did not hold", Double(failed.rate), "calls/s")
            if results.count == 1 { report.problems.append("At \(failed.rate) calls/s: \(problem)") }
        }
        guard let best = results.last(where: { $0.problem == nil }) else { return }
        report.add(Self.rate, best.callsPerSecond, "calls/s")
        report.add(
            "answered calls a second of one core", 1_000 / max(best.millisecondsPerCall, 0.001), "calls/CPU s",
            target: .atLeast(2_000))
    }
}
