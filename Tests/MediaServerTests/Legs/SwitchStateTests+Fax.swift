import Contracts
import TestSupport
import Testing

@testable import MediaServer

extension SwitchStateTests {
    private var options: FaxOptions { FaxOptions() }

    private func ended(_ leg: LegID, _ fax: FaxID) -> SwitchState.Input {
        .faxEnded(
            LegFaxEnded(legID: leg, faxID: fax, direction: .received, outcome: .complete, reason: "OK"), "demo")
    }

    @Test mutating func `only an answered leg that is alone takes a fax`() {
        _ = told(.arrived(leg("a")))
        #expect(told(command("a", .receiveFax("f", of: nil, options))) == ["refused conflict"])
        answer("b", "c")
        _ = told(command("b", .bridge(with: "c")))
        #expect(told(command("b", .receiveFax("f", of: nil, options))) == ["refused conflict"])
    }

    @Test mutating func `while a fax runs the leg has no voice for anything else`() {
        answer("a", "b")
        #expect(told(command("a", .receiveFax("f", of: nil, options))) == ["receive fax f on a", "done"])
        #expect(told(command("a", .receiveFax("f", of: nil, options))) == ["done"])
        #expect(told(command("a", .sendFax("g", options))) == ["refused conflict"])
        #expect(told(command("a", .bridge(with: "b"))) == ["refused conflict"])
        #expect(told(command("b", .bridge(with: "a"))) == ["refused conflict"])
        #expect(told(command("a", .sendDigits("1"))) == ["refused conflict"])
        #expect(told(ended("a", "f")) == ["leg.fax_ended a"])
        #expect(told(command("a", .bridge(with: "b"))) == ["bridge a b", "done"])
    }

    @Test mutating func `a fax that outlives its leg is told of all the same`() {
        #expect(told(ended("gone", "f")) == ["leg.fax_ended gone"])
    }

    @Test mutating func `what a fax cannot be is refused`() {
        answer("a")
        #expect(told(command("a", .receiveFax("../f", of: nil, options))) == ["refused invalid"])
        #expect(told(command("a", .receiveFax("f", of: nil, FaxOptions(mostPages: 0)))) == ["refused invalid"])
        #expect(told(command("a", .sendFax("f", FaxOptions(station: "号")))) == ["refused invalid"])
    }
}
