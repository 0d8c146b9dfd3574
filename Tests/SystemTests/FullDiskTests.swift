import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The recordings' disk is full while customers talk: real processes, a real disk, made small.
@Suite(.serialized) struct FullDiskTests {
    static let calls = 3

    @Test(.enabled(if: geteuid() == 0, "mounting a disk needs root"), .timeLimit(.minutes(5)))
    func `a full disk loses no call and raises the alarm within 5 s, and with room again recordings are finished`()
        async throws
    {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("full-disk")
        let disk = suite.places.state + "/recordings"
        let mounted = try await run(
            "mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk, output: place.appendingPathComponent("mount.log"))
        try #require(mounted.status == 0, "\(mounted.words)")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await fill(disk, suite, place)) } catch { outcome = .failure(error) }
        // Lazily: what the switch still has open goes when it is closed.
        _ = try await run("umount", "-l", disk, output: place.appendingPathComponent("umount.log"))
        try outcome.get()
    }

    private func fill(_ disk: String, _ suite: RunningSuite, _ place: URL) async throws {
        let crowd = try await Crowd.make(Self.calls, tenant: "disk", number: "+861088889025", in: suite)
        let phones = try await crowd.phones(place: place)
        _ = try await crowd.signIn()
        let callers = try Sandbox.callers(Self.calls, to: crowd.number, suite: suite, place: place)
        _ = try await eventually("\(Self.calls) calls being talked", within: 30) {
            try await crowd.talking() == Self.calls ? true : nil
        }
        let alarm = "recordings cannot be written whole"
        let log = suite.places.state + "/log/media-server-1.log"
        let alarms = try Self.count(alarm, in: log)
        let filler = disk + "/filler"
        _ = try await run(
            "dd", "if=/dev/zero", "of=\(filler)", "bs=4096", output: place.appendingPathComponent("dd.log"))
        let time = try await ContinuousClock().measure {
            _ = try await eventually("the alarm", within: 5) { try Self.count(alarm, in: log) > alarms ? true : nil }
        }
        print("alarm after \(time.formatted(.units(allowed: [.milliseconds])))")
        let lost = try await eventually("sound being counted as lost", within: 10) { () -> Int? in
            let lost = try await Self.lost(suite)
            return lost > 2_000 ? lost : nil
        }
        #expect(try await crowd.talking() == Self.calls, "who talks, talks on")
        try FileManager.default.removeItem(atPath: filler)
        var last = (lost: lost, at: ContinuousClock.now)
        _ = try await eventually("nothing being lost for two seconds", within: 20) { () -> Bool? in
            let lost = try await Self.lost(suite)
            if lost != last.lost { last = (lost, .now) }
            return ContinuousClock.now - last.at > .seconds(2) ? true : nil
        }
        print("lost of \(Self.calls) recordings: \(lost) ms and what followed")
        callers.interrupt()
        _ = await callers.status()
        let summary = try callers.lastObject()
        #expect(summary["answered"] as? Int == Self.calls && summary["dropped"] as? Int == 0, "\(summary)")
        _ = try await eventually("finished recordings", within: 40) { () -> Bool? in
            let rows = try await crowd.admin.items("/media/v1/recordings?limit=50")
            let done = rows.filter { $0["state"] as? String == "verified" }
            return done.count == Self.calls ? true : nil
        }
        await phones.stop()
    }

    private static func count(_ words: String, in file: String) throws -> Int {
        try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: words).count - 1
    }

    /// Milliseconds of sound that the switch could not record since it was started.
    private static func lost(_ suite: RunningSuite) async throws -> Int {
        let url = try #require(suite.places.processes["media-server-1"].flatMap { URL(string: $0 + "/metrics") })
        let (data, _) = try await URLSession.shared.data(from: url)
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("media_recording_lost_milliseconds")
        }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }
}
