import Contracts
import Foundation
import RTP
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(1))) struct RecordingTests {
    @Test func `a recording holds the customer on the left and the agent on the right`() async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(.aLaw), TestPhone(.muLaw))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        test.engine.record(.one, customer: .anna, agents: [.bert], to: test.file("call.wav"))
        _ = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 60)
        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        let file = try readWAV(result.path)
        #expect(file.format == WAVFormat(.aLaw, channels: 2))
        #expect(result.problem == nil)
        #expect(result.bytes == Int64(file.data.count + WAVWriter.headerBytes))
        #expect(result.durationMicroseconds == Int64(file.frames) * 125)
        #expect(result.durationMicroseconds >= 1_150_000)
        let (left, right) = (tones(file.samples(channel: 0)), tones(file.samples(channel: 1)))
        #expect(!left.contains(1_000) && !right.contains(440))
        #expect(zip(left, right).count { $0 == 440 && $1 == 1_000 } > 45)
        await test.end()
    }

    @Test func `a recording begins before there is an agent, and goes on across a transfer`() async throws {
        let test = try TestEngine(threads: 2)
        let (anna, bert, carl) = try (TestPhone(), TestPhone(), TestPhone())
        let file = test.file("call.wav")
        let toAnna = try test.connect(.anna, to: anna)
        test.engine.record(.one, customer: .anna, agents: [], to: file)
        let customer = try Speaker(anna, to: toAnna, tone: 440)
        _ = try await Conversation.hold([customer], frames: 15)

        let toBert = try test.connect(.bert, to: bert)
        test.engine.bridge(.bert, .anna)
        test.engine.record(.one, customer: .anna, agents: [.bert], to: file)
        _ = try await Conversation.hold([customer, Speaker(bert, to: toBert, tone: 1_000)], frames: 30)

        let toCarl = try test.connect(.carl, to: carl)
        test.engine.bridge(.carl, .anna)
        test.engine.record(.one, customer: .anna, agents: [.carl], to: file)
        test.engine.close(.bert)
        _ = try await Conversation.hold([customer, Speaker(carl, to: toCarl, tone: 1_500)], frames: 30)

        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        let recorded = try readWAV(result.path)
        let (left, right) = (tones(recorded.samples(channel: 0)), tones(recorded.samples(channel: 1)))
        #expect(left.count { $0 == 440 } > 60)
        #expect(right.prefix(13).allSatisfy { $0 == 0 })
        #expect(right.count { $0 == 1_000 } > 22)
        #expect(right.count { $0 == 1_500 } > 22)
        #expect(try #require(right.lastIndex(of: 1_000)) < #require(right.firstIndex(of: 1_500)))
        await test.end()
    }

    /// The tone of each 20 ms, 0 for silence, -1 for anything else.
    private func tones(_ samples: [Int16]) -> [Double] {
        stride(from: 0, to: samples.count - 159, by: 160).map { start in
            let window = samples[start..<(start + 160)]
            // Half a window at the edge of speech is neither.
            guard Goertzel.level(of: window) > 0.12 else { return 0 }
            return [440, 1_000, 1_500].first { Goertzel.share(of: $0, in: window) > 0.7 } ?? -1
        }
    }

    @Test func `a recording that cannot be written says so, and the call goes on`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        _ = try test.connect(.anna, to: anna)
        try Data().write(to: test.file("file"))
        test.engine.record(.one, customer: .anna, agents: [], to: test.file("file/call.wav"))
        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        #expect(result.problem != nil)
        #expect(result.bytes == 0)
        await test.end()
    }

    @Test func `a recording makes its folder`() async throws {
        let test = try TestEngine()
        _ = try test.engine.open(.anna)
        test.engine.record(.one, customer: .anna, agents: [], to: test.file("demo/today/call.wav"))
        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        #expect(result.problem == nil)
        #expect(result.path == test.file("demo/today/call.wav").path)
        await test.end()
    }

    @Test func `while the disk stands still calls go on, and too many recordings are refused`() async throws {
        let disk = DispatchSemaphore(value: 0)
        let test = try TestEngine { media in
            media.recordingsWaiting = 2
            media.makeRecording = { _, path in
                disk.wait()
                return try RecordingFile.make(path)
            }
        }
        let (anna, bert) = try (TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        for name: RecordingID in ["r1", "r2", "r3"] {
            test.engine.record(name, customer: .anna, agents: [.bert], to: test.file("\(name).wav"))
            test.engine.stopRecording(name)
        }
        let refused = await test.first { event -> RecordingID? in
            if case .recordingClosed(let id, let result) = event, result.bytes == 0 { id } else { nil }
        }
        #expect(refused == "r3")
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 30)
        let atAnna = heard[0]
        #expect(atAnna.share(of: 1_000) > 0.9)
        #expect(atAnna.isSmooth)
        for _ in 0..<2 { disk.signal() }
        #expect(await test.first(\.recording)?.problem == nil)
        #expect(await test.first(\.recording)?.problem == nil)
        await test.end()
    }

    @Test func `a recording that runs when the engine ends is closed`() async throws {
        let test = try TestEngine()
        _ = try test.engine.open(.anna)
        test.engine.record(.one, customer: .anna, agents: [], to: test.file("call.wav"))
        await test.engine.shutdown()
        let result = try #require(await test.first(\.recording))
        #expect(result.problem == nil)
        #expect(try readWAV(result.path).frames == Int(result.durationMicroseconds / 125))
        await test.end()
    }
}

@Suite struct RecordingPartsTests {
    @Test func `jitter does not move a packet from its place`() {
        var timeline = RecordingTimeline()
        let arrivals: [Int64] = [10_000, 10_400, 10_330, 10_480]
        let places = arrivals.enumerated().map { index, arrival in
            timeline.position(
                of: RTPHeader(payloadType: 8, sequence: 0, timestamp: UInt32.max &+ UInt32(index * 160), ssrc: 1),
                arrival: arrival)
        }
        #expect(places == [10_000, 10_160, 10_320, 10_480])
    }

    @Test func `a new source, or one that drifted away, is placed by its arrival`() {
        var timeline = RecordingTimeline()
        func header(_ timestamp: UInt32, _ ssrc: UInt32) -> RTPHeader {
            RTPHeader(payloadType: 8, sequence: 0, timestamp: timestamp, ssrc: ssrc)
        }
        #expect(timeline.position(of: header(0, 1), arrival: 100) == 100)
        #expect(timeline.position(of: header(90_000, 2), arrival: 260) == 260)
        #expect(timeline.position(of: header(90_160, 2), arrival: 5_000) == 5_000)
        #expect(timeline.position(of: header(90_320, 2), arrival: 5_150) == 5_160)
    }

    @Test func `what is not said is silence, and late pieces find their place`() {
        var mix = RecordingMix(startingAt: 100)
        mix.add([1, 2], to: .left, at: 102)
        mix.add([3], to: .right, at: 100)
        #expect(mix.take(upTo: 102) == [0xD5, 3, 0xD5, 0xD5])
        mix.add([9, 9], to: .right, at: 101)
        #expect(mix.take(upTo: 104) == [1, 9, 2, 0xD5])
        #expect(mix.misplaced == 1)
        mix.add([1], to: .left, at: 104 + Int64(RecordingMix.window))
        #expect(mix.misplaced == 2)
    }

    @Test func `those who speak on one channel at the same time are added up, no louder than can be`() {
        func code(_ sample: Int16) -> UInt8 { G711.aLaw.encode(sample) }
        var mix = RecordingMix(startingAt: 0)
        mix.add([code(1_000), code(30_000)], to: .right, at: 0)
        mix.add([code(2_000), code(30_000), code(500)], to: .right, lane: 1, at: 0)
        mix.add([code(4_000)], to: .right, lane: 2, at: 0)
        let taken = mix.take(upTo: 4).map(G711.aLaw.decode)
        #expect(taken.enumerated().allSatisfy { $0.offset % 2 == 1 || abs($0.element) <= 8 })
        #expect(abs(taken[1] - 7_000) < 300)
        #expect(taken[3] > 30_000)
        #expect(abs(taken[5] - 500) < 30)
        #expect(abs(taken[7]) <= 8)
        #expect(mix.take(upTo: 4 + Int64(RecordingMix.window)).allSatisfy { $0 == 0xD5 })
    }

    @Test func `a track keeps pieces in order across the end of its ring, and drops what does not fit`() throws {
        let track = RecordingTrack()
        let tables = LawTables()
        var buffer = [UInt8](repeating: 0, count: RecordingTrack.maximumPiece)
        var taken = 0
        for index in 0..<2_000 {
            let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 150)
            piece.withUnsafeBytes { track.append($0, law: .aLaw, at: Int64(index)) }
            guard index % 2 == 1 else { continue }
            for _ in 0..<2 {
                #expect(track.nextPosition == Int64(taken))
                let (position, count) = try #require(track.next(into: &buffer, tables: tables))
                #expect(position == Int64(taken) && count == 150)
                #expect(buffer[..<150].allSatisfy { $0 == UInt8(truncatingIfNeeded: taken) })
                taken += 1
            }
        }
        let piece = [UInt8](repeating: 1, count: 160)
        for _ in 0..<400 { piece.withUnsafeBytes { track.append($0, law: .muLaw, at: 0) } }
        #expect(track.takeDropped() == 400 - RecordingTrack.capacity / 176)
        #expect(!track.isExhausted)
        track.finish()
        while track.next(into: &buffer, tables: tables) != nil {}
        #expect(track.isExhausted)
        #expect(track.next(into: &buffer, tables: tables) == nil)
    }

    @Test func `what a full disk did not take is silence, counted, and the rest stays in step`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).wav").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var isFull = true
        let recording = RecordingFile(path: path, startingAt: 0) { path in
            if isFull { throw WAVWriteError(code: ENOSPC) }
            return try RecordingFile.make(path)
        }
        let track = RecordingTrack()
        recording.add(track, to: .left)
        func speak(_ seconds: Range<Int>) {
            for index in (seconds.lowerBound * 50)..<(seconds.upperBound * 50) {
                let piece = [UInt8](repeating: 7, count: 160)
                piece.withUnsafeBytes { track.append($0, law: .aLaw, at: Int64(index * 160)) }
            }
        }
        speak(0..<2)
        recording.advance(to: 2 * 8_000 + 4_800)
        #expect(recording.takeLostMilliseconds() == 2_000)
        #expect(recording.problem != nil)
        isFull = false
        speak(2..<4)
        let result = recording.close(at: 4 * 8_000)
        #expect(recording.takeLostMilliseconds() == 0)
        let file = try readWAV(path)
        #expect(file.frames == 4 * 8_000)
        #expect(result.durationMicroseconds == 4_000_000)
        let left = stride(from: 0, to: file.data.count, by: 2).map { file.data[$0] }
        #expect(left[..<16_000].allSatisfy { $0 == 0xD5 })
        #expect(left[16_000...].allSatisfy { $0 == 7 })
    }

    @Test func `a file keeps in step though nothing was written for long`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).wav").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let recording = RecordingFile(path: path, startingAt: 0)
        let track = RecordingTrack()
        recording.add(track, to: .right)
        // Six seconds in the ring before the recorder comes by.
        for index in 0..<300 {
            let piece = [UInt8](repeating: UInt8(index / 50), count: 160)
            piece.withUnsafeBytes { track.append($0, law: .aLaw, at: Int64(index * 160)) }
        }
        recording.advance(to: 60_000)
        let result = recording.close(at: 64_000)
        #expect(result.problem == nil)
        let file = try readWAV(path)
        #expect(file.frames == 64_000)
        let right = stride(from: 1, to: file.data.count, by: 2).map { file.data[$0] }
        #expect(
            (0..<6).allSatisfy { second in
                right[(second * 8_000)..<(second * 8_000 + 8_000)].allSatisfy { $0 == second }
            })
        #expect(right[48_000...].allSatisfy { $0 == 0xD5 })
    }
}
