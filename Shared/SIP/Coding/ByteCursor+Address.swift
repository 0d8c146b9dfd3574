// URIs, name-addresses and Via: the structured values of RFC 3261 §25.

extension ByteCursor {
    /// A whole URI that ends exactly at `limit`.
    mutating func uri(upTo limit: Int) throws(SIPParseError) -> SIPURI {
        let name = take { $0.isLetter || $0.isDigit || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
        guard name.first?.isLetter == true, position < limit, skip(UInt8(ascii: ":")) else { throw error(.badURI) }
        if equalIgnoringCase(name, "sip".utf8) { return try sipURI(.sip, upTo: limit) }
        if equalIgnoringCase(name, "sips".utf8) { return try sipURI(.sips, upTo: limit) }
        let opaque = take(whileBefore: limit) {
            !$0.isControl && !$0.isBlank && $0 != 0x3C && $0 != 0x3E && $0 != .quote
        }
        guard position == limit, !opaque.isEmpty else { throw error(.badURI) }
        let scheme = String(decoding: name, as: UTF8.self).lowercased()
        return SIPURI(scheme: scheme == "tel" ? .tel : .other(scheme), opaque: String(decoding: opaque, as: UTF8.self))
    }

    private mutating func sipURI(_ scheme: SIPURI.Scheme, upTo limit: Int) throws(SIPParseError) -> SIPURI {
        var uri = SIPURI(scheme: scheme, host: "")
        if let at = find(UInt8(ascii: "@"), before: limit) { try userInfo(&uri, upTo: at) }
        (uri.host, uri.port) = try hostAndPort(.badURI)
        while position < limit, skip(UInt8(ascii: ";")) {
            guard uri.parameters.list.count < SIPLimits.parameters else { throw error(.badURI) }
            let name = takeText(before: limit) { $0.isURIParameterByte }
            guard !name.isEmpty else { throw error(.badURI) }
            let hasValue = position < limit && skip(UInt8(ascii: "="))
            let value = hasValue ? takeText(before: limit) { $0.isURIParameterByte || $0 == UInt8(ascii: "=") } : nil
            uri.parameters.append(name: name, value: value)
        }
        if position < limit, skip(UInt8(ascii: "?")) {
            uri.headers = takeText(before: limit) {
                !$0.isControl && !$0.isBlank && $0 != 0x3C && $0 != 0x3E && $0 != .quote
            }
        }
        guard position == limit else { throw error(.badURI) }
        return uri
    }

    private mutating func userInfo(_ uri: inout SIPURI, upTo at: Int) throws(SIPParseError) {
        let allowed: (UInt8) -> Bool = { !$0.isControl && !$0.isBlank && $0 != 0x3C && $0 != 0x3E && $0 != .quote }
        let user = take(whileBefore: at) { allowed($0) && $0 != UInt8(ascii: ":") }
        guard !user.isEmpty else { throw error(.badURI) }
        uri.escapedUser = String(decoding: user, as: UTF8.self)
        if position < at, skip(UInt8(ascii: ":")) { uri.password = takeText(before: at, while: allowed) }
        guard position == at, skip(UInt8(ascii: "@")) else { throw error(.badURI) }
    }

    mutating func nameAddresses() throws(SIPParseError) -> [NameAddress] {
        var list: [NameAddress] = []
        while true {
            guard list.count < SIPLimits.addresses else { throw error(.badAddress) }
            list.append(try nameAddress())
            if isAtEnd { return list }
            guard skip(UInt8(ascii: ",")) else { throw error(.badAddress) }
        }
    }

    /// One `name-addr` or `addr-spec` with its parameters; stops before a comma or at the end.
    mutating func nameAddress() throws(SIPParseError) -> NameAddress {
        skipBlanks()
        var name: String?
        if peek == .quote {
            name = try quotedString()
            skipBlanks()
            guard peek == UInt8(ascii: "<") else { throw error(.badAddress) }
        } else {
            let start = self
            let bare = take(while: \.isBareNameByte)
            if peek == UInt8(ascii: "<") {
                let text = trimmed(bare)
                name = text.isEmpty ? nil : text
            } else {
                self = start
            }
        }
        let uri = skip(UInt8(ascii: "<")) ? try bracketedURI() : try bareURI()
        let address = NameAddress(displayName: name, uri: uri, parameters: try parameters())
        guard isAtEnd || peek == UInt8(ascii: ",") else { throw error(.badAddress) }
        return address
    }

    private mutating func bracketedURI() throws(SIPParseError) -> SIPURI {
        guard let close = find(UInt8(ascii: ">"), before: end) else { throw error(.badAddress) }
        let uri = try uri(upTo: close)
        advance()
        return uri
    }

    /// Without brackets, a URI ends at the first semicolon, comma or blank, and may have no headers (§20.10).
    private mutating func bareURI() throws(SIPParseError) -> SIPURI {
        var place = position
        while place < end, bytes[place] != UInt8(ascii: ";"), bytes[place] != UInt8(ascii: ","), !bytes[place].isBlank {
            guard bytes[place] != UInt8(ascii: "?") else { throw SIPParseError(.badAddress, at: place) }
            place += 1
        }
        return try uri(upTo: place)
    }

    mutating func vias(into list: inout [Via]) throws(SIPParseError) {
        while true {
            guard list.count < SIPLimits.via else { throw error(.badVia) }
            list.append(try via())
            if isAtEnd { return }
            guard skip(UInt8(ascii: ",")) else { throw error(.badVia) }
        }
    }

    private mutating func via() throws(SIPParseError) -> Via {
        skipBlanks()
        guard equalIgnoringCase(take(while: \.isToken), "SIP".utf8) else { throw error(.badVia) }
        try viaSlash()
        guard !take(while: \.isToken).isEmpty else { throw error(.badVia) }
        try viaSlash()
        let transport = takeText(while: \.isToken)
        let afterTransport = position
        skipBlanks()
        guard !transport.isEmpty, position > afterTransport else { throw error(.badVia) }
        let (host, port) = try hostAndPort(.badVia, blanksAllowed: true)
        var via = Via(transport: transport, host: host, port: port)
        via.parameters = try parameters()
        return via
    }

    private mutating func viaSlash() throws(SIPParseError) {
        skipBlanks()
        guard skip(UInt8(ascii: "/")) else { throw error(.badVia) }
        skipBlanks()
    }

    mutating func cseq() throws(SIPParseError) -> CSeq {
        skipBlanks()
        guard let number = take(while: \.isDigit).decimal(upTo: 0x7FFF_FFFF) else { throw error(.badCSeq) }
        let afterNumber = position
        skipBlanks()
        let method = takeText(while: \.isToken)
        let afterMethod = position
        skipBlanks()
        guard afterMethod > afterNumber, !method.isEmpty, isAtEnd else { throw error(.badCSeq) }
        return CSeq(UInt32(truncatingIfNeeded: number), SIPMethod(rawValue: method))
    }

    private mutating func take(whileBefore limit: Int, _ condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        var place = position
        while place < min(limit, end), condition(bytes[place]) { place += 1 }
        jump(to: place)
        return bytes[start..<place]
    }

    private mutating func takeText(before limit: Int, while condition: (UInt8) -> Bool) -> String {
        String(decoding: take(whileBefore: limit, condition), as: UTF8.self)
    }
}

extension UInt8 {
    /// RFC 3261 `paramchar`, generously: anything visible that does not end a parameter.
    fileprivate var isURIParameterByte: Bool {
        switch self {
        case 0x3B, 0x3D, 0x3F, 0x3C, 0x3E, 0x22, 0x40: false  // ; = ? < > " @
        default: !isControl && !isBlank
        }
    }
}
