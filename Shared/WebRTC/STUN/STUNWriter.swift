/// Writes a STUN message attribute by attribute; MESSAGE-INTEGRITY and FINGERPRINT come last, in this order.
public struct STUNWriter {
    public private(set) var bytes: [UInt8]

    /// - Parameter transaction: 12 bytes.
    public init(_ kind: STUNMessage.Kind, transaction: some Sequence<UInt8>) {
        bytes = []
        bytes.append(word: kind.rawValue)
        bytes.append(word: 0)
        bytes.append(long: STUNMessage.cookie)
        bytes.append(contentsOf: transaction)
    }

    public mutating func add(_ type: STUNMessage.AttributeType, _ value: some Collection<UInt8>) {
        bytes.append(word: type.rawValue)
        bytes.append(word: UInt16(clamping: value.count))
        bytes.append(contentsOf: value)
        while bytes.count % 4 != 0 { bytes.append(0) }
        setLength(bytes.count)
    }

    public mutating func add(mapped address: ICEAddress) {
        var value: [UInt8] = [0, 1]
        value.append(word: address.port ^ UInt16(STUNMessage.cookie >> 16))
        value.append(long: address.host ^ STUNMessage.cookie)
        add(.xorMappedAddress, value)
    }

    /// ERROR-CODE (RFC 8489 §14.8).
    public mutating func add(error code: Int, _ reason: String) {
        add(.errorCode, [0, 0, UInt8(clamping: code / 100), UInt8(clamping: code % 100)] + Array(reason.utf8))
    }

    public mutating func addIntegrity(password: String) {
        setLength(bytes.count + 24)
        add(.messageIntegrity, STUNIntegrity.of(bytes, password: password))
    }

    public mutating func addFingerprint() {
        setLength(bytes.count + 8)
        var value: [UInt8] = []
        value.append(long: STUNFingerprint.of(bytes[...]))
        add(.fingerprint, value)
    }

    private mutating func setLength(_ end: Int) {
        bytes.setWord(UInt16(clamping: end - STUNMessage.headerSize), at: 2)
    }
}
