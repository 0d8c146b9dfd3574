import Contracts
import SIP

/// Where calls for a domain go: what is asked.
struct NameQuestion: Sendable, Hashable {
    /// In lower case.
    let name: String
    let transport: SIPTransportKind
    /// With one, the name is a host's and no SRV records are looked for (RFC 3263 §4.2).
    let port: Int?

    /// The name of the SRV records.
    var service: String {
        switch transport {
        case .udp: "_sip._udp.\(name)"
        case .tcp: "_sip._tcp.\(name)"
        case .tls: "_sips._tcp.\(name)"
        // RFC 7118 §5.5.
        case .webSocket: "_sip._ws.\(name)"
        case .secureWebSocket: "_sips._ws.\(name)"
        }
    }
}

/// A place that a name leads to.
struct NamedPlace: Sendable, Hashable {
    let address: String
    let port: Int
    /// 0 to 65535, the lowest first.
    let priority: Int
    /// Nil if the records say nothing of it.
    let weight: Int?
}

/// What names lead to, as far as is known now: calls never wait for an answer.
struct NameBook: Sendable {
    struct Answer: Sendable, Equatable {
        let places: [NamedPlace]
        /// When it is asked again. Until there is a new answer the old one holds.
        let staleAt: Timestamp
    }

    private(set) var answers: [NameQuestion: Answer] = [:]

    func places(of question: NameQuestion) -> [NamedPlace] { answers[question]?.places ?? [] }

    /// What is to be asked now.
    func due(_ questions: Set<NameQuestion>, at now: Timestamp) -> [NameQuestion] {
        questions.filter { answers[$0].map { $0.staleAt <= now } ?? true }
    }

    /// - Parameter answer: nil if none came: what was known holds on, and is asked for again soon.
    mutating func note(_ question: NameQuestion, _ answer: (places: [NamedPlace], seconds: Int)?, at now: Timestamp) {
        let known = answers[question]?.places ?? []
        // A name that suddenly leads nowhere is more often a mistake than the carrier's wish.
        let places = answer.map { $0.places.isEmpty ? known : $0.places } ?? known
        let seconds = answer.map { $0.places.isEmpty ? Self.retrySeconds : min(max($0.seconds, 10), 3_600) }
        answers[question] = Answer(places: places, staleAt: now.adding(.seconds(seconds ?? Self.retrySeconds)))
    }

    mutating func keep(_ questions: Set<NameQuestion>) { answers = answers.filter { questions.contains($0.key) } }

    private static let retrySeconds = 10
}
