/// A node's `type` says which fields it has.
extension FlowNode: Codable {
    private enum CodingKeys: String, CodingKey { case type }

    enum Kind: String, Codable, CaseIterable {
        case play, say, menu, collect, set, condition, calendar, list, subFlow, record, voicemail, survey, callback
        case request, lookup, calledBefore, fax, conference, script, recognize, queue, transfer, `return`, hangUp
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let word = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: word) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "a node is one of \(known), not “\(word)”.")
        }
        self =
            switch kind {
            case .play: .play(try Play(from: decoder))
            case .say: .say(try Say(from: decoder))
            case .menu: .menu(try Menu(from: decoder))
            case .collect: .collect(try Collect(from: decoder))
            case .set: .set(try SetValues(from: decoder))
            case .condition: .condition(try Condition(from: decoder))
            case .queue: .queue(try Queue(from: decoder))
            case .transfer: .transfer(try Transfer(from: decoder))
            case .calendar: .calendar(try OpeningHours(from: decoder))
            case .list: .list(try List(from: decoder))
            case .subFlow: .subFlow(try SubFlow(from: decoder))
            case .record: .record(try Record(from: decoder))
            case .voicemail: .voicemail(try Record(from: decoder))
            case .survey: .survey(try Survey(from: decoder))
            case .callback: .callback(try Callback(from: decoder))
            case .request: .request(try Request(from: decoder))
            case .lookup: .lookup(try Lookup(from: decoder))
            case .calledBefore: .calledBefore(try CalledBefore(from: decoder))
            case .fax: .fax(try Fax(from: decoder))
            case .conference: .conference(try Conference(from: decoder))
            case .script: .script(try Script(from: decoder))
            case .recognize: .recognize(try Recognize(from: decoder))
            case .return: .return
            case .hangUp: .hangUp
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .type)
        switch self {
        case .play(let node): try node.encode(to: encoder)
        case .say(let node): try node.encode(to: encoder)
        case .menu(let node): try node.encode(to: encoder)
        case .collect(let node): try node.encode(to: encoder)
        case .set(let node): try node.encode(to: encoder)
        case .condition(let node): try node.encode(to: encoder)
        case .queue(let node): try node.encode(to: encoder)
        case .transfer(let node): try node.encode(to: encoder)
        case .calendar(let node): try node.encode(to: encoder)
        case .list(let node): try node.encode(to: encoder)
        case .subFlow(let node): try node.encode(to: encoder)
        case .record(let node), .voicemail(let node): try node.encode(to: encoder)
        case .survey(let node): try node.encode(to: encoder)
        case .callback(let node): try node.encode(to: encoder)
        case .request(let node): try node.encode(to: encoder)
        case .lookup(let node): try node.encode(to: encoder)
        case .calledBefore(let node): try node.encode(to: encoder)
        case .fax(let node): try node.encode(to: encoder)
        case .conference(let node): try node.encode(to: encoder)
        case .script(let node): try node.encode(to: encoder)
        case .recognize(let node): try node.encode(to: encoder)
        case .return, .hangUp: break
        }
    }

    var kind: Kind {
        switch self {
        case .play: .play
        case .say: .say
        case .menu: .menu
        case .collect: .collect
        case .set: .set
        case .condition: .condition
        case .queue: .queue
        case .transfer: .transfer
        case .calendar: .calendar
        case .list: .list
        case .subFlow: .subFlow
        case .record: .record
        case .voicemail: .voicemail
        case .survey: .survey
        case .callback: .callback
        case .request: .request
        case .lookup: .lookup
        case .calledBefore: .calledBefore
        case .fax: .fax
        case .conference: .conference
        case .script: .script
        case .recognize: .recognize
        case .return: .return
        case .hangUp: .hangUp
        }
    }
}
