/// Finds where each message ends in a stream of bytes (RFC 3261 §18.3). Pure: bytes in, whole messages out.
public struct SIPStreamFramer {
    public enum Frame: Equatable, Sendable {
        /// The bytes of one message, not yet parsed.
        case message([UInt8])
        /// A double CRLF, which wants a single one back (RFC 5626 §3.5.1).
        case keepAlive
    }

    private var buffer: [UInt8] = []
    /// How far the search for the empty line has got, so that a slow sender does not make us search again and again.
    private var searched = 0

    public init() {}

    /// What has come of the message that is not whole yet.
    var pending: [UInt8] { buffer }

    /// - Returns: the messages that are whole now. Those before a fault are returned first; the fault is thrown by the next
    ///   call, for which no more bytes are needed.
    /// - Throws: `SIPParseError` if the place where the message ends cannot be known: the connection is of no further use.
    public mutating func append(_ bytes: some Collection<UInt8>) throws(SIPParseError) -> [Frame] {
        buffer.append(contentsOf: bytes)
        var frames: [Frame] = []
        var consumed = 0
        do throws(SIPParseError) {
            while let (frame, end) = try nextFrame(from: consumed) {
                if let frame { frames.append(frame) }
                consumed = end
                searched = end
            }
        } catch {
            guard !frames.isEmpty else { throw error }
        }
        if consumed > 0 {
            buffer.removeFirst(consumed)
            searched = max(0, searched - consumed)
        }
        guard buffer.count <= SIPLimits.messageBytes || !frames.isEmpty else {
            throw SIPParseError(.tooLarge, at: buffer.count)
        }
        return frames
    }

    /// The frame that starts there and where it ends, or nil if more bytes are needed.
    private mutating func nextFrame(from start: Int) throws(SIPParseError) -> (Frame?, end: Int)? {
        guard start < buffer.count else { return nil }
        if buffer[start] == .carriageReturn || buffer[start] == .lineFeed { return leadingLineEnd(from: start) }
        guard let headEnd = findHeadEnd(from: start) else {
            guard buffer.count - start <= SIPLimits.headBytes else { throw SIPParseError(.tooLarge, at: start) }
            return nil
        }
        let length = try contentLength(start..<headEnd)
        let end = headEnd + length
        guard end - start <= SIPLimits.messageBytes else { throw SIPParseError(.tooLarge, at: start) }
        guard end <= buffer.count else { return nil }
        return (.message(Array(buffer[start..<end])), end)
    }

    private func leadingLineEnd(from start: Int) -> (Frame?, end: Int)? {
        let four = buffer[start...].prefix(4)
        if four.elementsEqual("\r\n\r\n".utf8) { return (.keepAlive, start + 4) }
        if four.count < 4, "\r\n\r\n".utf8.starts(with: four) { return nil }
        return (nil, start + 1)
    }

    private mutating func findHeadEnd(from start: Int) -> Int? {
        var place = max(start, searched)
        while place < buffer.count {
            if buffer[place] == .lineFeed {
                let line = buffer[start..<place]
                if line.last == .lineFeed || line.suffix(2).elementsEqual("\n\r".utf8) { return place + 1 }
            }
            place += 1
        }
        searched = place
        return nil
    }

    /// The Content-Length of a head. On a stream it must be there (§20.14), once, or twice the same.
    private func contentLength(_ head: Range<Int>) throws(SIPParseError) -> Int {
        var found: Int?
        for line in buffer[head].split(separator: .lineFeed) {
            // A line that begins with a blank goes on with the one before, whatever it looks like.
            guard line.first?.isBlank == false else { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].filter { !$0.isBlank }
            guard equalIgnoringCase(name, "Content-Length".utf8) || equalIgnoringCase(name, "l".utf8) else { continue }
            let value = line[(colon + 1)...].filter { !$0.isBlank && $0 != .carriageReturn }
            guard let length = value.decimal(upTo: SIPLimits.messageBytes), found == nil || found == length else {
                throw SIPParseError(.badContentLength, at: colon)
            }
            found = length
        }
        guard let found else { throw SIPParseError(.missing(.contentLength), at: head.lowerBound) }
        return found
    }
}
