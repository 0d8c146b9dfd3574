import Contracts
import TestSupport
import Testing

@testable import MediaServer

@Suite struct NumberPlanTests {
    let plan = NumberPlan()

    @Test(arguments: [
        ("13800138000", "+8613800138000"), ("013800138000", "+8613800138000"), ("008613800138000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"), ("01055551234", "+861055551234"), ("0014155550123", "+14155550123"),
        ("95588", "95588"), ("110", "110"), ("*31#", "*31#"),
    ])
    func `a number is the same however it is dialled, and service numbers stay as they are`(
        dialled: String, normal: String
    ) {
        #expect(plan.normal(dialled) == normal)
    }

    @Test(arguments: ["", "+", "a", "1+2", "+1*2", "+1234567890123456", "00", "12345678901234567890"])
    func `what is no number has no normal form`(text: String) {
        #expect(plan.normal(text) == nil)
    }

    @Test func `an access number is found in whichever way it is dialled`() {
        var book = SwitchBook()
        book.tenantOfNumber = ["4008001234": "a", "+861055551234": "b", "02088": "c"]
        for number in ["4008001234", "+864008001234", "04008001234", "00864008001234"] {
            #expect(book.tenant(of: number, plan) == "a", "\(number)")
        }
        #expect(book.tenant(of: "01055551234", plan) == "b")
        #expect(book.tenant(of: "02088", plan) == "c")
        #expect(book.tenant(of: "4008001235", plan) == nil)
    }
}

@Suite struct NumberPatternTests {
    @Test(arguments: [
        ("110", "110", true), ("110", "1100", false), ("00!", "00", true), ("00!", "0049", true), ("00.", "00", false),
        ("NXX", "211", true), ("NXX", "111", false), ("Z.", "0", false), ("1[3-9]XXXXXXXXX", "13800138000", true),
        ("1[3-9]XXXXXXXXX", "12800138000", false), ("+86!", "+8613", true), ("*31#.", "*31#138", true),
        ("[157]", "5", true),
    ])
    func `a pattern says what a number looks like`(pattern: String, number: String, isMatch: Bool) throws {
        #expect(try #require(NumberPattern(pattern)).matches(number) == isMatch)
    }

    @Test(arguments: ["", "a", "1[", "1[]", "[9-1]", "[a]", "1.2", "!1", String(repeating: "1", count: 65)])
    func `what is no pattern is refused`(text: String) {
        #expect(NumberPattern(text) == nil)
    }

    @Test func `the first rule that fits changes a number, after it was brought into the carrier's form`() throws {
        let settings = RewriteSettings(
            format: .digits,
            rules: [
                RewriteRule(pattern: "861[3-9]!", strip: 2, prepend: nil),
                RewriteRule(pattern: "86!", strip: 2, prepend: "0"),
                RewriteRule(pattern: "X!", strip: nil, prepend: "00"),
            ])
        let rewriting = try NumberRewriting(settings)
        let plan = NumberPlan()
        #expect(rewriting.applied(to: "+8613800138000", plan) == "13800138000")
        #expect(rewriting.applied(to: "01055551234", plan) == "01055551234")
        #expect(rewriting.applied(to: "+14155550123", plan) == "0014155550123")
        #expect(rewriting.applied(to: "*31#", plan) == "*31#")
        #expect(NumberRewriting().applied(to: "+1", plan) == "+1")
    }

    @Test func `a rule that would leave nothing leaves the number`() throws {
        let rewriting = try NumberRewriting(
            RewriteSettings(format: nil, rules: [RewriteRule(pattern: "X!", strip: 32, prepend: nil)]))
        #expect(rewriting.applied(to: "138", NumberPlan()) == "138")
    }

    @Test(arguments: ["x y", "1a"])
    func `rules that cannot be understood are refused`(pattern: String) {
        #expect(throws: Failure.self) {
            try NumberRewriting(
                RewriteSettings(format: nil, rules: [RewriteRule(pattern: pattern, strip: nil, prepend: nil)]))
        }
    }
}
