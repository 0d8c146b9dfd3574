import Foundation
import RTP
import Testing

@Suite struct G711Tests {
    @Test(arguments: G711.allCases)
    func `every byte decodes to a sample that encodes to the same byte`(law: G711) {
        for byte in UInt8.min...UInt8.max {
            // µ-law has two zeros; the negative one becomes the positive.
            let expected: UInt8 = law == .muLaw && byte == 0x7F ? 0xFF : byte
            #expect(law.encode(law.decode(byte)) == expected)
        }
    }

    @Test func `samples of the recommendation's tables come out right`() {
        #expect([0xD5, 0x55, 0xAA, 0x2A, 0x80].map { G711.aLaw.decode($0) } == [8, -8, 32_256, -32_256, 5_504])
        #expect([0xFF, 0x7F, 0x80, 0x00, 0xA0].map { G711.muLaw.decode($0) } == [0, 0, 32_124, -32_124, 7_932])
    }

    @Test(arguments: G711.allCases)
    func `every sample is coded within the law's step`(law: G711) {
        for sample in stride(from: Int16.min, through: .max, by: 7) {
            let error = abs(Int(law.decode(law.encode(sample))) - Int(sample))
            #expect(error <= max(12, abs(Int(sample)) / 20))
        }
    }

    @Test func `the table between the laws keeps the sound`() {
        let table = G711.aLaw.table(to: .muLaw)
        var generator = ToneGenerator([440])
        let there = G711.aLaw.encode(generator.next(1_600)).map { table[Int($0)] }
        #expect(Goertzel.share(of: 440, in: G711.muLaw.decode(there)) > 0.99)
        #expect(table.count == 256)
        #expect(table[Int(G711.aLaw.silence)] == G711.muLaw.encode(8))
    }
}

@Suite struct ToneTests {
    @Test func `a tone is found where it is and nowhere else`() {
        var generator = ToneGenerator([1_000])
        let samples = generator.next(1_600)
        #expect(Goertzel.share(of: 1_000, in: samples) > 0.99)
        #expect(Goertzel.share(of: 500, in: samples) < 0.01)
        #expect(Goertzel.share(of: 1_000, in: [Int16](repeating: 0, count: 100)) == 0)
    }

    @Test(arguments: Array("0123456789*#ABCD"))
    func `each key has its two tones`(key: Character) throws {
        let tones = try #require(Digit.tones(of: key))
        var generator = ToneGenerator(tones)
        let samples = generator.next(1_600)
        #expect(tones.allSatisfy { Goertzel.share(of: $0, in: samples) > 0.45 })
    }
}

@Suite struct WAVTests {
    let directory = FileManager.default.temporaryDirectory.appending(path: "wav-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    func read(_ path: String) throws -> WAVFile { try WAVFile([UInt8](Data(contentsOf: URL(filePath: path)))) }

    @Test(arguments: WAVEncoding.allCases, [1, 2])
    func `what is written is read back`(encoding: WAVEncoding, channels: Int) throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "a.wav").path
        let format = WAVFormat(encoding, channels: channels)
        let writer = try WAVWriter(path: path, format: format)
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0) }
        try writer.append(Array(bytes.prefix(200)))
        try writer.append(Array(bytes.dropFirst(200)))
        try writer.close()
        let file = try read(path)
        #expect(file.format == format)
        #expect(file.data == bytes)
        #expect(file.frames == 400 / format.bytesPerFrame)
        #expect(file.samples(channel: channels - 1).count == file.frames)
        #expect(file.samples(channel: channels).isEmpty)
    }

    @Test func `a file that was never closed can be played`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "a.wav").path
        let writer = try WAVWriter(path: path, format: WAVFormat(.aLaw, channels: 2))
        try writer.append([UInt8](repeating: 1, count: 320))
        #expect(try read(path).frames == 160)
        withExtendedLifetime(writer) {}
    }

    @Test func `a file that exists is not overwritten, nor one in a missing place made`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "a.wav").path
        _ = try WAVWriter(path: path, format: WAVFormat(.aLaw))
        #expect(throws: WAVWriteError.self) { try WAVWriter(path: path, format: WAVFormat(.aLaw)) }
        #expect(throws: WAVWriteError.self) { try WAVWriter(path: "/nowhere/a.wav", format: WAVFormat(.aLaw)) }
    }

    @Test func `what cannot be written is an error, and what was written before stays`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "a.wav").path
        let writer = try WAVWriter(path: path, format: WAVFormat(.aLaw))
        try writer.append([1, 2, 3, 4])
        try writer.close()
        #expect(throws: WAVWriteError.self) { try writer.append([5, 6]) }
        #expect(writer.dataBytes == 4)
        #expect(try read(path).data == [1, 2, 3, 4])
    }

    @Test func `other chunks, and a length nobody knew, are no hindrance`() throws {
        func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        var bytes: [UInt8] =
            Array("RIFF".utf8) + little(0x7FFF_F024) + Array("WAVELIST".utf8) + little(3) + [1, 2, 3, 0]
        bytes += Array("fmt ".utf8) + little(16) + [1, 0, 1, 0] + little(22_050) + little(44_100) + [2, 0, 16, 0]
        bytes += Array("data".utf8) + little(0x7FFF_F000) + [1, 0, 0xFF, 0xFF, 9]
        let file = try WAVFile(bytes)
        #expect(file.format == WAVFormat(.pcm16, sampleRate: 22_050))
        #expect(file.samples() == [1, -1])
    }

    @Test(arguments: [
        ([UInt8](), WAVReadError.notWAV), (Array("RIFF0000WAVE".utf8), .noFormat),
        (Array("RIFF0000WAVEdata0000".utf8), .noFormat), (Array("RIFF0000WAVEfmt \u{2}\0\0\0ab".utf8), .noFormat),
        (Array("RIFF0000WAVEfmt ".utf8) + [16, 0, 0, 0] + [UInt8](repeating: 0, count: 16), .unsupported),
    ])
    func `what is not a WAV file is refused with the reason`(bytes: [UInt8], error: WAVReadError) {
        #expect(throws: error) { try WAVFile(bytes) }
    }
}
