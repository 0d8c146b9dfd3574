import Contracts
import SIP

/// Looks for a way to a number, try after try: each place of each trunk once, in the order of the choice, until somebody
/// rings, answers or refuses for good. Pure.
struct RouteHunt: Sendable {
    /// What is to be tried next.
    struct Step: Sendable, Equatable {
        let way: ConsideredRoute
        let place: TrunkPlace
    }

    /// More would take longer than a caller waits.
    static let mostTries = 8

    let choice: RouteChoice
    private(set) var record: RouteRecord
    private var ways: ArraySlice<ConsideredRoute>
    private var way: ConsideredRoute?
    private var places: ArraySlice<TrunkPlace> = []

    init(_ choice: RouteChoice) {
        self.choice = choice
        ways = choice.ways[...]
        record = RouteRecord(
            number: choice.number, carrier: choice.carrier, region: choice.region, cost: 0, tries: [],
            passedOver: choice.considered.filter(\.verdict.isOfTheTrunk).prefix(8).map {
                RoutePassedOver(route: $0.route?.rawValue, trunkID: $0.trunkID, reason: $0.verdict.rawValue)
            })
    }

    /// - Parameter places: where a trunk can be reached now, in the order to be tried; none if it cannot be taken any more.
    mutating func next(_ places: (TrunkID) -> [TrunkPlace]) -> Step? {
        guard record.tries.count < Self.mostTries else { return nil }
        while true {
            if let way, let place = self.places.popFirst() {
                record.tries.append(
                    RouteTry(
                        route: way.route?.rawValue, trunkID: way.trunkID, address: place.peer.address,
                        outcome: "under way"))
                record.cost = way.cost
                return Step(way: way, place: place)
            }
            guard let next = ways.popFirst() else { return nil }
            way = next
            self.places = places(next.trunkID)[...]
            if self.places.isEmpty, record.passedOver.count < 16 {
                record.passedOver.append(trunk: next)
            }
        }
    }

    /// The far end rings or has answered: it has been found.
    mutating func reached() { note("reached") }

    /// A try has failed before anybody rang.
    /// - Returns: whether to go on.
    mutating func failed(_ response: SIPResponse) -> Bool {
        let outcome = TryOutcome(response)
        note(outcome.words(response))
        switch outcome {
        case .refused: return false
        case .nextPlace: return true
        case .nextRoute:
            places = []
            return true
        }
    }

    private mutating func note(_ outcome: String) {
        guard let last = record.tries.indices.last else { return }
        record.tries[last].outcome = outcome
    }
}

/// What the failure of a try says.
enum TryOutcome: Equatable {
    /// Of the place: another of the trunk's may do.
    case nextPlace
    /// Of the carrier: the call can only go another way.
    case nextRoute
    /// Of the number or of whom it belongs to: every way would end the same.
    case refused

    init(_ response: SIPResponse) {
        switch response.status.code {
        case 408, 503: self = .nextPlace
        // It does not know us, does not let us, cannot be heard by us, or is broken.
        case 401...403, 405...407, 415, 420, 421, 488, 500...502, 504...599: self = .nextRoute
        default: self = .refused
        }
    }

    func words(_ response: SIPResponse) -> String {
        guard response.isLocal else { return "\(response.status.code)" }
        return response.status.code == 408 ? "no response" : "unreachable"
    }
}

extension [RoutePassedOver] {
    fileprivate mutating func append(trunk way: ConsideredRoute) {
        append(
            RoutePassedOver(
                route: way.route?.rawValue, trunkID: way.trunkID, reason: RouteVerdict.trunkDown.rawValue))
    }
}
