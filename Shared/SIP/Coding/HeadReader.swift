/// Walks the lines of a message's head. A line here includes the lines folded onto it (RFC 3261 §7.3.1).
struct HeadReader {
    struct Line {
        let range: Range<Int>
        let isFolded: Bool
    }

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
    mutating func nextLine() throws(SIPParseError) -> Line? {
        guard !foundEnd, let (content, next) = try physicalLine(from: position) else { return nil }
        position = next
        if content.isEmpty {
            foundEnd = true
            return nil
        }
        count += 1
        guard count <= SIPLimits.headers else { throw SIPParseError(.tooManyHeaders, at: position) }
        var end = content.upperBound
        var isFolded = false
        while count > 1, position < bytes.count, bytes[position].isBlank,
            let (more, next) = try physicalLine(from: position)
        {
            end = more.upperBound
            position = next
            isFolded = true
        }
        return Line(range: content.lowerBound..<end, isFolded: isFolded)
    }

    /// The line with each fold made one space; the very bytes when there is none.
    func unfolded(_ line: Line) -> ByteCursor {
        guard line.isFolded else { return ByteCursor(bytes, line.range) }
        var flat: [UInt8] = []
        var isFolding = false
        for byte in bytes[line.range] {
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

    /// Ends are CRLF; a bare LF is taken too. Nil if the bytes run out first.
    private func physicalLine(from start: Int) throws(SIPParseError) -> (Range<Int>, next: Int)? {
        var place = start
        while place < bytes.count, bytes[place] != .lineFeed {
            // A CR that ends no line is one to some readers and none to others: whoever sends it is up to something.
            if bytes[place] == .carriageReturn, place + 1 < bytes.count, bytes[place + 1] != .lineFeed {
                throw SIPParseError(.badHeaderLine, at: place)
            }
            place += 1
        }
        guard place < bytes.count else { return nil }
        guard place < SIPLimits.headBytes else { throw SIPParseError(.tooLarge, at: start) }
        let hasReturn = place > start && bytes[place - 1] == .carriageReturn
        return (start..<(hasReturn ? place - 1 : place), place + 1)
    }
}
