import Contracts
import Crypto
import Foundation

/// Whose recording a sealed file is: without knowing it, nothing opens.
struct RecordingOwner: Sendable, Hashable {
    let tenant: TenantID
    let id: RecordingID

    fileprivate var bytes: Data { Data((tenant.rawValue + "\0" + id.rawValue).utf8) }
}

/// Why a sealed file cannot be opened or made.
enum SealError: Error, Equatable, CustomStringConvertible {
    case notSealed
    case unknownVersion(Int)
    case unknownKey(String)
    /// Somebody changed it, or it is another recording's.
    case forgedHeader
    /// The chunk of this number was changed, moved, or is missing.
    case forgedChunk(Int)

    var description: String {
        switch self {
        case .notSealed: "The file is no sealed recording."
        case .unknownVersion(let version): "The file is sealed by version \(version), which is not known here."
        case .unknownKey(let id): "The key \(id) is not among the recording keys."
        case .forgedHeader: "The head of the sealed file was changed, or it is another recording's."
        case .forgedChunk(let number): "Chunk \(number) of the sealed file was changed or is missing."
        }
    }
}

/// The first 128 bytes of a sealed file, big-endian:
///
///     0   7  "CRLNREC"            22  1  length of the key's id
///     7   1  'F' whole, 'L' live  23 32  id of the master key, then zeros
///     8   2  version, 1           55 12  nonce     ┐
///     10  4  bytes a chunk        67 32  file key  ├ AES-256-GCM under the tenant's wrapping key
///     14  8  bytes of sound file  99 16  tag       ┘ (bytes 0..<55 and the owner are authenticated with it)
///
/// Each file has a key of its own, so a chunk of one is worth nothing in another.
struct SealedHeader {
    enum Kind: UInt8 { case whole = 0x46, live = 0x4C }

    static let size = 128
    static let version = 1
    private static let magic = Array("CRLNREC".utf8)
    private static let clear = 55
    private static let sealed = 115

    let kind: Kind
    let chunk: Int
    let length: Int
    let keyID: String

    /// - Throws: ``SealError/unknownKey(_:)``
    func sealed(_ fileKey: SymmetricKey, for owner: RecordingOwner, by keys: RecordingKeys) throws -> [UInt8] {
        guard let wrapping = keys.wrappingKey(keyID, for: owner.tenant) else { throw SealError.unknownKey(keyID) }
        var bytes = Self.magic + [kind.rawValue]
        bytes += Self.big(UInt64(Self.version), 2) + Self.big(UInt64(chunk), 4) + Self.big(UInt64(length), 8)
        let id = Array(keyID.utf8.prefix(RecordingKeys.maximumIDBytes))
        bytes += [UInt8(id.count)] + id + [UInt8](repeating: 0, count: RecordingKeys.maximumIDBytes - id.count)
        let box = try AES.GCM.seal(
            fileKey.withUnsafeBytes { Data($0) }, using: wrapping, authenticating: Data(bytes) + owner.bytes)
        bytes += Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        return bytes + [UInt8](repeating: 0, count: Self.size - bytes.count)
    }

    /// What a file's first bytes say, and its key.
    /// - Throws: ``SealError``
    static func open(
        _ bytes: [UInt8], of owner: RecordingOwner, by keys: RecordingKeys
    ) throws -> (header: SealedHeader, fileKey: SymmetricKey) {
        guard bytes.count >= size, Array(bytes[..<7]) == magic, let kind = Kind(rawValue: bytes[7]) else {
            throw SealError.notSealed
        }
        let version = Int(number(bytes[8..<10]))
        guard version == Self.version else { throw SealError.unknownVersion(version) }
        let idLength = Int(bytes[22])
        guard idLength <= RecordingKeys.maximumIDBytes else { throw SealError.forgedHeader }
        let id = String(decoding: bytes[23..<(23 + idLength)], as: UTF8.self)
        guard let wrapping = keys.wrappingKey(id, for: owner.tenant) else { throw SealError.unknownKey(id) }
        guard let chunk = Int(exactly: number(bytes[10..<14])), chunk <= 1 << 24,
            let length = Int(exactly: number(bytes[14..<22])), length < 1 << 48,
            bytes[sealed..<size].allSatisfy({ $0 == 0 }),
            let box = try? AES.GCM.SealedBox(combined: Data(bytes[clear..<sealed])),
            let key = try? AES.GCM.open(
                box, using: wrapping, authenticating: Data(bytes[..<clear]) + owner.bytes)
        else { throw SealError.forgedHeader }
        return (
            SealedHeader(kind: kind, chunk: chunk, length: length, keyID: id), SymmetricKey(data: key)
        )
    }

    /// Whether a file begins as a sealed one does.
    static func kind(of bytes: [UInt8]) -> Kind? {
        bytes.count >= 8 && Array(bytes[..<7]) == magic ? Kind(rawValue: bytes[7]) : nil
    }

    static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64(count - 1 - $0))) }
    }

    static func number(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// Never used twice under one key: the number is of the chunk, or of the attempt to write one.
    static func nonce(_ number: UInt64) throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: big(0, 4) + big(number, 8)) }
}
