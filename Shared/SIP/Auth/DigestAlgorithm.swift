import Crypto

/// The hash functions of RFC 7616 and RFC 8760 that we speak. SHA-512-256 and the `-sess` variants are not among them.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    case sha256 = "SHA-256"
    case md5 = "MD5"

    /// Absent means MD5 (RFC 3261 §22.4); nil for one we do not speak.
    init?(parameter: String?) {
        guard let parameter else {
            self = .md5
            return
        }
        guard let match = Self.allCases.first(where: { $0.rawValue.equalsIgnoringCase(parameter) }) else { return nil }
        self = match
    }

    /// The hash in lower-case hex.
    func hash(_ text: String) -> String {
        switch self {
        case .md5: hex(Insecure.MD5.hash(data: Array(text.utf8)))
        case .sha256: hex(SHA256.hash(data: Array(text.utf8)))
        }
    }
}

/// Bytes in lower-case hex.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// Compares without telling by its time where two texts differ.
func equalInConstantTime(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
