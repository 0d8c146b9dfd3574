import Contracts

/// What is asked: how does this tenant reach this number now?
struct RouteQuestion: Sendable, Equatable {
    /// Normal: E.164, or a service number.
    let number: String
    let tenant: TenantID
    let time: WallTime
}

/// How it stands with a trunk at this moment.
enum TrunkStanding: Sendable, Equatable { case free, full, tooFast, down }

/// Why a route is taken or not.
enum RouteVerdict: String, Codable, Sendable, CaseIterable {
    case usable
    case disabled
    /// It does not serve what the number begins with, whose it is, or where.
    case otherPrefix, otherCarrier, otherRegion
    case otherTenant
    case outsideItsHours
    /// There is no such trunk, or it takes no calls out.
    case noTrunk
    case trunkFull, trunkTooFast, trunkDown

    /// It would serve the number, if it could be taken.
    var isOfTheTrunk: Bool {
        switch self {
        case .noTrunk, .trunkFull, .trunkTooFast, .trunkDown: true
        default: false
        }
    }
}

/// A route with what speaks for it or against it.
struct ConsideredRoute: Codable, Sendable, Equatable {
    /// Nil while there are no routes, and every trunk is one.
    let route: RouteID?
    let trunkID: TrunkID
    let cost: Int
    let verdict: RouteVerdict
}

/// Which ways there are to a number, cheapest first, and why others are none: the whole decision, which explains itself. Pure.
///
/// While there is no route at all, every trunk is one, at no cost and in the order of their ids.
struct RouteChoice: Codable, Sendable, Equatable {
    /// E.164 where it can be.
    let number: String
    /// Whose number it is and where, if the number ranges know.
    let carrier: String?
    let region: String?
    /// What can be taken, in the order in which it is tried, then what cannot.
    let considered: [ConsideredRoute]

    /// More than these are not worth telling.
    static let mostTold = 200

    var ways: [ConsideredRoute] { considered.filter { $0.verdict == .usable } }

    init(_ question: RouteQuestion, _ book: SwitchBook, standing: (Trunk) -> TrunkStanding) {
        number = question.number
        let owner = book.ranges.owner(of: question.number)
        carrier = owner?.carrier
        region = (owner?.region).flatMap { $0.isEmpty ? nil : $0 }
        let trunks = Dictionary(book.trunks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var usable: [ConsideredRoute] = []
        var others: [ConsideredRoute] = []
        for route in book.outboundRoutes {
            let own = Self.verdict(on: route, question, owner)
            let verdict = own == .usable ? Self.verdict(on: trunks[route.trunkID], standing) : own
            let considered = ConsideredRoute(
                route: book.hasRoutes ? route.id : nil, trunkID: route.trunkID, cost: route.cost, verdict: verdict)
            if verdict == .usable { usable.append(considered) } else { others.append(considered) }
        }
        // What would have served is told before what never could.
        let ordered = others.filter(\.verdict.isOfTheTrunk) + others.filter { !$0.verdict.isOfTheTrunk }
        considered = Array((usable + ordered).prefix(Self.mostTold))
    }

    private static func verdict(
        on route: Route, _ question: RouteQuestion, _ owner: NumberRanges.Owner?
    ) -> RouteVerdict {
        if !route.isEnabled { return .disabled }
        if !route.tenants.isEmpty, !route.tenants.contains(question.tenant) { return .otherTenant }
        if !route.prefixes.isEmpty, NumberPrefix.longest(of: route.prefixes, in: question.number) == nil {
            return .otherPrefix
        }
        if !route.carriers.isEmpty, !route.carriers.contains(owner?.carrier ?? "") { return .otherCarrier }
        if !route.regions.isEmpty, !route.regions.contains(owner?.region ?? "") { return .otherRegion }
        if !route.windows.isEmpty, !route.windows.contains(where: { $0.holds(question.time) }) {
            return .outsideItsHours
        }
        return .usable
    }

    private static func verdict(on trunk: Trunk?, _ standing: (Trunk) -> TrunkStanding) -> RouteVerdict {
        guard let trunk, trunk.isOutbound else { return .noTrunk }
        return switch standing(trunk) {
        case .free: .usable
        case .full: .trunkFull
        case .tooFast: .trunkTooFast
        case .down: .trunkDown
        }
    }

    /// Why there is no way, for who asked.
    var failure: Failure {
        let verdicts = considered.map(\.verdict)
        if verdicts.contains(where: { $0 == .trunkFull || $0 == .trunkTooFast }) {
            return Failure(.unavailable, "Every trunk that serves the number is full.", code: "trunk_full")
        }
        if verdicts.contains(.trunkDown) {
            return Failure(.unavailable, "No trunk that serves the number answers.", code: "trunk_down")
        }
        return Failure(.notFound, "There is no trunk to call that number through.", code: "no_trunk")
    }
}
