// An INVITE that takes the place of a call that stands (RFC 3891 §3).

/// Why an INVITE with Replaces is not taken.
struct ReplacesRefusal: Error { let status: SIPStatus }

extension EndpointCore {
    /// - Returns: the call's number; nil if the INVITE replaces none.
    func replaced(by request: SIPRequest) throws(ReplacesRefusal) -> UInt64? {
        let values = request.headers.values(.replaces)
        guard let value = values.first else { return nil }
        guard values.count == 1, let replaces = SIPReplaces(value) else { throw ReplacesRefusal(status: 400) }
        guard let number = dialogs[replaces.dialog], let session = sessions[number]?.session else {
            throw ReplacesRefusal(status: 481)
        }
        switch session.phase {
        case .ended: throw ReplacesRefusal(status: 603)
        case .talking where session.hasTold: throw ReplacesRefusal(status: 603)
        case .talking where replaces.isEarlyOnly: throw ReplacesRefusal(status: 486)
        // Only a call that we began may be taken over while it rings.
        case .incoming: throw ReplacesRefusal(status: 481)
        case .talking, .calling: return number
        }
    }
}
