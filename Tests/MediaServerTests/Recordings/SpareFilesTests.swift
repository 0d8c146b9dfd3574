import Contracts
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

/// Files of live recordings, written again.
@Suite struct SpareFilesTests {
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let shelf: Shelf
    private let clock = Clock()
    private let spares: SpareFiles
    private var spareDirectory: String { shelf.directory.appending(path: "spare").path }

    init() throws {
        shelf = try Shelf(sealed: true)
        spares = SpareFiles(shelf.directory.appending(path: "spare").path) { [clock] in clock.now }
    }

    private func write(_ id: RecordingID, bytes: [UInt8], times: Int = 1) throws -> String {
        let path = shelf.directory.appending(path: "\(id).live").path
        let keys = try #require(shelf.keys)
        let owner = RecordingOwner(tenant: "t", id: id)
        let writer = try SealedLiveWriter(path, of: owner, key: "k1", keys: keys, spares: spares)
        for _ in 0..<times { try writer.append(bytes) }
        try writer.close()
        return path
    }

    private func sound(_ path: String, _ id: RecordingID) throws -> LiveSound {
        try LiveSound(PlainFile(path), of: RecordingOwner(tenant: "t", id: id), keys: shelf.keys)
    }

    private func inode(_ path: String) throws -> UInt64 {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
    }

    @Test func `a shorter recording in the file of a longer one is heard alone, and to its end`() throws {
        defer { shelf.remove() }
        let long = try write("long", bytes: [UInt8](repeating: 1, count: 16_000), times: 5)
        let file = try inode(long)
        spares.keep(long)
        #expect(spares.count == 1 && !FileManager.default.fileExists(atPath: long))
        clock.pass(SpareFiles.rest)
        for records in 0...4 {
            let short = try write("short", bytes: [UInt8](repeating: 2, count: 15_000), times: records)
            #expect(try inode(short) == file)
            let heard = try sound(short, "short")
            #expect(heard.frames == records * 7_500)
            #expect(try heard.read(0..<100_000) == [UInt8](repeating: 2, count: records * 15_000))
            #expect(heard.bytes < 80_000)
            spares.keep(short)
            clock.pass(SpareFiles.rest)
        }
    }

    @Test func `what is kept opens no more`() throws {
        defer { shelf.remove() }
        let path = try write("r1", bytes: [UInt8](repeating: 1, count: 16_000))
        let before = try Data(contentsOf: URL(filePath: path))
        spares.keep(path)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: spareDirectory).first)
        let after = try Data(contentsOf: URL(filePath: "\(spareDirectory)/\(name)"))
        #expect(after.count == before.count)
        #expect(after.prefix(SealedHeader.size) == Data(count: SealedHeader.size))
    }

    @Test func `a file rests before it is written again, for somebody may still read it`() throws {
        defer { shelf.remove() }
        let path = try write("r1", bytes: [UInt8](repeating: 1, count: 16_000))
        let reader = try sound(path, "r1")
        spares.keep(path)
        clock.pass(SpareFiles.rest - .seconds(1))
        _ = try write("r2", bytes: [2])
        #expect(spares.count == 1)
        #expect(try reader.read(0..<16_000) == [UInt8](repeating: 1, count: 16_000))
        clock.pass(.seconds(1))
        _ = try write("r3", bytes: [3])
        #expect(spares.count == 0)
    }

    @Test func `a recording in the clear is removed, never kept`() throws {
        defer { shelf.remove() }
        let path = shelf.directory.appending(path: "plain.live").path
        let writer = try RecordingFile.make(path)
        try writer.append([UInt8](repeating: 1, count: 1_000))
        try writer.close()
        spares.keep(path)
        #expect(spares.count == 0 && !FileManager.default.fileExists(atPath: path))
        spares.keep(path)
        #expect(spares.count == 0)
    }

    @Test func `no file is put where there is one`() throws {
        defer { shelf.remove() }
        spares.keep(try write("r1", bytes: [1]))
        clock.pass(SpareFiles.rest)
        let path = try write("r2", bytes: [2, 2])
        spares.keep(try write("r3", bytes: [3]))
        clock.pass(SpareFiles.rest)
        #expect(throws: FileError.self) { try write("r2", bytes: [4]) }
        #expect(try sound(path, "r2").read(0..<2) == [2, 2])
    }

    @Test func `what a run that died has put aside and not wiped is removed`() throws {
        defer { shelf.remove() }
        let path = try write("r1", bytes: [1])
        try FileManager.default.createDirectory(atPath: spareDirectory, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: path, toPath: "\(spareDirectory)/1")
        #expect(SpareFiles(spareDirectory).count == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: spareDirectory).isEmpty)
    }

    @Test func `what an earlier run has kept is used, and what cannot be used is removed`() throws {
        defer { shelf.remove() }
        spares.keep(try write("r1", bytes: [1]))
        try FileManager.default.createSymbolicLink(
            atPath: "\(spareDirectory)/link", withDestinationPath: shelf.directory.path)
        let again = SpareFiles(spareDirectory) { [clock] in clock.now }
        #expect(again.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: spareDirectory).count == 1)
        clock.pass(SpareFiles.rest)
        #expect(again.put(at: shelf.directory.appending(path: "new.live").path))
        #expect(again.count == 0)
    }
}
