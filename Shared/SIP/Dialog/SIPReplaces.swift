/// Which dialog a new call takes the place of (RFC 3891 §6.1), as the one who says it knows the dialog.
public struct SIPReplaces: Sendable, Equatable {
    public let callID: String
    /// The tag of the side that is told.
    public let toTag: String
    public let fromTag: String
    /// Only while the dialog rings.
    public let isEarlyOnly: Bool

    /// - Parameter text: the header's value. Nil if it cannot be read.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ";")).map { trimmed($0) }
        guard let callID = parts.first, !callID.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1).map { trimmed($0) }
            guard let name = pair.first else { return nil }
            guard parameters.updateValue(pair.count == 2 ? pair[1] : "", forKey: name.lowercased()) == nil else {
                return nil
            }
        }
        guard let toTag = parameters["to-tag"], let fromTag = parameters["from-tag"] else { return nil }
        self.callID = callID
        self.toTag = toTag
        self.fromTag = fromTag
        isEarlyOnly = parameters["early-only"] != nil
    }

    /// The dialog as we know it, who are told.
    var dialog: DialogID { DialogID(callID: callID, localTag: toTag, remoteTag: fromTag) }

    /// The value of the header in what follows the `?` of a URI, with its escapes undone.
    static func named(in headers: String?) -> String? {
        for field in headers?.split(separator: "&") ?? [] {
            let pair = field.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "replaces" else { continue }
            return SIPURI.unescape(String(pair[1]))
        }
        return nil
    }
}
