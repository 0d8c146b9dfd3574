import Bus
import Contracts
import Foundation

/// What sound costs: CPU seconds of the media-server process for a minute of a bridged call, plain and recorded.
///
/// Both sides of every call are at a sandbox-carrier, which sends and counts real RTP over loopback. The benchmark commands
/// the media-server over the bus, as cti does, so that nothing but sound happens while the time is taken.
struct MediaBenchmark {
    let workplace: Workplace
    let isQuick: Bool
    /// How many at once, one round after the other.
    let calls: [Int]

    init(_ workplace: Workplace, isQuick: Bool, calls: [Int] = []) {
        self.workplace = workplace
        self.isQuick = isQuick
        self.calls = calls.isEmpty ? (isQuick ? [10] : [50, 100, 200, 500]) : calls
    }

    func run(_ report: inout Report) async throws {
        let place = try workplace.directory("media")
        let media = try await MediaProcess.start(workplace, place: place)
        let watch = LegWatch()
        var found: [MediaRound.Result] = []
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await media.bus.run() }
                group.addTask {
                    for await event in media.bus.subscribe(["leg.", "recording."]) { watch.hear(event) }
                }
                try await eventually("an answer of the media-server over the bus", within: 10) {
                    try? await media.bus.request(ListLegs(shards: []), to: .instance(MediaProcess.instance))
                }
                for calls in calls {
                    for isRecorded in [false, true] {
                        let round = MediaRound(
                            media: media, watch: watch, calls: calls, isRecorded: isRecorded,
                            seconds: isQuick ? 5 : 15)
                        found.append(try await round.run(workplace, place: place))
                    }
                }
                group.cancelAll()
            }
        } catch {
            await media.child.stop()
            throw error
        }
        await media.child.stop()
        for result in found { result.add(to: &report) }
        compare(found, &report)
    }

    /// Whether a call costs more the more there are.
    private func compare(_ found: [MediaRound.Result], _ report: inout Report) {
        for isRecorded in [false, true] {
            let same = found.filter { $0.isRecorded == isRecorded }.sorted { $0.calls < $1.calls }
            guard let few = same.first, let many = same.last, few.calls < many.calls else { continue }
            report.add(
                "a call of \(many.calls) \(isRecorded ? "recorded" : "bridged") beside one of \(few.calls)",
                many.cpuSecondsPerCallMinute / max(few.cpuSecondsPerCallMinute, 1e-6), "times", target: .atMost(1))
        }
    }
}
