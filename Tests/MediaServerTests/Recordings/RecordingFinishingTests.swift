import Contracts
import Foundation
import RTP
import TestSupport
import Testing

@testable import MediaServer

/// From what the recorder wrote to what is kept.
@Suite(.timeLimit(.minutes(2))) struct RecordingFinishingTests {
    @Test(arguments: [false, true]) func `a recording is hashed, stored and verified, in this order`(sealed: Bool)
        throws
    {
        let shelf = try Shelf(sealed: sealed)
        defer { shelf.remove() }
        let live = try shelf.liveRecording()
        let (recording, states) = try shelf.finish(live)
        #expect(states == [.hashed, .stored, .verified])
        #expect(recording.keyID == (sealed ? "k1" : nil))
        #expect(recording.durationMicroseconds == 3_000_000)
        // The hash is of the sound file, sealed or not, as any tool takes it.
        let played = shelf.directory.appending(path: "played.wav")
        try Data(try shelf.played(recording)).write(to: played)
        let sum = String(decoding: try run("sha256sum", [played.path]), as: UTF8.self)
        #expect(sum.hasPrefix(recording.sha256 ?? "none"))
        let path = try #require(shelf.place.path(of: recording))
        #expect(try PlainFile(path).count == Int(recording.bytes ?? 0))
        #expect((try? WAVFile([UInt8](Data(contentsOf: URL(filePath: path))))) == nil || !sealed)
        // What the recorder wrote is gone.
        #expect(access(shelf.place.path(of: live.recording) ?? "", F_OK) != 0)
    }

    @Test func `a recording that a crash left between two steps comes to its end`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let live = try shelf.liveRecording()
        let path = try #require(shelf.place.path(of: live.recording))
        let copy = try Data(contentsOf: URL(filePath: path))
        let (recording, _) = try shelf.finish(live)

        // The file is in its place, the row says closed, what the recorder wrote is there or not.
        #expect(try shelf.finish(live).recording.sha256 == recording.sha256)
        try copy.write(to: URL(filePath: path))
        #expect(try shelf.finish(live).recording.sha256 == recording.sha256)
        // The row says stored.
        var stored = OwnedRecording(tenant: "t", recording: recording)
        stored.recording.state = .stored
        #expect(try shelf.finish(stored).states == [.verified])
        // A half-written file of an earlier try is in the way.
        try copy.write(to: URL(filePath: path))
        let final = try #require(shelf.place.path(of: recording))
        try Data([1, 2, 3]).write(to: URL(filePath: final + ".part"))
        #expect(try shelf.finish(live).recording.state == .verified)
    }

    @Test func `what was changed behind our back is not verified, and not thrown away`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let (recording, _) = try shelf.finish(shelf.liveRecording())
        let path = try #require(shelf.place.path(of: recording))
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[1_000] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        var stored = OwnedRecording(tenant: "t", recording: recording)
        stored.recording.state = .stored
        #expect(throws: FinishError.self) { try shelf.finish(stored) }
        #expect(access(path, F_OK) == 0)
    }

    @Test(arguments: [false, true])
    func `recordings that ended together are finished together, and one that fails fails alone`(
        sealed: Bool
    ) throws {
        let shelf = try Shelf(sealed: sealed)
        defer { shelf.remove() }
        let one = try shelf.liveRecording("r1")
        let gone = try shelf.liveRecording("r2")
        unlink(try #require(shelf.place.path(of: gone.recording)))
        let spoilt = try shelf.liveRecording("r3")
        // Its place is taken by a folder.
        let place = try #require(shelf.place.path(of: spoilt.recording)).replacing(
            ".live", with: sealed ? ".wav.sealed" : ".wav")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let last = try shelf.liveRecording("r4", seconds: 1, layout: .mixed)
        let finishing = RecordingFinishing(place: shelf.place) { _ in }
        let outcomes = finishing.finish([one, gone, spoilt, last])
        #expect(try outcomes[0].get().state == .verified)
        #expect(throws: FinishError.self) { try outcomes[1].get() }
        #expect(throws: FileError.self) { try outcomes[2].get() }
        #expect(try outcomes[3].get().sha256 == shelf.finish(last).recording.sha256)
        // What failed is still there to be tried again, and no half of it.
        #expect(access(try #require(shelf.place.path(of: spoilt.recording)), F_OK) == 0)
        #expect(access(place + ".part", F_OK) != 0)
        rmdir(place)
        #expect(try finishing.finish(spoilt).state == .verified)
    }

    @Test(arguments: [-2_208_988_800, -1, 0, 951_782_400, 951_868_800, 1_700_000_000, 4_107_542_399, 32_503_680_000])
    func `a recording's folder is its day`(seconds: Int64) {
        let time = Timestamp(microseconds: seconds * 1_000_000)
        #expect(RecordingPlace.day(of: time) == time.date.formatted(.iso8601.year().month().day()))
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "t/../x", "t//x", "t/", "t/x\0"])
    func `a row that names a file outside names none`(file: String) {
        #expect(!RecordingPlace.isInside(file))
        #expect(RecordingPlace.isInside("t/2026-11-28/..r1.wav"))
    }

    @Test func `a recording of which there is nothing is failed`() throws {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        let live = try shelf.liveRecording()
        unlink(shelf.place.path(of: live.recording) ?? "")
        #expect(throws: FinishError.self) { try shelf.finish(live) }
    }

    @Test func `the picture shows each voice where it is loud`() throws {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        var work = RecordingConversion(format: .oggOpus, layout: .mixed, frames: 24_000)
        _ = try work.run(shelf.place.live(shelf.liveRecording()), into: { _ in })
        let picture = [UInt8](work.peaks)
        let (left, right) = (picture.prefix(picture.count / 2), picture.suffix(picture.count / 2))
        #expect(left.count == 300)
        #expect(left.allSatisfy { (118...132).contains($0) })
        #expect(right.allSatisfy { (58...68).contains($0) })
        var quiet = RecordingPeaks(frames: 10)
        quiet.add([G711.aLaw.encode(-400), G711.aLaw.encode(530), G711.aLaw.silence, G711.aLaw.silence])
        #expect(quiet.data == Data([3, 4]))
        #expect(RecordingPeaks(frames: 0).data.isEmpty)
    }

    /// A disk of one megabyte, mounted for as long as the body lasts; only root can.
    private func withSmallDisk(_ body: (URL) async throws -> Void) async throws {
        let disk = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        _ = try run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.path])
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(disk)) } catch { outcome = .failure(error) }
        _ = try? run("umount", ["-l", disk.path])
        try? FileManager.default.removeItem(at: disk)
        try outcome.get()
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a disk needs root"), arguments: [false, true])
    func `on a full disk the call goes on, an alarm is told, and with room again the recording goes on in step`(
        sealed: Bool
    ) async throws {
        try await withSmallDisk { disk in
            let keys = try sealed ? RecordingKeys(file: "k1 \(Shelf.key)") : nil
            let place = RecordingPlace(recordings: disk.appending(path: "recordings"), backup: nil, keys: keys)
            let test = try TestEngine { $0.makeRecording = place.makeLive }
            let (anna, bert) = try (TestPhone(), TestPhone())
            let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
            test.engine.bridge(.anna, .bert)
            let file = "t/today/one.live"
            test.engine.record(.one, customer: .anna, agents: [.bert], to: place.url(of: file))
            _ = await test.first { if case .recordingBegun(let id) = $0 { id } else { nil } }
            let filler = disk.appending(path: "filler").path
            #expect(throws: (any Error).self) { try run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096"]) }
            func speak() async throws -> [Heard] {
                try await Conversation.hold(
                    [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 150)
            }
            let heard = try await speak()
            #expect(heard[0].share(of: 1_000) > 0.9)
            #expect(await test.first(\.diskIsFailing) == true)
            unlink(filler)
            _ = try await speak()
            #expect(await test.first(\.diskIsFailing) == false)
            test.engine.stopRecording(.one)
            let result = try #require(await test.first(\.recording))
            #expect(result.problem != nil)
            let sound = try LiveSound(
                PlainFile(result.path), of: RecordingOwner(tenant: "t", id: .one), keys: place.keys)
            #expect(Int64(sound.frames) * 125 == result.durationMicroseconds)
            #expect(result.durationMicroseconds > 5_500_000)
            let end = try sound.read((sound.frames - 8_000) * 2..<(sound.frames - 4_000) * 2)
            #expect(end.contains { $0 != G711.aLaw.silence })
            await test.end()
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a disk needs root"))
    func `what cannot be brought into its place on a full disk is, as soon as there is room`() async throws {
        try await withSmallDisk { disk in
            let place = RecordingPlace(
                recordings: disk.appending(path: "recordings"), backup: nil,
                keys: try RecordingKeys(file: "k1 \(Shelf.key)"))
            let shelf = try Shelf(sealed: true)
            defer { shelf.remove() }
            // The shelf's live file, on the small disk.
            let owned = try shelf.liveRecording(seconds: 10, format: .wavPCM16)
            let from = try #require(shelf.place.path(of: owned.recording))
            let to = try #require(place.path(of: owned.recording))
            try RecordingFile.makeFolder(of: to)
            try FileManager.default.copyItem(atPath: from, toPath: to)
            let filler = disk.appending(path: "filler").path
            _ = try? run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096"])
            let finishing = RecordingFinishing(place: place) { _ in }
            #expect(throws: FileError.self) { try finishing.finish(owned) }
            // No half of it is left.
            let left = try FileManager.default.contentsOfDirectory(
                atPath: URL(filePath: to).deletingLastPathComponent().path)
            #expect(left == [URL(filePath: to).lastPathComponent])
            unlink(filler)
            #expect(try finishing.finish(owned).state == .verified)
        }
    }
}

extension MediaEvent {
    var diskIsFailing: Bool? {
        guard case .recordingDiskChanged(let isFailing, _) = self else { return nil }
        return isFailing
    }
}
