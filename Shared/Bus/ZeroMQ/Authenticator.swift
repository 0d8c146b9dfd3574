import CZeroMQ
import Foundation

/// Who may connect: answers libzmq's questions (ZAP, RFC 27) from the list of allowed keys. Pure but for the list.
struct Authenticator {
    /// The domain that every tcp:// socket of the bus names.
    static let domain = "carillon"
    static let address = "inproc://zeromq.zap.01"

    /// Public key to name.
    let allowed: [String: String]

    /// The reply to a ZAP request; nil if it is none.
    func answer(_ frames: [Data]) -> (reply: [Data], admitted: Bool)? {
        guard frames.count >= 6, frames[0] == Data("1.0".utf8) else { return nil }
        func reply(_ code: String, _ text: String, user: String = "") -> [Data] {
            [frames[0], frames[1], Data(code.utf8), Data(text.utf8), Data(user.utf8), Data()]
        }
        guard frames[2] == Data(Self.domain.utf8), frames[5] == Data("CURVE".utf8), frames.count == 7,
            let key = Self.text(ofKey: frames[6]), let name = allowed[key]
        else { return (reply("400", "This key is not on the list."), false) }
        return (reply("200", "OK", user: name), true)
    }

    private static func text(ofKey key: Data) -> String? {
        guard key.count == 32 else { return nil }
        var text = [CChar](repeating: 0, count: 41)
        let bytes = Array(key)
        guard zmq_z85_encode(&text, bytes, bytes.count) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
