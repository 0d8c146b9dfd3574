import SDP
import Testing

@Suite struct SDPFuzzTests {
    @Test(arguments: [1, 2, 3, 4])
    func `mutated descriptions never trap, and what is read can be written and negotiated`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let corpus = [Words.telephoneOffer, Words.telephoneOffer.replacing("\r", with: "")].map { Array($0.utf8) }
        var understood = 0
        for _ in 0..<10_000 {
            let bytes = random.mutated(corpus[random.below(corpus.count)])
            guard let description = try? SessionDescription(parsing: bytes) else { continue }
            understood += 1
            var session = Words.session()
            _ = try? session.answer(description)
            _ = try? session.accept(description)
            _ = session.offer()
            #expect((try? SessionDescription(parsing: description.description)) != nil)
        }
        #expect(understood > 0)
    }
}

/// A small repeatable source of randomness.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

    /// Flips, cuts, repeats and inserts a few times.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(6) {
            let at = below(bytes.count)
            switch below(7) {
            case 0 where !bytes.isEmpty: bytes[at] = UInt8(truncatingIfNeeded: next())
            case 1 where !bytes.isEmpty: bytes.removeSubrange(at..<min(bytes.count, at + below(40)))
            case 2: bytes.insert(contentsOf: bytes.dropFirst(at).prefix(below(60)), at: at)
            case 3:
                bytes.insert(
                    contentsOf: [" ", "\n", "=", "/", ":", "9", "-"].randomElement(using: &self)?.utf8.map { $0 } ?? [],
                    at: at)
            case 4 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(below(8))
            case 5: bytes.insert(contentsOf: "99999999999999999999".utf8.prefix(below(21)), at: at)
            default: bytes = Array(bytes.prefix(max(at, 1)))
            }
        }
        return bytes
    }
}
