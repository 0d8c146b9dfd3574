/// Message to bytes. A line end inside a value, wherever it came from, is written as a space: nothing can add a header.
public enum SIPWriter {
    public static func bytes(_ request: SIPRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(640 + request.body.count)
        append(request.method.rawValue, to: &bytes)
        bytes.append(.space)
        write(request.uri, to: &bytes)
        bytes.append(contentsOf: " SIP/2.0\r\n".utf8)
        write(request.fields, to: &bytes)
        return bytes
    }

    public static func bytes(_ response: SIPResponse) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + response.body.count)
        bytes.append(contentsOf: "SIP/2.0 ".utf8)
        append(response.status.code, to: &bytes)
        bytes.append(.space)
        append(response.status.reason, to: &bytes)
        endLine(&bytes)
        write(response.fields, to: &bytes)
        return bytes
    }

    public static func bytes(_ message: SIPMessage) -> [UInt8] {
        switch message {
        case .request(let request): bytes(request)
        case .response(let response): bytes(response)
        }
    }

    private static func write(_ fields: SIPFields, to bytes: inout [UInt8]) {
        for via in fields.via {
            bytes.append(contentsOf: "Via: ".utf8)
            write(via, to: &bytes)
            endLine(&bytes)
        }
        bytes.append(contentsOf: "From: ".utf8)
        write(fields.from, to: &bytes)
        bytes.append(contentsOf: "\r\nTo: ".utf8)
        write(fields.to, to: &bytes)
        bytes.append(contentsOf: "\r\nCall-ID: ".utf8)
        append(fields.callID, to: &bytes)
        bytes.append(contentsOf: "\r\nCSeq: ".utf8)
        append(Int(fields.cseq.number), to: &bytes)
        bytes.append(.space)
        append(fields.cseq.method.rawValue, to: &bytes)
        endLine(&bytes)
        for contact in fields.contacts {
            bytes.append(contentsOf: "Contact: ".utf8)
            write(contact, to: &bytes)
            endLine(&bytes)
        }
        if fields.hasWildcardContact { bytes.append(contentsOf: "Contact: *\r\n".utf8) }
        for field in fields.headers.fields {
            append(field.name.text, to: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            append(field.value, to: &bytes)
            endLine(&bytes)
        }
        bytes.append(contentsOf: "Content-Length: ".utf8)
        append(fields.body.count, to: &bytes)
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        bytes.append(contentsOf: fields.body)
    }

    static func write(_ via: Via, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "SIP/2.0/".utf8)
        append(via.transport, to: &bytes)
        bytes.append(.space)
        append(via.host, to: &bytes)
        write(port: via.port, to: &bytes)
        write(via.parameters, to: &bytes)
    }

    static func write(_ address: NameAddress, to bytes: inout [UInt8]) {
        if let name = address.displayName {
            bytes.append(.quote)
            for byte in name.utf8 {
                if byte == .quote || byte == .backslash || (byte.isControl && byte != .tab) { bytes.append(.backslash) }
                bytes.append(byte == .carriageReturn || byte == .lineFeed ? .space : byte)
            }
            bytes.append(.quote)
            bytes.append(.space)
        }
        bytes.append(UInt8(ascii: "<"))
        write(address.uri, to: &bytes)
        bytes.append(UInt8(ascii: ">"))
        write(address.parameters, to: &bytes)
    }

    static func write(_ uri: SIPURI, to bytes: inout [UInt8]) {
        switch uri.scheme {
        case .sip: bytes.append(contentsOf: "sip:".utf8)
        case .sips: bytes.append(contentsOf: "sips:".utf8)
        case .tel: bytes.append(contentsOf: "tel:".utf8)
        case .other(let name):
            append(name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
        }
        guard uri.isSIP else { return append(uri.opaque, to: &bytes) }
        if let user = uri.escapedUser {
            append(user, to: &bytes)
            if let password = uri.password {
                bytes.append(UInt8(ascii: ":"))
                append(password, to: &bytes)
            }
            bytes.append(UInt8(ascii: "@"))
        }
        append(uri.host, to: &bytes)
        write(port: uri.port, to: &bytes)
        write(uri.parameters, to: &bytes)
        if let headers = uri.headers {
            bytes.append(UInt8(ascii: "?"))
            append(headers, to: &bytes)
        }
    }

    private static func write(port: Int?, to bytes: inout [UInt8]) {
        guard let port else { return }
        bytes.append(UInt8(ascii: ":"))
        append(port, to: &bytes)
    }

    private static func write(_ parameters: SIPParameters, to bytes: inout [UInt8]) {
        for parameter in parameters.list {
            bytes.append(UInt8(ascii: ";"))
            append(parameter.name, to: &bytes)
            if let value = parameter.value {
                bytes.append(UInt8(ascii: "="))
                append(value, to: &bytes)
            }
        }
    }

    private static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(.carriageReturn)
        bytes.append(.lineFeed)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Text from anywhere: its line ends become spaces.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        var place = start
        while place < bytes.count {
            if bytes[place] == .carriageReturn || bytes[place] == .lineFeed { bytes[place] = .space }
            place += 1
        }
    }
}
