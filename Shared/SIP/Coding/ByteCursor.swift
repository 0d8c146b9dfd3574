/// A place in a run of bytes, and the reading of small things from there on. Never reads past its end.
struct ByteCursor {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        let whole = range.clamped(to: 0..<bytes.count)
        position = whole.lowerBound
        end = whole.upperBound
    }

    var isAtEnd: Bool { position >= end }
    var peek: UInt8? { position < end ? bytes[position] : nil }

    func error(_ problem: SIPParseError.Problem) -> SIPParseError { SIPParseError(problem, at: position) }

    mutating func advance() { if position < end { position += 1 } }

    /// Steps over the byte if it is the next one.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func skipBlanks() { while let byte = peek, byte.isBlank { position += 1 } }

    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < end, condition(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// The bytes up to the given one, which is left; nil if it does not come.
    mutating func take(upTo byte: UInt8, within limit: Int) -> ArraySlice<UInt8>? {
        let start = position
        var place = position
        let stop = min(limit, end)
        while place < stop, bytes[place] != byte { place += 1 }
        guard place < stop else { return nil }
        position = place
        return bytes[start..<place]
    }

    mutating func takeText(while condition: (UInt8) -> Bool) -> String {
        String(decoding: take(while: condition), as: UTF8.self)
    }

    mutating func jump(to place: Int) { position = min(max(place, position), end) }

    /// Where the next such byte is, before the limit.
    func find(_ byte: UInt8, before limit: Int) -> Int? {
        var place = position
        let stop = min(limit, end)
        while place < stop {
            if bytes[place] == byte { return place }
            place += 1
        }
        return nil
    }

    // MARK: Small things of the grammar

    /// A `"quoted string"`: its text without quotes and escapes.
    mutating func quotedString() throws(SIPParseError) -> String {
        let start = position
        guard skip(.quote) else { throw error(.badAddress) }
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case .quote: return String(decoding: text, as: UTF8.self)
            case .backslash:
                guard let escaped = peek else { break }
                text.append(escaped)
                position += 1
            default: text.append(byte)
            }
        }
        throw SIPParseError(.badAddress, at: start)
    }

    /// `;name`, `;name=value`, `;name="value"`, blanks allowed anywhere, until something else comes.
    mutating func parameters() throws(SIPParseError) -> SIPParameters {
        var parameters = SIPParameters()
        var count = 0
        while true {
            skipBlanks()
            guard skip(UInt8(ascii: ";")) else { return parameters }
            count += 1
            guard count <= SIPLimits.parameters else { throw error(.badParameter) }
            skipBlanks()
            let name = takeText(while: \.isToken)
            guard !name.isEmpty else { throw error(.badParameter) }
            skipBlanks()
            guard skip(UInt8(ascii: "=")) else {
                parameters.append(name: name, value: nil)
                continue
            }
            skipBlanks()
            parameters.append(name: name, value: try parameterValue())
        }
    }

    private mutating func parameterValue() throws(SIPParseError) -> String {
        guard peek == .quote else { return takeText(while: \.isParameterByte) }
        let start = position
        _ = try quotedString()
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// `host` or `[v6]`, then `:port` if it is there.
    mutating func hostAndPort(
        _ problem: SIPParseError.Problem, blanksAllowed: Bool = false
    ) throws(SIPParseError) -> (String, Int?) {
        let host: String
        if peek == UInt8(ascii: "[") {
            let start = position
            _ = take {
                $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || $0.hexValue != nil
            }
            guard skip(UInt8(ascii: "]")) else { throw error(problem) }
            host = String(decoding: bytes[start..<position], as: UTF8.self)
        } else {
            host = takeText(while: \.isHostByte)
        }
        guard !host.isEmpty else { throw error(problem) }
        if blanksAllowed { skipBlanks() }
        guard skip(UInt8(ascii: ":")) else { return (host, nil) }
        if blanksAllowed { skipBlanks() }
        guard let port = take(while: \.isDigit).decimal(upTo: 65_535) else { throw error(problem) }
        return (host, port)
    }
}

/// How much of anything a message may have. Beyond it, the message is refused.
public enum SIPLimits {
    public static let messageBytes = 65_535
    public static let headBytes = 32_768
    public static let headers = 256
    public static let via = 70
    public static let addresses = 64
    public static let parameters = 64
}
