import Contracts

/// Nodes that do something for the caller beside leading him on: record, ask how he was served, call him back, ask others.
extension FlowNode {
    /// Records what the caller says (录音). As `voicemail` (留言) it lies in a box until somebody has dealt with it.
    struct Record: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]?
        /// Whether it beeps when he may speak. Default true.
        var beep: Bool?
        /// Holds the id of the recording.
        var attribute: String?
        /// Default 120.
        var maximumSeconds: Int?
        /// What is shorter counts as nothing said. Default 1.
        var minimumSeconds: Int?
        /// Ends it when the caller has been silent for so long.
        var silenceSeconds: Int?
        /// Default `#`.
        var finishKey: String?
        /// Whether he is asked then: 1 keeps it, 2 records it again, 3 plays it.
        var review: Bool?
        /// Whose it is: a queue's, or an agent's, as in `{owner}`; the tenant's own if neither is given.
        var queue: String?
        var agent: String?
        var next: String
        /// Where to if nothing was said; `next` if not given.
        var onFailed: String?
    }

    /// Asks one question about how the caller was served (满意度调查), and tells the answer to reporting.
    struct Survey: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        /// What is asked, in one word; the attribute of that name holds the score. Default `satisfaction`.
        var question: String?
        /// What each key counts.
        var scores: [String: Int]
        var invalidPrompts: [FlowPrompt]?
        var timeoutSeconds: Int?
        var retries: Int?
        var next: String
        /// Where to if he does not answer; `next` if not given.
        var onFailed: String?
    }

    /// The caller would rather be called back: his place in the queue that he has just left is kept, or one is given him now.
    struct Callback: Codable, Sendable, Equatable {
        var queue: String
        /// Holds the number to be called; `caller` if there is none.
        var attribute: String?
        /// Of the place that he has left if not given, else 100.
        var priority: Int?
        var skills: [String]?
        var next: String
        /// Where to if the queue does not take it; the call is hung up if there is none.
        var onFailed: String?
    }

    /// Asks another system over HTTP. `{name}` in the texts stands for an attribute, `{secret:name}` for what only the server
    /// knows.
    struct Request: Codable, Sendable, Equatable {
        static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

        /// Default GET.
        var method: String?
        var url: String
        var headers: [String: String]?
        /// JSON, if a header does not say otherwise; values are escaped for a JSON text.
        var body: String?
        /// Default 5.
        var timeoutSeconds: Int?
        /// JSON pointer by attribute: what of the answer is kept, as `{"balance": "/account/balance"}`.
        var values: [String: String]?
        /// Holds the status of the answer.
        var statusAttribute: String?
        /// Node by status, as `404` or `4xx`.
        var onStatus: [String: String]?
        var next: String
        /// Where to if there is no answer, or one that is neither 2xx nor in `onStatus`; the call is hung up if there is none.
        var onFailed: String?
    }

    /// Reads the customer's record by his number.
    struct Lookup: Codable, Sendable, Equatable {
        /// Holds the number; `caller` if there is none.
        var attribute: String?
        /// Field of the record by attribute: `id`, `name`, `isVIP` or one of the tenant's own, as `{"vip": "isVIP"}`.
        var values: [String: String]
        var next: String
        /// Where to if nobody has this number; `next` if not given.
        var onMissing: String?
        /// Where to if crm does not answer; `onMissing` if not given.
        var onFailed: String?
    }

    /// What a collected number must be like.
    struct Check: Codable, Sendable, Equatable {
        /// One of these lengths.
        var lengths: [Int]?
        /// Its last digit is right, as in a card number (ISO/IEC 7812).
        var luhn: Bool?
        /// As a number.
        var least: Int?
        var most: Int?
        /// A day that there is, as `yyyyMMdd`, `MMdd` or `ddMMyyyy`.
        var date: String?
    }
}
