/// Requests that are wrong on purpose: each part of an INVITE spoilt in each way, and mutations of good messages. The same
/// every time.
struct BrokenMessages {
    /// An INVITE to `number`, in parts: the words of the first line, headers, lines of the description.
    private let words: [String]
    private let headers: [(name: String, value: String)]
    private let lines: [String]

    init(to number: String, port: Int) {
        let target = "sip:\(number)@127.0.0.1:\(port)"
        words = ["INVITE", target, "SIP/2.0"]
        headers = [
            ("Via", "SIP/2.0/UDP 127.0.0.66:5060;branch=z9hG4bK776asdhds;rport"), ("Max-Forwards", "70"),
            ("From", "\"A\" <sip:a@127.0.0.66>;tag=1"), ("To", "<\(target)>"), ("Call-ID", "hostile@127.0.0.66"),
            ("CSeq", "1 INVITE"), ("Contact", "<sip:a@127.0.0.66:5060;transport=udp>"), ("Supported", "timer, 100rel"),
            ("Session-Expires", "1800;refresher=uac"),
            ("Authorization", "Digest username=\"1001\", realm=\"demo\", nc=1"),
            ("Require", "100rel"), ("Route", "<sip:127.0.0.1;lr>"), ("Content-Type", "application/sdp"),
        ]
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.66", "s=-", "c=IN IP4 127.0.0.66", "t=0 0", "m=audio 4000 RTP/AVP 8 101",
            "a=rtpmap:101 telephone-event/8000", "a=ptime:20",
        ]
    }

    /// Values that have broken telephones.
    private static let spoilt: [String] = [
        "", " ", "\t", "\0", "\u{7F}", "-1", "0", "4294967296", "18446744073709551616", "999999999999999999999999",
        "%s%s%n%x", "\"", "\"unclosed", "<", "<<<<>>>>", ">", ";;;;", ",,,,", "====", "@@@@", "::::", "[", "[::1",
        "\r\n\r\n",
        "\r\n ", "\r", "\n", "\0\0\0\0", "-2147483648", "65536", "0x7FFFFFFF", "1e308", "%00%0a%0d", "%", "&#0;", "'--",
        "$(id)", "*", "127.0.0.1.1", "\u{FEFF}名字\u{202E}", "sip:", "../../../etc/passwd", "SIP/9.9", "a=b;c=\"d",
        "\\\\\\\"",
        String(repeating: "a", count: 9_000), String(repeating: ";p=v", count: 2_000),
        String(repeating: "<sip:a@b>,", count: 900), String(repeating: "(", count: 4_000),
        String(repeating: " ", count: 9_000),
    ]

    /// Each part replaced by each spoilt value, with it before, behind and in the middle; and headers left out or repeated.
    func systematic() -> [[UInt8]] {
        var all: [[UInt8]] = []
        for spoilt in Self.spoilt {
            for index in words.indices {
                all += ways(words[index], spoilt).map { bytes(words: replaced(words, index, $0)) }
            }
            for index in headers.indices {
                for value in ways(headers[index].value, spoilt) {
                    var changed = headers
                    changed[index].value = value
                    all.append(bytes(headers: changed))
                }
            }
            for index in lines.indices {
                all += ways(lines[index], spoilt).map { bytes(lines: replaced(lines, index, $0)) }
            }
        }
        for index in headers.indices {
            all.append(bytes(headers: headers.enumerated().filter { $0.offset != index }.map(\.element)))
            all.append(bytes(headers: headers + Array(repeating: headers[index], count: 300)))
        }
        return all
    }

    /// A good message with some bytes changed, cut, repeated or put in.
    func mutated(using random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes()
        for _ in 0...Int.random(in: 0...5, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let rest = bytes.count - at
            switch Int.random(in: 0...4, using: &random) {
            case 0 where rest > 0: bytes[at] = .random(in: .min ... .max, using: &random)
            case 1 where rest > 0: bytes.removeSubrange(at..<(at + Int.random(in: 1...min(rest, 40), using: &random)))
            case 2: bytes.insert(contentsOf: bytes.dropFirst(at).prefix(60), at: at)
            case 3: bytes.insert(contentsOf: (Self.spoilt.randomElement(using: &random) ?? "").utf8, at: at)
            default: bytes = Array(bytes.prefix(max(at, 1)))
            }
        }
        return bytes
    }

    private func ways(_ value: String, _ spoilt: String) -> [String] {
        let middle = value.index(value.startIndex, offsetBy: value.count / 2)
        return [spoilt, spoilt + value, value + spoilt, "\(value[..<middle])\(spoilt)\(value[middle...])"]
    }

    private func replaced(_ texts: [String], _ index: Int, _ text: String) -> [String] {
        var texts = texts
        texts[index] = text
        return texts
    }

    private func bytes(
        words: [String]? = nil, headers: [(name: String, value: String)]? = nil, lines: [String]? = nil
    ) -> [UInt8] {
        let body = (lines ?? self.lines).map { "\($0)\r\n" }.joined()
        let head = (headers ?? self.headers).map { "\($0.name): \($0.value)\r\n" }.joined()
        let first = (words ?? self.words).joined(separator: " ")
        return Array("\(first)\r\n\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }
}

/// A small repeatable source of randomness (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
