import COpenSSL

/// FINGERPRINT: a CRC-32 that tells STUN from what only looks like it (RFC 8489 §14.7).
enum STUNFingerprint {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// - Parameter bytes: everything before the attribute; the header's length counts the attribute already.
    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum ^ 0x5354_554E
    }
}

/// MESSAGE-INTEGRITY: HMAC-SHA1 by the short-term password (RFC 8489 §14.5).
enum STUNIntegrity {
    static func of(_ bytes: [UInt8], password: String) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 20
        let key = Array(password.utf8)
        HMAC(EVP_sha1(), key, Int32(clamping: key.count), bytes, bytes.count, &sum, &length)
        return sum
    }
}
