/// A datagram that says it is STUN: whatever it carries is read, and nobody is believed who does not know the password.
func check(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { PacketKind($0) }
    guard let message = STUNMessage(bytes) else { return }
    mustHold(message.bytes.count <= STUNMessage.maximumBytes, "a message is bounded")
    _ = (message.transaction, message.username, message.priority, message.mappedAddress)
    _ = message.hasTrueFingerprint
    mustHold(!message.isAuthentic(password: "a password that nobody was told"), "nobody can guess an HMAC")
}
