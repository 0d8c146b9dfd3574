import Contracts
import Crypto
import Foundation
import RTP
import TestSupport
import Testing

@testable import MediaServer

/// Recordings at rest.
@Suite struct SealTests {
    let owner = RecordingOwner(tenant: "t", id: "r1")

    private func sealed(_ bytes: [UInt8], _ shelf: Shelf) throws -> String {
        let path = shelf.directory.appending(path: "file").path
        let writer = try RecordedFileWriter(path, of: owner, key: "k1", keys: shelf.keys)
        for start in stride(from: 0, to: bytes.count, by: 10_000) {
            try writer.append(Array(bytes[start..<min(start + 10_000, bytes.count)]))
        }
        try writer.finish()
        return path
    }

    private func open(_ path: String, _ owner: RecordingOwner? = nil, keys: RecordingKeys?) throws -> SealedFile {
        let keys = try #require(keys)
        return try SealedFile(PlainFile(path), of: owner ?? self.owner, keys: keys)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `what is sealed opens again, whole and in any part`(count: Int) throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let file = try open(try sealed(bytes, shelf), keys: shelf.keys)
        #expect(file.count == count)
        #expect(try file.read(0..<count) == bytes)
        for range in [0..<1, 65_530..<65_540, 131_071..<131_074, 5..<199_999] {
            let part = range.clamped(to: 0..<count)
            #expect(try file.read(range) == Array(bytes[part]))
        }
    }

    @Test func `nothing of the sound is to be seen in a sealed file`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let secret = Array("card number 4111 1111 1111 1111".utf8)
        let stored = try Data(contentsOf: URL(filePath: sealed(secret + secret, shelf)))
        #expect(stored.firstRange(of: Data(secret)) == nil)
        #expect(stored.firstRange(of: Data(base64Encoded: Shelf.key) ?? Data()) == nil)
    }

    @Test func `any changed byte is noticed, and only what is in its chunk is lost`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let bytes = [UInt8](repeating: 7, count: 150_000)
        let path = try sealed(bytes, shelf)
        let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
        // One of the head's every field, and one of each chunk.
        for offset in Array(0..<128) + [128, 128 + 65_536 + 3, 128 + 2 * (65_536 + 16) + 1, whole.count - 1] {
            var changed = whole
            changed[offset] ^= 0x10
            try Data(changed).write(to: URL(filePath: path))
            #expect(throws: (any Error).self, "byte \(offset)") {
                let file = try open(path, keys: shelf.keys)
                _ = try file.read(0..<file.count)
            }
            guard offset >= 128 + 65_536 + 16, offset < whole.count - 20_000 else { continue }
            #expect(try open(path, keys: shelf.keys).read(0..<65_536).count == 65_536)
        }
    }

    @Test func `a missing end is noticed, and so are chunks that changed places`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let path = try sealed([UInt8](repeating: 7, count: 140_000), shelf)
        let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
        try Data(whole.dropLast(1_000)).write(to: URL(filePath: path))
        #expect(throws: SealError.self) { try open(path, keys: shelf.keys) }
        let size = 65_536 + 16
        let swapped =
            whole[..<128] + whole[(128 + size)..<(128 + 2 * size)] + whole[128..<(128 + size)]
            + whole[(128 + 2 * size)...]
        try Data(swapped).write(to: URL(filePath: path))
        #expect(throws: SealError.forgedChunk(0)) { try open(path, keys: shelf.keys).read(0..<10) }
    }

    @Test func `a file opens for its owner only, and only with its key`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let path = try sealed([1, 2, 3], shelf)
        #expect(throws: SealError.forgedHeader) {
            try open(path, RecordingOwner(tenant: "other", id: "r1"), keys: shelf.keys)
        }
        #expect(throws: SealError.forgedHeader) {
            try open(path, RecordingOwner(tenant: "t", id: "r2"), keys: shelf.keys)
        }
        #expect(throws: SealError.forgedHeader) { try open(path, keys: RecordingKeys(file: "k1 \(Shelf.other)")) }
        #expect(throws: SealError.unknownKey("k1")) { try open(path, keys: RecordingKeys(file: "k2 \(Shelf.key)")) }
        // A new key is added behind; what the old one sealed still opens.
        let both = try RecordingKeys(file: "k1 \(Shelf.key)\nk2 \(Shelf.other)\n")
        #expect(both.newest(for: "t") == "k2")
        #expect(try open(path, keys: both).read(0..<3) == [1, 2, 3])
    }

    @Test func `a tenant may have a key of his own, and others cannot use it`() throws {
        let keys = try RecordingKeys(file: "# keys\nk1 \(Shelf.key)\n\nk2 \(Shelf.other) bank\n")
        #expect(keys.newest(for: "bank") == "k2")
        #expect(keys.newest(for: "shop") == "k1")
        #expect(keys.wrappingKey("k2", for: "shop") == nil)
        #expect(keys.wrappingKey("k1", for: "shop") != keys.wrappingKey("k1", for: "bank"))
    }

    @Test func `keys are never printed, and a bad line is named by its number only`() throws {
        let keys = try RecordingKeys(file: "k1 \(Shelf.key)")
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(!"\(keys)\(String(reflecting: keys))\(dumped)".contains(Shelf.key))
        #expect("\(keys)" == "1 recording keys")
        for text in ["k1", "k1 short", "k1 \(Shelf.key) a b", "k1 \(Shelf.key)\nk1 \(Shelf.other)"] {
            #expect(throws: KeyFileError.self) { try RecordingKeys(file: text) }
        }
        #expect(throws: KeyFileError(line: 0)) { try RecordingKeys(file: "# nothing\n") }
    }

    @Test func `a live recording is sealed as it is written, and a torn end costs only the end`() throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let live = try shelf.liveRecording(seconds: 4)
        let path = try #require(shelf.place.path(of: live.recording))
        let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let sound = try shelf.place.live(live)
        #expect(sound.frames == 32_000)
        let piece = try sound.read(15_990..<16_010)
        #expect(piece.count == 20)

        try Data(whole.dropLast(5)).write(to: URL(filePath: path))
        let torn = try shelf.place.live(live)
        #expect(torn.frames == 24_000)
        #expect(try torn.read(15_990..<16_010) == piece)

        var flipped = whole
        flipped[128 + 16_028 + 500] ^= 1
        try Data(flipped).write(to: URL(filePath: path))
        let damaged = try shelf.place.live(live)
        var frames = 0
        #expect(try damaged.forEachPiece { frames += $0.count / 2 } == 8_000)
        #expect(frames == 32_000)
        #expect(try damaged.read(0..<100) == sound.read(0..<100))
    }
}
