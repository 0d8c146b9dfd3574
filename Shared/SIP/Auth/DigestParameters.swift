/// The `Digest name=value, name="value"` of the four authentication headers (RFC 3261 §20.7).
struct DigestParameters {
    private var values: [String: String] = [:]

    /// - Returns: nil for another scheme, or for text that is no such list.
    init?(_ text: String) {
        var cursor = ByteCursor(Array(text.utf8))
        cursor.skipBlanks()
        guard equalIgnoringCase(cursor.take(while: \.isToken), "Digest".utf8), cursor.peek?.isBlank == true else {
            return nil
        }
        repeat {
            cursor.skipBlanks()
            let name = cursor.takeText(while: \.isToken).lowercased()
            cursor.skipBlanks()
            guard !name.isEmpty, values.count < SIPLimits.parameters, cursor.skip(UInt8(ascii: "=")) else { return nil }
            cursor.skipBlanks()
            if cursor.peek == .quote {
                guard let value = try? cursor.quotedString() else { return nil }
                values[name] = value
            } else {
                values[name] = cursor.takeText { $0 != UInt8(ascii: ",") && !$0.isBlank }
            }
            cursor.skipBlanks()
        } while cursor.skip(UInt8(ascii: ","))
        guard cursor.isAtEnd else { return nil }
    }

    subscript(_ name: String) -> String? { values[name] }

    /// Text between quotes, with what would end it escaped, and no line ends.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [.quote]
        for byte in text.utf8 {
            if byte == .quote || byte == .backslash || byte.isControl { bytes.append(.backslash) }
            bytes.append(byte == .carriageReturn || byte == .lineFeed ? .space : byte)
        }
        bytes.append(.quote)
        return String(decoding: bytes, as: UTF8.self)
    }
}
