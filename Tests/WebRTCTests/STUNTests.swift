import Testing

@testable import WebRTC

/// The messages of RFC 5769, and what can go wrong with them.
@Suite struct STUNTests {
    @Test func `the sample request of RFC 5769 is read, and is authentic with its password only`() throws {
        let message = try #require(STUNMessage(Self.request))
        #expect(message.kind == .bindingRequest)
        #expect(message.username == "evtj:h6vY")
        #expect(message.priority == 0x6E00_01FF)
        #expect(message.has(.iceControlled))
        #expect(message.hasTrueFingerprint)
        #expect(message.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBt"))
        #expect(!message.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBu"))
    }

    @Test func `the sample response of RFC 5769 is read, with the address it names`() throws {
        let message = try #require(STUNMessage(Self.response))
        #expect(message.kind == .bindingSuccess)
        #expect(message.mappedAddress == ICEAddress(host: 0xC000_0201, port: 32_853))
        #expect(message.hasTrueFingerprint)
        #expect(message.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBt"))
    }

    @Test func `what is written is what RFC 5769 has, but for its padding`() throws {
        var writer = STUNWriter(.bindingSuccess, transaction: Self.response[8..<20])
        writer.add(mapped: ICEAddress(host: 0xC000_0201, port: 32_853))
        writer.addIntegrity(password: "VOkJxbRl1RmTxUk/WvJxBt")
        writer.addFingerprint()
        let message = try #require(STUNMessage(writer.bytes))
        #expect(message.hasTrueFingerprint)
        #expect(message.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBt"))
        #expect(message.value(of: .xorMappedAddress) == Self.response[40..<48])
    }

    @Test func `a byte that was changed makes a message false`() {
        for index in Self.request.indices {
            var bytes = Self.request
            bytes[index] ^= 0x01
            let message = STUNMessage(bytes)
            #expect(
                message?.hasTrueFingerprint != true || message?.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBt") != true)
        }
    }

    @Test func `a hundred thousand mutated messages are read or refused, and never trap`() {
        var dice = Dice(seed: 5_769)
        for _ in 0..<100_000 {
            var bytes = dice.next(below: 2) == 0 ? Self.request : Self.response
            for _ in 0...dice.next(below: 8) where !bytes.isEmpty {
                bytes[dice.next(below: bytes.count)] = UInt8(dice.next(below: 256))
            }
            if dice.next(below: 4) == 0 { bytes.removeLast(dice.next(below: bytes.count)) }
            guard let message = STUNMessage(bytes) else { continue }
            _ = (message.username, message.priority, message.mappedAddress, message.hasTrueFingerprint)
            #expect(!message.isAuthentic(password: "VOkJxbRl1RmTxUk/WvJxBu"))
        }
    }

    static let request: [UInt8] = [
        0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
        0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73,
        0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
        0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09,
        0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
        0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
        0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
    ]

    static let response: [UInt8] = [
        0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
        0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
        0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
        0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
        0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
    ]
}

/// Numbers that are the same each time.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// From 0 to `limit` - 1.
    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return limit > 0 ? Int(state >> 33) % limit : 0
    }
}
