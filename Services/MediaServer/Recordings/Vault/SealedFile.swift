import Crypto
import Foundation
import Glibc

/// A whole file sealed in chunks of 64 KiB, each with its tag, so that any part opens without the rest.
///
/// Chunk n lies at 128 + n × (65 536 + 16); the last is shorter. Its nonce is its number, so that a chunk in another's place
/// does not open, and the length in the head tells of a missing end.
final class SealedFile: RecordedBytes {
    static let chunk = 65_536
    private static let tag = 16

    let count: Int
    private let file: PlainFile
    private let key: SymmetricKey
    private let chunk: Int

    /// - Throws: ``SealError``, ``FileError``
    init(_ file: PlainFile, of owner: RecordingOwner, keys: RecordingKeys) throws {
        let (header, key) = try SealedHeader.open(file.read(0..<SealedHeader.size), of: owner, by: keys)
        guard header.kind == .whole, header.chunk > 0 else { throw SealError.notSealed }
        self.file = file
        self.key = key
        chunk = header.chunk
        count = header.length
        let chunks = (header.length + header.chunk - 1) / header.chunk
        guard file.count == SealedHeader.size + header.length + chunks * Self.tag else {
            throw SealError.forgedChunk(max(0, (file.count - SealedHeader.size) / (header.chunk + Self.tag)))
        }
    }

    func read(_ range: Range<Int>) throws -> [UInt8] {
        let range = range.clamped(to: 0..<count)
        guard !range.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for number in (range.lowerBound / chunk)...((range.upperBound - 1) / chunk) {
            let opened = try open(number)
            let start = number * chunk
            let part = range.clamped(to: start..<(start + opened.count))
            bytes += opened[(part.lowerBound - start)..<(part.upperBound - start)]
        }
        return bytes
    }

    private func open(_ number: Int) throws -> [UInt8] {
        let size = min(chunk, count - number * chunk)
        let start = SealedHeader.size + number * (chunk + Self.tag)
        let bytes = try file.read(start..<(start + size + Self.tag))
        guard bytes.count == size + Self.tag,
            let box = try? AES.GCM.SealedBox(
                nonce: SealedHeader.nonce(UInt64(number)), ciphertext: bytes[..<size], tag: bytes[size...]),
            let opened = try? AES.GCM.open(box, using: key)
        else { throw SealError.forgedChunk(number) }
        return Array(opened)
    }
}

/// Makes a file whose bytes come one after the other: in the clear, or sealed if there is a key. It appears under its name
/// only when it is whole and on the disk.
final class RecordedFileWriter {
    private struct Seal {
        let key = SymmetricKey(size: .bits256)
        let keyID: String
        let keys: RecordingKeys
        let owner: RecordingOwner
    }

    private let path: String
    private let file: FileBeingWritten
    private let seal: Seal?
    private var waiting: [UInt8] = []
    private var chunks = 0
    private(set) var count = 0

    private var part: String { path + ".part" }

    /// - Parameter key: which master key seals it; nil for a file in the clear.
    /// - Throws: ``FileError``
    init(_ path: String, of owner: RecordingOwner, key: String?, keys: RecordingKeys?) throws {
        self.path = path
        seal = key.flatMap { id in keys.map { Seal(keyID: id, keys: $0, owner: owner) } }
        file = try FileBeingWritten(path + ".part", isNew: false)
    }

    func append(_ bytes: [UInt8]) throws {
        waiting += bytes
        count += bytes.count
        while waiting.count >= SealedFile.chunk {
            try put(Array(waiting[..<SealedFile.chunk]))
            waiting.removeFirst(SealedFile.chunk)
        }
    }

    private func put(_ bytes: [UInt8]) throws {
        guard let seal else {
            try file.write(bytes, at: chunks * SealedFile.chunk)
            chunks += 1
            return
        }
        let box = try AES.GCM.seal(bytes, using: seal.key, nonce: SealedHeader.nonce(UInt64(chunks)))
        try file.write(
            Array(box.ciphertext) + Array(box.tag), at: SealedHeader.size + chunks * (SealedFile.chunk + box.tag.count))
        chunks += 1
    }

    /// How long the file is, once it is complete.
    var size: Int { seal == nil ? count : SealedHeader.size + count + chunks * 16 }

    /// Makes the file, on the disk and under its name.
    func finish() throws {
        try complete()
        try sync()
        try putInPlace()
        RecordingPlace.sync(folder: RecordingPlace.folder(of: path))
    }

    // MARK: The same in steps, for who makes many files at once

    /// Writes what is left. The file is whole now, but not on the disk.
    func complete() throws {
        if !waiting.isEmpty { try put(waiting) }
        waiting = []
        guard let seal else { return }
        let header = SealedHeader(kind: .whole, chunk: SealedFile.chunk, length: count, keyID: seal.keyID)
        try file.write(header.sealed(seal.key, for: seal.owner, by: seal.keys), at: 0)
    }

    /// Has the disk begin: with all that have begun it is done sooner than one after the other.
    func startWriting() throws { file.startWriting() }
    func awaitWriting() throws { file.awaitWriting() }

    /// Once it is back, the file is on the disk.
    func sync() throws { try file.sync() }

    /// Gives it its name; ``RecordingPlace/sync(folder:)`` makes that last.
    func putInPlace() throws { guard rename(part, path) == 0 else { throw FileError.last } }

    /// Leaves nothing behind.
    func giveUp() { unlink(part) }
}
