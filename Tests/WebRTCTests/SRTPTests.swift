import Testing

@testable import WebRTC

@Suite struct SRTPTests {
    @Test(arguments: [SRTPKeys.Profile.aeadAES128GCM, .aes128CMSHA1Tag80])
    func `what one side encrypts the other reads, once, and only as it was sent`(profile: SRTPKeys.Profile) throws {
        let (server, browser) = try Self.sides(profile)
        for isControl in [false, true] {
            let plain = isControl ? Self.report : Self.sound
            let packet = try #require(Self.protect(plain, server, isControl: isControl))
            #expect(packet.count > plain.count)
            #expect(Self.unprotect(Self.changed(packet), browser, isControl: isControl) == nil)
            #expect(Self.unprotect(packet, browser, isControl: isControl) == plain)
            #expect(Self.unprotect(packet, browser, isControl: isControl) == nil)
        }
    }

    @Test func `without room behind it nothing is encrypted`() throws {
        let (server, _) = try Self.sides(.aeadAES128GCM)
        var memory = Self.sound + [UInt8](repeating: 0, count: SRTPSession.trailer - 1)
        memory.withUnsafeMutableBytes { #expect(server.protect($0, count: Self.sound.count, isControl: false) == nil) }
    }

    @Test func `a hundred thousand mutated packets are refused`() throws {
        let (server, browser) = try Self.sides(.aeadAES128GCM)
        let packet = try #require(Self.protect(Self.sound, server, isControl: false))
        var dice = Dice(seed: 3_711)
        for _ in 0..<100_000 {
            var bytes = packet
            for _ in 0...dice.next(below: 4) {
                bytes[dice.next(below: bytes.count)] ^= UInt8(1 + dice.next(below: 255))
            }
            if dice.next(below: 4) == 0 { bytes.removeLast(dice.next(below: bytes.count)) }
            guard bytes != packet else { continue }
            #expect(Self.unprotect(bytes, browser, isControl: dice.next(below: 2) == 0) == nil)
        }
        #expect(Self.unprotect(packet, browser, isControl: false) == Self.sound)
    }

    @Test func `what a datagram is shows in its first bytes`() {
        func kind(_ bytes: [UInt8]) -> PacketKind? { bytes.withUnsafeBytes { PacketKind($0) } }
        #expect(kind([0, 1]) == .stun)
        #expect(kind([22, 254]) == .dtls)
        #expect(kind([128, 8]) == .rtp)
        #expect(kind([128, 136]) == .rtp)
        #expect(kind([128, 200]) == .rtcp)
        #expect(kind([]) == nil)
        #expect(kind([128]) == nil)
        #expect(kind([64, 0]) == nil)
        #expect(kind([255, 0]) == nil)
    }

    private static func sides(_ profile: SRTPKeys.Profile) throws -> (SRTPSession, SRTPSession) {
        let (key, salt) = (profile.keySize, profile.saltSize)
        let client = [UInt8](repeating: 1, count: key)
        let server = [UInt8](repeating: 2, count: key)
        let salts = ([UInt8](repeating: 3, count: salt), [UInt8](repeating: 4, count: salt))
        let ours = try #require(SRTPKeys(profile, material: client + server + salts.0 + salts.1))
        let theirs = try #require(SRTPKeys(profile, material: server + client + salts.1 + salts.0))
        return (try SRTPSession(ours), try SRTPSession(theirs))
    }

    private static func protect(_ plain: [UInt8], _ session: SRTPSession, isControl: Bool) -> [UInt8]? {
        var memory = plain + [UInt8](repeating: 0, count: SRTPSession.trailer)
        let count = memory.withUnsafeMutableBytes { session.protect($0, count: plain.count, isControl: isControl) }
        return count.map { Array(memory[..<$0]) }
    }

    private static func unprotect(_ packet: [UInt8], _ session: SRTPSession, isControl: Bool) -> [UInt8]? {
        var memory = packet
        let count = memory.withUnsafeMutableBytes { session.unprotect($0, isControl: isControl) }
        return count.map { Array(memory[..<$0]) }
    }

    private static func changed(_ packet: [UInt8]) -> [UInt8] {
        var bytes = packet
        bytes[bytes.count - 1] ^= 1
        return bytes
    }

    private static let sound: [UInt8] = [128, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 9] + [UInt8](repeating: 0xD5, count: 160)
    private static let report: [UInt8] = [128, 201, 0, 1, 0, 0, 0, 9]
}
