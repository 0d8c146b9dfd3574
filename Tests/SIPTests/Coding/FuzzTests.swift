import Foundation
import Testing

@testable import SIP

/// Broken messages by the ten-thousand, the same every time. What is asked: nothing traps, and what is accepted means the
/// same after it was written and read again.
@Suite struct FuzzTests {
    /// 8 × 6 000 inputs.
    @Test(arguments: 0..<8)
    func `no mutation of a message traps, and what is accepted survives a round trip`(seed: Int) throws {
        var mutator = Mutator(seed: UInt64(seed))
        let node = Network().node("192.0.2.9") { $0.methods = [.options, .register] }
        var accepted = 0
        for count in 0..<6_000 {
            let bytes = mutator.next()
            let source = SIPPeer(count % 3 == 0 ? .tcp : .udp, "192.0.2.\(count % 250)", 5060)
            node.core.received(bytes, from: source)
            if count % 100 == 0 { node.core.advance(to: .milliseconds(count * 20)) }
            guard let message = try? SIPParser.parse(bytes) else { continue }
            accepted += 1
            let again = try? SIPParser.parse(SIPWriter.bytes(message))
            guard again != message else { continue }
            let written = String(decoding: SIPWriter.bytes(message), as: UTF8.self)
            Issue.record("seed \(seed), input \(count), which was written as \(written.debugDescription)")
        }
        // Mutations that break everything would test nothing.
        #expect(accepted > 300)
    }

    @Test(arguments: 0..<2)
    func `no mutation of a stream traps the framer`(seed: Int) {
        var mutator = Mutator(seed: UInt64(100 + seed))
        for _ in 0..<3_000 {
            var framer = SIPStreamFramer()
            var stream = mutator.next() + mutator.next()
            while !stream.isEmpty {
                let length = Int.random(in: 1...700, using: &mutator.generator)
                guard let frames = try? framer.append(stream.prefix(length)) else { break }
                for case .message(let bytes) in frames { _ = try? SIPParser.parse(bytes) }
                stream.removeFirst(min(length, stream.count))
            }
        }
    }

    @Test(arguments: 0..<2)
    func `no mutation of a value traps its parser`(seed: Int) {
        let values = [
            #""A \"B\"" <sip:alice:pw@[2001:db8::1]:5060;transport=tcp;lr?x=y>;tag=1;q=0.5, <tel:+861>;x"#,
            #"Digest realm="a, b", nonce="c\"d", algorithm=SHA-256, qop="auth,auth-int", stale=true, opaque="""#,
            #"Digest username="u", realm="r", nonce="1.2.3", uri="sip:x", response="00", nc=00000001, cnonce="c", qop=auth"#,
        ].map { Array($0.utf8) }
        var mutator = Mutator(seed: UInt64(200 + seed), seeds: values)
        for _ in 0..<5_000 {
            // A line end never gets as far as a value.
            let bytes = mutator.next().filter { $0 != .carriageReturn && $0 != .lineFeed }
            let text = String(decoding: bytes, as: UTF8.self)
            if let uri = try? SIPURI(text) { #expect((try? SIPURI(uri.description)) == uri) }
            _ = try? NameAddress.list(text)
            if let challenge = DigestChallenge(text) { #expect(DigestChallenge(challenge.text) == challenge) }
            _ = DigestResponse(text)
            _ = SIPURI.unescape(text)
            _ = SIPHeaderName(text)
        }
    }
}

/// Makes bad messages of good ones.
struct Mutator {
    var generator: SeededGenerator
    private let seeds: [[UInt8]]

    init(seed: UInt64, seeds: [[UInt8]] = Mutator.messages) {
        generator = SeededGenerator(seed: seed)
        self.seeds = seeds
    }

    mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let length = min(Int.random(in: 1...40, using: &generator), bytes.count - place)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes[place] = Self.delimiters.randomElement(using: &generator) ?? 0
        case 3: bytes.insert(Self.delimiters.randomElement(using: &generator) ?? 0, at: place)
        case 4: bytes.removeSubrange(place..<place + length)
        case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 6: bytes.removeSubrange(place...)
        case 7:
            let other = seeds.randomElement(using: &generator) ?? []
            bytes.replaceSubrange(place..., with: other.suffix(max(0, other.count - place)))
        default:
            let run = [UInt8](
                repeating: Self.delimiters.randomElement(using: &generator) ?? 0,
                count: Int.random(in: 1...300, using: &generator))
            bytes.insert(contentsOf: run, at: place)
        }
    }

    private static let delimiters = Array("\r\n\t \"\\<>;:,=@?[]%/*09az\0".utf8) + [0x7F, 0x80, 0xC3, 0xFF]

    private static let messages: [[UInt8]] = {
        let plain: [SIPMethod] = [.invite, .ack, .bye, .cancel, .register, .options, .info, .notify, "X-OWN"]
        var seeds = plain.map { SIPWriter.bytes(plainRequest($0)) }
        seeds.append(SIPWriter.bytes(plainRequest(.invite).response(200, tag: "b")))
        seeds.append(wire(SIPParserTests().whole))
        var rich = plainRequest(.invite, toTag: "b")
        rich.from.displayName = "张三 \"x\" \\"
        rich.via += rich.via + rich.via
        rich.headers.add(.recordRoute, "<sip:p1;lr>, <sip:p2;lr>")
        rich.headers.add(.authorization, #"Digest username="u", realm="r", nonce="n", uri="sip:x", response="0""#)
        rich.setBody(.sdp("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"))
        seeds.append(SIPWriter.bytes(rich))
        guard TestData.hasTorture else { return seeds }
        for name in TortureTests.accepted + TortureTests.refused.keys.sorted() + TortureTests.dropped {
            if let bytes = try? TestData.torture(name) { seeds.append(bytes) }
        }
        return seeds
    }()
}
