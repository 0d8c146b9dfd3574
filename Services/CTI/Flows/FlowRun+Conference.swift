import Contracts

extension FlowNode {
    /// Joins a conference (加入会议) by its number and PIN, and goes on when the caller has left it (离开会议) or it is over.
    struct Conference: Codable, Sendable, Equatable {
        /// 1 to 12 digits, or one attribute that holds them, as `{number}`.
        var number: String
        /// As the caller has typed it, as `{pin}`; as if he had typed none if not given.
        var pin: String?
        /// What the others hear him called when he comes and goes, as `{name}`.
        var name: String?
        /// Holds what became of it: see ``ConferenceOutcome``. Default `conference`.
        var attribute: String?
        /// Heard while nobody else is there. Default hold music.
        var music: [FlowPrompt]?
        /// By which he leaves. Default `*`.
        var leaveKey: String?
        var next: String
        /// Where to if he may not join; the call is hung up if there is none.
        var onFailed: String?
    }
}

/// How a caller came out of a conference, or did not come into it.
enum ConferenceOutcome: String, Codable, Sendable, CaseIterable {
    /// By the key.
    case left
    /// Its last moderator left.
    case over
    /// A supervisor sent him out.
    case dismissed
    // He was not let in: see ``Conference/Refusal``.
    case unknown, wrongPIN, full, elsewhere

    init(_ refusal: Conference.Refusal) {
        self =
            switch refusal {
            case .unknown: .unknown
            case .wrongPIN: .wrongPIN
            case .full: .full
            case .elsewhere: .elsewhere
            }
    }

    var isRefusal: Bool {
        switch self {
        case .left, .over, .dismissed: false
        case .unknown, .wrongPIN, .full, .elsewhere: true
        }
    }
}

/// Joining a conference at a node.
extension FlowRun {
    /// Who has tried so many numbers and PINs in one call is hung up: PINs are short.
    static let mostWrongPINs = 5

    mutating func join(_ conference: FlowNode.Conference) -> [Step] {
        waits = .conference
        typedAhead = ""
        let name = expand(conference.name ?? "").trimmed
        return [
            .joinConference(
                ConferenceWish(
                    number: expand(conference.number), pin: expand(conference.pin ?? ""),
                    name: name.isEmpty ? nil : String(name.prefix(64))))
        ]
    }

    mutating func conferenceEnded(_ outcome: ConferenceOutcome, in scene: FlowScene) -> [Step] {
        guard waits == .conference, case .conference(let conference) = present(in: scene) else { return [] }
        remember(conference.attribute ?? "conference", outcome.rawValue)
        guard outcome.isRefusal else {
            return (outcome == .over ? [] : [.leaveConference]) + go("next", to: conference.next, in: scene)
        }
        if outcome == .unknown || outcome == .wrongPIN {
            wrongPINs = (wrongPINs ?? 0) + 1
            if wrongPINs ?? 0 >= Self.mostWrongPINs { return hangUp(in: scene) }
        }
        return go("onFailed", to: conference.onFailed, in: scene)
    }
}

extension FlowValidation {
    static func contents(of conference: FlowNode.Conference) -> [String] {
        (isConference(conference.number) ? [] : ["“number” is neither 1 to 12 digits nor one {attribute}."])
            + ((conference.pin?.count ?? 0) <= 66 ? [] : ["“pin” has at most 66 characters."])
            + ((conference.name?.count ?? 1) <= 200 && conference.name != "" ? [] : ["“name” has 1 to 200 characters."])
            + (conference.attribute.map { name($0, "attribute") } ?? []) + prompts(conference.music, "music")
            + (conference.leaveKey.map(isKey) ?? true ? [] : ["“leaveKey” is not a key; keys are 0-9, * and #."])
    }

    private static func isConference(_ text: String) -> Bool {
        if text.hasPrefix("{"), text.hasSuffix("}") { return (3...66).contains(text.count) }
        return ConferenceSettings.isConferenceNumber(text)
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
