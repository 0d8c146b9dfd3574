/// Walks the lines of a message's head. A line here includes the lines folded onto it (RFC 3261 §7.3.1).
struct HeadReader {
    let bytes: [UInt8]
    /// The first byte not yet read; behind the empty line once `foundEnd`.
    private(set) var position = 0
    private(set) var foundEnd = false
    private var count = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// CRLFs before a start line are keep-alives or leftovers (§7.5).
    mutating func skipEmptyLines() {
        while position < bytes.count, bytes[position] == .carriageReturn || bytes[position] == .lineFeed {
            position += 1
        }
    }

    /// The next line without its end; nil after the empty line, or when the bytes run out.
    mutating func nextLine() throws(SIPParseError) -> Range<Int>? {
        guard !foundEnd, let (content, next) = physicalLine(from: position) else { return nil }
        if content.isEmpty {
            foundEnd = true
            position = next
            return nil
        }
        count += 1
        guard count <= SIPLimits.headers else { throw SIPParseError(.tooManyHeaders, at: position) }
        guard next <= SIPLimits.headBytes else { throw SIPParseError(.tooLarge, at: position) }
        position = next
        var end = content.upperBound
        while count > 1, position < bytes.count, bytes[position].isBlank,
            let (more, next) = physicalLine(from: position)
        {
            guard next <= SIPLimits.headBytes else { throw SIPParseError(.tooLarge, at: position) }
            end = more.upperBound
            position = next
        }
        guard !hasBareReturn(content.lowerBound..<end) else {
            throw SIPParseError(.badHeaderLine, at: content.lowerBound)
        }
        return content.lowerBound..<end
    }

    /// A CR that ends no line is one to some readers and none to others: whoever sends it is up to something.
    private func hasBareReturn(_ line: Range<Int>) -> Bool {
        var place = line.lowerBound
        while place < line.upperBound {
            if bytes[place] == .carriageReturn, place + 1 >= line.upperBound || bytes[place + 1] != .lineFeed {
                return true
            }
            place += 1
        }
        return false
    }

    /// The line with each fold made one space; the very bytes when there is none.
    func unfolded(_ line: Range<Int>) -> ByteCursor {
        guard bytes[line].contains(.lineFeed) else { return ByteCursor(bytes, line) }
        var flat: [UInt8] = []
        var isFolding = false
        for byte in bytes[line] {
            if byte == .carriageReturn || byte == .lineFeed {
                isFolding = true
            } else if !(isFolding && byte.isBlank) {
                if isFolding { flat.append(.space) }
                isFolding = false
                flat.append(byte)
            }
        }
        return ByteCursor(flat)
    }

    /// Ends are CRLF; a bare LF is taken too. The last line of the bytes may lack its end only if it is empty.
    private func physicalLine(from start: Int) -> (Range<Int>, next: Int)? {
        var place = start
        while place < bytes.count, bytes[place] != .lineFeed { place += 1 }
        guard place < bytes.count else { return nil }
        let hasReturn = place > start && bytes[place - 1] == .carriageReturn
        return (start..<(hasReturn ? place - 1 : place), place + 1)
    }
}
