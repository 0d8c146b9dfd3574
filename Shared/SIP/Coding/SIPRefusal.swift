/// The answer to a request that could not be parsed: what can be saved of it, copied as it stands (RFC 3261 §8.2.6.2).
enum SIPRefusal {
    struct Answer {
        let bytes: [UInt8]
        /// The topmost Via when it was good enough to read.
        let via: Via?
    }

    /// - Returns: nil if nothing may or can be answered: a response, an ACK, or a message without Via.
    static func answer(to bytes: [UInt8], _ error: SIPParseError) -> Answer? {
        let lines = bytes.prefix(SIPLimits.headBytes).split(separator: .lineFeed, maxSplits: SIPLimits.headers)
        guard let first = lines.first, !equalIgnoringCase(first.prefix(4), "SIP/".utf8),
            first.contains(.space), !equalIgnoringCase(first.prefix(4), "ACK ".utf8)
        else { return nil }
        var answer = Array("SIP/2.0 \(error.status.code) \(error.status.reason)\r\n".utf8)
        var via: Via?
        var seen: Set<SIPHeaderName> = []
        for line in lines.dropFirst() {
            if line.first == .carriageReturn { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line.first?.isBlank == false else { continue }
            let name = SIPHeaderName(bytes: line[..<colon].filter { !$0.isBlank }[...])
            guard copied.contains(name), name == .via || seen.insert(name).inserted else { continue }
            let value = line[(colon + 1)...].filter { $0 != .carriageReturn && $0 != 0 }
            if name == .via, via == nil {
                var cursor = ByteCursor(Array(value))
                var list: [Via] = []
                // A Via beyond reading is copied all the same; the answer goes to the source.
                try? cursor.vias(into: &list)
                via = list.first
            }
            answer += Array("\(name):".utf8) + value + Array("\r\n".utf8)
            if name == .via { seen.insert(.via) }
        }
        guard seen.contains(.via) else { return nil }
        return Answer(bytes: answer + Array("Content-Length: 0\r\n\r\n".utf8), via: via)
    }

    private static let copied: Set<SIPHeaderName> = [.via, .from, .to, .callID, .cseq]
}
