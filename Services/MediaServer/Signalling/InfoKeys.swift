import Contracts
import SDP
import SIP

/// A key in the body of an INFO, as telephones without telephone-events (RFC 4733) say it.
enum InfoKey {
    /// What can be pressed, by its number as an event (RFC 4733 §3.2).
    private static let keys = Array("0123456789*#ABCD")

    /// - Returns: nil unless it is an INFO with one key that can be pressed.
    static func read(_ request: SIPRequest) -> Character? {
        guard request.method == .info else { return nil }
        switch request.contentType {
        case "application/dtmf-relay":
            let lines = request.bodyText.split(whereSeparator: \.isNewline)
            let values = lines.lazy.map { $0.split(separator: "=", maxSplits: 1) }
            guard let signal = values.first(where: { $0.count == 2 && word($0[0]) == "SIGNAL" }) else { return nil }
            return key(word(signal[1]))
        case "application/dtmf":
            return request.bodyText.split(whereSeparator: \.isNewline).first.flatMap { key(word($0)) }
        default: return nil
        }
    }

    /// An INFO's body for a key.
    static func body(_ key: Character) -> SIPBody {
        SIPBody(type: "application/dtmf-relay", bytes: Array("Signal=\(key)\r\nDuration=160\r\n".utf8))
    }

    private static func word(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()).uppercased()
    }

    /// Some write the key, some the number of its event.
    private static func key(_ text: String) -> Character? {
        if let only = text.first, text.count == 1 { return keys.contains(only) ? only : nil }
        guard text.utf8.count == 2, let number = Int(text), keys.indices.contains(number) else { return nil }
        return keys[number]
    }
}

extension SwitchDesk {
    /// As telephone-events where the far end takes them, else by INFO, one after the other.
    func sendDigits(_ leg: LegID, _ digits: String) {
        guard let line = lines[leg], line.takesNoEvents, let call = line.call else {
            return parts.engine.sendDigits(leg, digits)
        }
        Self.send(digits[...], in: call)
    }

    /// Telephone-events pass from leg to leg with the sound; a far end that takes none is told by INFO.
    func relayDigit(_ leg: LegID, _ digit: Character) {
        guard let line = lines[leg], line.takesNoEvents, let call = line.call else { return }
        Self.send(String(digit)[...], in: call)
    }

    /// The next key when the one before has arrived; none behind one that could not be sent.
    private static func send(_ digits: Substring, in call: SIPCall) {
        guard let digit = digits.first else { return }
        call.send(.info, body: InfoKey.body(digit)) { response in
            if response?.status.isSuccess == true { send(digits.dropFirst(), in: call) }
        }
    }
}

extension SwitchDesk.Line {
    /// Sound is agreed on, telephone-events are not.
    var takesNoEvents: Bool { audio.agreed.map { $0.telephoneEventPayloadType == nil } ?? false }
}
