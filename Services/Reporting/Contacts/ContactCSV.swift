import Contracts
import Foundation

/// Contact records as CSV (RFC 4180), a row a contact, times in UTC as RFC 3339, lengths in seconds.
enum ContactCSV {
    static let columns = [
        "call", "direction", "customer", "accessNumber", "queue", "agent", "startedAt", "endedAt", "reason",
        "disposition", "seconds", "ivr", "queued", "ring", "talk", "hold", "afterCallWork", "lostIn",
        "satisfaction",
    ]

    /// With a byte order mark, so that spreadsheets take the text for UTF-8.
    static let header = "\u{FEFF}" + columns.joined(separator: ",") + "\r\n"

    static func line(_ contact: ContactRecord) -> String {
        let totals = contact.totals
        let lengths = [
            totals.call, totals.ivr, totals.queue, totals.ring, totals.talk, totals.hold, totals.afterCallWork,
        ]
        let texts = [
            contact.callID.rawValue, contact.direction.rawValue, contact.customerNumber, contact.accessNumber,
            contact.queueID?.rawValue ?? "", contact.agentID?.rawValue ?? "", contact.startedAt.description,
            contact.endedAt?.description ?? "", contact.reason?.rawValue ?? "", contact.disposition ?? "",
        ]
        let answers = contact.surveys.map { "\($0.question)=\($0.score)" }.joined(separator: " ")
        let last = [contact.lostIn?.rawValue ?? "", answers]
        return (texts.map(field) + lengths.map(seconds) + last.map(field)).joined(separator: ",") + "\r\n"
    }

    /// Quoted where it must be; a text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func field(_ text: String) -> String {
        // By scalars: a mark on the sign makes another letter of it, but not another formula. Spreadsheets in Chinese and
        // Japanese take the wide signs too.
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
        let isNumber = text.hasPrefix("+") && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
        let safe = isFormula && !isNumber ? "'" + text : text
        guard safe.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private static func seconds(_ microseconds: Int64) -> String {
        let thousandths = (microseconds &+ 500) / 1000
        let rest = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: max(0, 3 - rest.count)) + rest
    }
}
