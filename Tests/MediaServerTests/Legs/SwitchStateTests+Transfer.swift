import Contracts
import TestSupport
import Testing

@testable import MediaServer

/// Telephones that transfer by their own key, and keys that pass from leg to leg.
extension SwitchStateTests {
    /// An answered leg of a telephone.
    private mutating func phone(_ id: LegID, _ phone: PhoneID = "201", tenant: TenantID = "demo") {
        let leg = Leg(
            id: id, tenant: tenant, isOutbound: false, from: "1", to: "2", trunkID: nil, phoneID: phone,
            arrivedAt: Timestamp(microseconds: 0), state: .arrived)
        _ = told(.arrived(leg))
        _ = told(.answered(id))
    }

    private func asked(_ leg: LegID, _ number: String? = "1234", _ consultation: LegID? = nil) -> SwitchState.Input {
        .transferAsked(leg, number: number, consultation: consultation)
    }

    @Test mutating func `a telephone that asks for a transfer is told when its leg is let go`() {
        phone("p")
        #expect(told(asked("p")) == ["accept transfer p", "leg.transfer_asked p"])
        #expect(told(asked("p")) == ["refuse transfer p 500"])
        #expect(
            told(command("p", .hangUp(.local))) == ["conclude transfer p 200", "hang up p local", "done"])
    }

    @Test mutating func `a transfer that is not to be leaves the call as it is`() {
        phone("p")
        _ = told(asked("p"))
        #expect(told(command("p", .refuseTransfer(.rejected))) == ["conclude transfer p 603", "done"])
        #expect(told(command("p", .refuseTransfer(.rejected))) == ["done"])
        #expect(told(.transferExpired("p")) == [])
        #expect(told(asked("p")) == ["accept transfer p", "leg.transfer_asked p"])
        #expect(told(.transferExpired("p")) == ["conclude transfer p 503"])
    }

    @Test mutating func `only a telephone that talks may ask, and for a number only`() {
        answer("carrier")
        #expect(told(asked("carrier")) == ["refuse transfer carrier 403"])
        phone("p")
        #expect(told(asked("p", nil)) == ["refuse transfer p 404"])
        #expect(told(asked("nobody")) == ["refuse transfer nobody 500"])
    }

    @Test mutating func `an attended transfer joins two legs of one telephone, and no others`() {
        phone("p")
        phone("q")
        phone("x", "202")
        phone("y", tenant: "other")
        for other: LegID in ["x", "y", "p", "none"] {
            #expect(told(asked("p", "1234", other)) == ["refuse transfer p 403"])
        }
        #expect(told(asked("p", "1234", "q")) == ["accept transfer p", "leg.transfer_asked p"])
    }

    @Test mutating func `a key reaches whoever talks with the leg that pressed it`() {
        answer("a", "b")
        #expect(told(.key("a", "5")) == ["leg.digit a"])
        _ = told(command("a", .bridge(with: "b")))
        #expect(told(.key("a", "5")) == ["leg.digit a", "send 5 b"])
        #expect(told(.digit("b", "6")) == ["leg.digit b", "relay 6 a"])
    }
}
