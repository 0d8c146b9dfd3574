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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.utf8.count + 2 })
        for line in lines {
            // By bytes: looking at characters would cost more than all the rest of an answered call's description.
            for byte in line.utf8 where !byte.breaksLine { bytes.append(byte) }
            bytes.append(UInt8(ascii: "\r"))
            bytes.append(UInt8(ascii: "\n"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Attribute {
    fileprivate var line: String {
        guard let value else { return "a=\(name)" }
        return "a=\(name):\(value)"
    }
}

extension UInt8 {
    /// A value must not smuggle in a line of its own.
    fileprivate var breaksLine: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") || self == 0 }
}
