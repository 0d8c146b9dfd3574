import Contracts
import Foundation

/// How facts are written to a journal's segment file, and found again after a crash. Pure.
///
///     file   = "carillon journal 1\n", then records
///     record = mark (4) · payload length (4) · CRC-32 of length and payload (4) · payload
///     payload = header length (4) · header (JSON, as on the wire) · body (JSON)
///
/// Integers are little endian. Behind a damaged record, the next one is found by its mark.
enum JournalRecord {
    static let fileHeader = Data("carillon journal 1\n".utf8)
    private static let mark: [UInt8] = [0xca, 0x71, 0x11, 0x0e]
    private static let overhead = 12

    /// What is found in a segment file.
    struct Contents {
        var facts: [Envelope] = []
        /// Places where bytes were skipped because they were no whole record, the torn end included.
        var damages = 0
        /// How far the file is good, if nothing but its end is torn.
        var end = 0
    }

    static func append(header: Data, body: Data, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: mark)
        append(UInt32(clamping: 4 + header.count + body.count), to: &bytes)
        append(0, to: &bytes)
        append(UInt32(clamping: header.count), to: &bytes)
        bytes.append(contentsOf: header)
        bytes.append(contentsOf: body)
        bytes.withUnsafeMutableBytes { bytes in
            let record = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            record.storeBytes(
                of: checksum(UnsafeRawBufferPointer(record)).littleEndian, toByteOffset: 8, as: UInt32.self)
        }
    }

    /// Everything whole that the bytes hold. Total: any bytes will do.
    static func decode(_ data: Data) -> Contents {
        let bytes = [UInt8](data)
        var contents = Contents()
        var offset = 0
        if bytes.starts(with: fileHeader) { offset = fileHeader.count } else { contents.damages += 1 }
        var isLost = contents.damages > 0
        while offset < bytes.count {
            if let (envelope, next) = record(bytes, at: offset) {
                contents.facts.append(envelope)
                offset = next
                isLost = false
            } else {
                if !isLost { contents.damages += 1 }
                isLost = true
                offset += 1
            }
            if !isLost { contents.end = offset }
        }
        return contents
    }

    private static func record(_ bytes: [UInt8], at start: Int) -> (Envelope, next: Int)? {
        guard start + overhead <= bytes.count, bytes[start] == mark[0], bytes[start..<(start + 4)].elementsEqual(mark),
            let length = number(bytes, at: start + 4), let sum = number(bytes, at: start + 8)
        else { return nil }
        let payload = start + overhead
        guard length >= 4, length <= 4 * ZeroMQSocket.maximumFrame, payload + length <= bytes.count,
            bytes[start..<(payload + length)].withUnsafeBytes({ checksum($0) }) == UInt32(sum),
            let headerLength = number(bytes, at: payload), headerLength <= length - 4
        else { return nil }
        let body = payload + 4 + headerLength
        let header = Data(bytes[(payload + 4)..<body])
        guard let envelope = EventFrames.read(header: header, body: Data(bytes[body..<(payload + length)])) else {
            return nil
        }
        return (envelope, payload + length)
    }

    /// Of a whole record.
    private static func checksum(_ record: UnsafeRawBufferPointer) -> UInt32 {
        // The length is checked with the payload, so that a flipped bit in it is noticed as well.
        let length = CRC32.of(UnsafeRawBufferPointer(rebasing: record[4..<8]))
        return (length &* 0x9e37_79b1) ^ CRC32.of(UnsafeRawBufferPointer(rebasing: record[overhead...]))
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// The caller has checked that four bytes are there.
    private static func number(_ bytes: [UInt8], at offset: Int) -> Int? {
        guard offset + 4 <= bytes.count else { return nil }
        return (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
