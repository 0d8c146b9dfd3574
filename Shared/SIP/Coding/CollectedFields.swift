/// The header fields met so far, and whether what must be there is.
struct CollectedFields {
    private let isRequest: Bool
    private var via: [Via] = []
    private var from: NameAddress?
    private var to: NameAddress?
    private var callID: String?
    private var cseq: CSeq?
    private var contacts: [NameAddress] = []
    private var hasWildcardContact = false
    private var headers: [SIPHeaders.Field] = []
    private(set) var contentLength: Int?

    init(isRequest: Bool) {
        self.isRequest = isRequest
        headers.reserveCapacity(12)
    }

    /// - Parameter line: `name: value`, unfolded.
    mutating func add(_ line: ByteCursor, at offset: Int) throws(SIPParseError) {
        var line = line
        let name = line.take(while: \.isToken)
        line.skipBlanks()
        guard !name.isEmpty, line.skip(UInt8(ascii: ":")) else { throw SIPParseError(.badHeaderLine, at: offset) }
        line.skipBlanks()
        do {
            try add(SIPHeaderName(bytes: name), line)
        } catch {
            throw SIPParseError(error.problem, at: offset)
        }
    }

    private mutating func add(_ name: SIPHeaderName, _ value: ByteCursor) throws(SIPParseError) {
        var value = value
        switch name {
        case .via: try value.vias(into: &via)
        case .from: try Self.setOnce(&from, name, try oneAddress(&value))
        case .to: try Self.setOnce(&to, name, try oneAddress(&value))
        case .callID: try Self.setOnce(&callID, name, trimmed(value.bytes[value.position..<value.end]))
        case .cseq: try Self.setOnce(&cseq, name, try value.cseq())
        case .contact: try addContact(&value)
        case .contentLength:
            let digits = trimmed(value.bytes[value.position..<value.end])
            guard let length = digits.utf8.decimal(upTo: SIPLimits.messageBytes) else {
                throw value.error(.badContentLength)
            }
            try Self.setOnce(&contentLength, name, length)
        default: try addOther(name, trimmed(value.bytes[value.position..<value.end]), at: value.position)
        }
    }

    private mutating func addContact(_ value: inout ByteCursor) throws(SIPParseError) {
        if trimmed(value.bytes[value.position..<value.end]) == "*" {
            hasWildcardContact = true
            return
        }
        contacts += try value.nameAddresses()
        guard contacts.count <= SIPLimits.addresses else { throw value.error(.badAddress) }
    }

    private mutating func addOther(_ name: SIPHeaderName, _ value: String, at offset: Int) throws(SIPParseError) {
        switch name {
        case .maxForwards:
            guard value.utf8.decimal(upTo: 255) != nil else { throw SIPParseError(.badNumber, at: offset) }
            fallthrough
        case .contentType:
            guard !headers.contains(where: { $0.name == name }) else {
                throw SIPParseError(.repeated(name), at: offset)
            }
        case .date:
            // §20.17 knows no zone but GMT. In a response it is nothing to us.
            guard !isRequest || value.hasSuffix("GMT") else { throw SIPParseError(.badDate, at: offset) }
        default: break
        }
        headers.append(SIPHeaders.Field(name, value))
    }

    func fields(at offset: Int) throws(SIPParseError) -> SIPFields {
        guard !via.isEmpty else { throw SIPParseError(.missing(.via), at: offset) }
        guard let from else { throw SIPParseError(.missing(.from), at: offset) }
        guard let to else { throw SIPParseError(.missing(.to), at: offset) }
        guard let callID, !callID.isEmpty else { throw SIPParseError(.missing(.callID), at: offset) }
        guard let cseq else { throw SIPParseError(.missing(.cseq), at: offset) }
        var fields = SIPFields(from: from, to: to, callID: callID, cseq: cseq)
        fields.via = via
        fields.contacts = contacts
        fields.hasWildcardContact = hasWildcardContact
        fields.headers = SIPHeaders(headers)
        return fields
    }

    private static func setOnce<Value>(
        _ place: inout Value?, _ name: SIPHeaderName, _ value: Value
    ) throws(SIPParseError) {
        guard place == nil else { throw SIPParseError(.repeated(name), at: 0) }
        place = value
    }

    private func oneAddress(_ cursor: inout ByteCursor) throws(SIPParseError) -> NameAddress {
        let address = try cursor.nameAddress()
        guard cursor.isAtEnd else { throw cursor.error(.badAddress) }
        return address
    }
}
