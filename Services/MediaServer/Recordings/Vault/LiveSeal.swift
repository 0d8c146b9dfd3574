import Crypto
import Foundation
import Glibc
import RTP

/// What the recorder writes a recording to while the call is up: A-law, customer and agents alternating. Used by its thread only.
protocol LiveWriter: AnyObject {
    /// Of the file, on the disk.
    var bytesOnDisk: Int64 { get }
    /// Adds whole frames. After an error the file still holds all that was added before.
    func append(_ frames: [UInt8]) throws
    /// Nothing more comes.
    func close() throws
}

extension WAVWriter: LiveWriter {
    var bytesOnDisk: Int64 { Int64(Self.headerBytes + dataBytes) }
}

/// A live recording sealed as it is written, so that no word of it ever lies on the disk in the clear.
///
/// Behind the head follow records: length of the sealed bytes (4), number of the attempt (8), sealed bytes, tag (16); behind
/// the last, a length of 0. Each is authenticated with its place in the file. What a crash tears is the last record, and only
/// that is lost. Behind the end may lie what another recording left, which no key opens any more.
final class SealedLiveWriter: LiveWriter {
    private static let end = [UInt8](repeating: 0, count: 4)

    private let file: FileBeingWritten
    private let key = SymmetricKey(size: .bits256)
    private var offset = SealedHeader.size
    private var records: UInt64 = 0
    private var attempts: UInt64 = 0

    /// - Throws: ``FileError``, ``SealError``
    init(
        _ path: String, of owner: RecordingOwner, key id: String, keys: RecordingKeys, spares: SpareFiles? = nil
    ) throws {
        let header = SealedHeader(kind: .live, chunk: 0, length: 0, keyID: id)
        let head = try header.sealed(key, for: owner, by: keys)
        let isSpare = spares?.put(at: path) ?? false
        file = try isSpare ? FileBeingWritten(spare: path) : FileBeingWritten(path, isNew: true)
        do {
            try file.write(head + Self.end, at: 0)
        } catch {
            unlink(path)
            throw error
        }
    }

    var bytesOnDisk: Int64 { Int64(offset) }

    func append(_ frames: [UInt8]) throws {
        guard !frames.isEmpty else { return }
        // A number is not used again even if the record could not be written whole: its bytes may be on the disk.
        attempts &+= 1
        let box = try AES.GCM.seal(
            frames, using: key, nonce: SealedHeader.nonce(attempts), authenticating: SealedHeader.big(records, 8))
        let record =
            SealedHeader.big(UInt64(frames.count), 4) + SealedHeader.big(attempts, 8) + Array(box.ciphertext)
            + Array(box.tag)
        try file.write(record + Self.end, at: offset)
        offset += record.count
        records &+= 1
    }

    /// Not put on the disk by itself: the finished recording is made of it within moments, and is.
    func close() throws {}
}

/// What the recorder left of a recording, finished or torn, as A-law frames of two channels.
struct LiveSound: Sendable {
    /// Where a record of a sealed file lies.
    private struct Record: Sendable {
        let offset: Int
        let size: Int
        let attempt: UInt64
        /// The first byte of its sound in the whole.
        let start: Int
    }

    /// A longer record was not written by us.
    private static let maximumRecord = 1 << 20
    private static let head = 12

    /// So much is read at once: all of a short recording.
    private static let beginning = 65_536

    private let file: PlainFile
    /// Its first bytes.
    private let beginning: [UInt8]
    private let key: SymmetricKey?
    private let records: [Record]
    let frames: Int
    /// How far the file is of this recording.
    let bytes: Int

    /// - Throws: ``FileError``, ``SealError``
    init(_ file: PlainFile, of owner: RecordingOwner, keys: RecordingKeys?) throws {
        self.file = file
        let beginning = try file.read(0..<Self.beginning)
        self.beginning = beginning
        guard SealedHeader.kind(of: beginning) == .live else {
            key = nil
            records = []
            frames = max(0, file.count - WAVWriter.headerBytes) / 2
            bytes = file.count
            return
        }
        guard let keys else { throw SealError.unknownKey("?") }
        key = try SealedHeader.open(Array(beginning.prefix(SealedHeader.size)), of: owner, by: keys).fileKey
        var (offset, start) = (SealedHeader.size, 0)
        var records: [Record] = []
        while offset + Self.head <= file.count {
            let head = try Self.read(offset..<(offset + Self.head), of: file, beginning)
            let size = Int(SealedHeader.number(head[..<4]))
            guard size > 0, size <= Self.maximumRecord, offset + Self.head + size + 16 <= file.count else { break }
            records.append(
                Record(offset: offset + Self.head, size: size, attempt: SealedHeader.number(head[4...]), start: start))
            offset += Self.head + size + 16
            start += size
        }
        self.records = records
        frames = start / 2
        bytes = offset
    }

    /// Hands on all frames in pieces, in order.
    /// - Returns: how many frames could not be opened and are silence.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws -> Int {
        guard key != nil else {
            var offset = WAVWriter.headerBytes
            let end = offset + frames * 2
            while offset < end {
                let piece = try file.read(offset..<min(offset + 32_768, end))
                guard !piece.isEmpty else { throw FileError("The file ends early.") }
                try body(piece)
                offset += piece.count
            }
            return 0
        }
        var lost = 0
        for index in records.indices {
            if let piece = try open(index) {
                try body(piece)
            } else {
                lost += records[index].size / 2
                try body([UInt8](repeating: G711.aLaw.silence, count: records[index].size))
            }
        }
        return lost
    }

    /// Some bytes of the sound; silence for what does not open.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        let range = range.clamped(to: 0..<(frames * 2))
        guard key != nil else {
            return try file.read(
                (range.lowerBound + WAVWriter.headerBytes)..<(range.upperBound + WAVWriter.headerBytes))
        }
        var bytes: [UInt8] = []
        for (index, record) in records.enumerated() where record.start < range.upperBound {
            let part = range.clamped(to: record.start..<(record.start + record.size))
            guard !part.isEmpty else { continue }
            let opened = try open(index) ?? [UInt8](repeating: G711.aLaw.silence, count: record.size)
            bytes += opened[(part.lowerBound - record.start)..<(part.upperBound - record.start)]
        }
        return bytes
    }

    private static func read(_ range: Range<Int>, of file: PlainFile, _ beginning: [UInt8]) throws -> [UInt8] {
        range.upperBound <= beginning.count ? Array(beginning[range]) : try file.read(range)
    }

    private func open(_ index: Int) throws -> [UInt8]? {
        guard let key else { return nil }
        let record = records[index]
        let bytes = try Self.read(record.offset..<(record.offset + record.size + 16), of: file, beginning)
        guard bytes.count == record.size + 16,
            let box = try? AES.GCM.SealedBox(
                nonce: SealedHeader.nonce(record.attempt), ciphertext: bytes[..<record.size], tag: bytes[record.size...]
            ),
            let opened = try? AES.GCM.open(
                box, using: key, authenticating: SealedHeader.big(UInt64(index), 8))
        else { return nil }
        return Array(opened)
    }
}
