import Contracts
import Foundation

/// Facts that are sent in one message: what a message costs is paid once for all of them. Pure.
///
///     bundle = for each fact: header length (4) · body length (4) · header (JSON) · body (JSON)
///
/// Integers are little endian. Facts of several streams may lie in one bundle, each stream's in order.
struct FactBundle {
    private static let overhead = 8

    private(set) var bytes = Data()
    private(set) var count = 0

    mutating func append(header: Data, body: Data) {
        for length in [header.count, body.count] {
            withUnsafeBytes(of: UInt32(clamping: length).littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(header)
        bytes.append(body)
        count += 1
    }

    /// Every fact in the bytes; nil if they are no whole bundle. Total: any bytes will do.
    static func read(_ bytes: Data) -> [Envelope]? {
        bytes.withUnsafeBytes { bytes in
            var facts: [Envelope] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                guard let headerLength = number(rest), let bodyLength = number(rest.dropFirst(4)),
                    rest.count - overhead >= headerLength + bodyLength
                else { return nil }
                let body = rest.dropFirst(overhead + headerLength).prefix(bodyLength)
                let header = UnsafeRawBufferPointer(rebasing: rest.dropFirst(overhead).prefix(headerLength))
                guard let fact = EventFrames.read(header: header, body: Data(body)), fact.isFact else { return nil }
                facts.append(fact)
                rest = rest.dropFirst(overhead + headerLength + bodyLength)
            }
            return facts
        }
    }

    private static func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard bytes.count >= overhead - 4 else { return nil }
        let number = UnsafeRawBufferPointer(rebasing: bytes).loadUnaligned(as: UInt32.self)
        return Int(UInt32(littleEndian: number))
    }
}
