/// A question to the domain name system and what comes back (RFC 1035), as far as telephony asks: A, SRV and CNAME. Pure; what
/// comes back is a stranger's and may hold anything.
struct DNSMessage: Sendable, Equatable {
    enum Kind: UInt16, Sendable { case a = 1, cname = 5, srv = 33 }

    enum Content: Sendable, Equatable {
        case address(String)
        case alias(String)
        case service(priority: Int, weight: Int, port: Int, target: String)
    }

    struct Record: Sendable, Equatable {
        /// In lower case, without the last dot.
        let name: String
        let seconds: Int
        let content: Content
    }

    /// 0: found or nothing there; 3: no such name; others: the server cannot say.
    let code: Int
    let isTruncated: Bool
    let records: [Record]

    /// The bytes that ask; nil if that is no name.
    static func question(_ name: String, _ kind: Kind, id: UInt16) -> [UInt8]? {
        var bytes = id.bigEndianBytes
        // Recursion desired; one question, and the EDNS record (RFC 6891) that allows answers of 1232 bytes.
        bytes += [1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        for label in name.split(separator: ".") {
            guard (1...63).contains(label.utf8.count) else { return nil }
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        guard (14...12 + 254).contains(bytes.count) else { return nil }
        bytes.append(0)
        bytes += kind.rawValue.bigEndianBytes + [0, 1]
        return bytes + [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]
    }

    /// - Returns: nil for what is no answer to the question of that id.
    init?(_ bytes: [UInt8], answering id: UInt16) {
        var reader = DNSReader(bytes)
        guard reader.word() == id, let flags = reader.word(), flags & 0x8000 != 0, let questions = reader.word(),
            let answers = reader.word(), let authorities = reader.word(), let additions = reader.word()
        else { return nil }
        code = Int(flags & 15)
        isTruncated = flags & 0x0200 != 0
        for _ in 0..<questions {
            guard reader.name() != nil, reader.skip(4) else { return nil }
        }
        var records: [Record] = []
        for _ in 0..<(Int(answers) + Int(authorities) + Int(additions)) {
            // What is cut off is missing; what came before it counts.
            guard let read = reader.record() else { break }
            if case .known(let record) = read { records.append(record) }
        }
        self.records = records
    }
}

/// Reads a message without ever leaving it.
private struct DNSReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func word() -> UInt16? {
        guard let high = byte(), let low = byte() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func skip(_ count: Int) -> Bool {
        guard bytes.count - place >= count else { return false }
        place += count
        return true
    }

    /// A name, perhaps going on somewhere before (RFC 1035 §4.1.4). Each such jump leads further back, so that there is an
    /// end to them.
    mutating func name() -> String? {
        var labels: [String] = []
        var length = 0
        var end: Int?
        var limit = place
        while let size = byte() {
            switch size & 0xc0 {
            case 0xc0:
                guard let low = byte() else { return nil }
                let target = Int(size & 0x3f) << 8 | Int(low)
                guard target < limit else { return nil }
                if end == nil { end = place }
                (place, limit) = (target, target)
            case 0 where size == 0:
                if let end { place = end }
                return labels.joined(separator: ".").lowercased()
            case 0:
                let first = place
                guard skip(Int(size)), length + Int(size) + 1 <= 255 else { return nil }
                length += Int(size) + 1
                labels.append(String(decoding: bytes[first..<place], as: UTF8.self))
            default: return nil
            }
        }
        return nil
    }

    enum Read {
        case known(DNSMessage.Record)
        /// Of a kind that says nothing to us.
        case unknown
    }

    mutating func record() -> Read? {
        guard let name = name(), let kind = word(), let family = word(), let high = word(), let low = word(),
            let length = word(), bytes.count - place >= Int(length)
        else { return nil }
        let end = place + Int(length)
        let content = family == 1 ? content(DNSMessage.Kind(rawValue: kind), length: Int(length)) : nil
        place = end
        let seconds = Int(high) << 16 | Int(low)
        return content.map { .known(DNSMessage.Record(name: name, seconds: seconds, content: $0)) } ?? .unknown
    }

    private mutating func content(_ kind: DNSMessage.Kind?, length: Int) -> DNSMessage.Content? {
        switch kind {
        case .a:
            guard length == 4 else { return nil }
            return .address(bytes[place..<place + 4].map(String.init).joined(separator: "."))
        case .cname: return name().map { .alias($0) }
        case .srv:
            guard let priority = word(), let weight = word(), let port = word(), let target = name() else { return nil }
            return .service(priority: Int(priority), weight: Int(weight), port: Int(port), target: target)
        case nil: return nil
        }
    }
}

extension UInt16 {
    fileprivate var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xff)] }
}
