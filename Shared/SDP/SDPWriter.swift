extension SessionDescription: CustomStringConvertible {
    /// The description as it goes into a SIP body, lines ended by CRLF.
    public var description: String {
        var lines = ["v=0"]
        lines.append("o=\(origin.username) \(origin.sessionID) \(origin.version) \(origin.address)")
        lines.append("s=\(name.isEmpty ? "-" : name)")
        if let address { lines.append("c=\(address)") }
        lines.append("t=0 0")
        lines += attributes.map(\.line)
        for stream in media {
            lines.append("m=\(stream.kind) \(stream.port) \(stream.transport) \(stream.formats.joined(separator: " "))")
            if let address = stream.address { lines.append("c=\(address)") }
            lines += stream.attributes.map(\.line)
        }
        return lines.map { "\($0.filter { !$0.isLineBreak })\r\n" }.joined()
    }
}

extension Attribute {
    fileprivate var line: String {
        guard let value else { return "a=\(name)" }
        return "a=\(name):\(value)"
    }
}

extension Character {
    /// A value must not smuggle in a line of its own.
    fileprivate var isLineBreak: Bool { self == "\n" || self == "\r" || self == "\r\n" || self == "\0" }
}
