import Testing

@testable import CTI

@Suite struct FlowExpressionTests {
    let attributes = ["vip": "yes", "amount": "9", "card": " 6222Ab ", "code": "010", "empty": "", "a-b": "dash"]

    private func isTrue(_ text: String) -> Bool { FlowExpression.holds(text) { attributes[$0] } }

    @Test(arguments: [
        "vip == 'yes'", "vip = \"yes\"", "vip != 'no'", "amount < 10", "amount < '10'", "amount >= 9", "amount == 9.0",
        "code != '10'", "code == 10", "vip == 'yes' and amount > 8", "vip == 'no' or amount > 8",
        "not vip == 'no'", "not (vip == 'yes' and amount == 1)", "not not vip", "vip == 'no' and nobody or amount == 9",
        "nobody == nothing", "not exists(nobody)", "exists(empty)", "not empty", "length(code) == 3",
        "upper(vip) == 'YES'", "lower(trim(card)) == '6222ab'", "begins(code, '01')", "ends(code, '10')",
        "contains(card, '22')", "substring(trim(card), 2, 3) == '222'", "concat(code, '-', amount) == '010-9'",
        "number(amount) < 10", "{a-b} == 'dash'", "true", "not false", "'a' < 'b'",
        "substring(vip, 99999999999999999999, 5) == ''",
    ])
    func `holds`(_ text: String) { #expect(isTrue(text)) }

    @Test(arguments: [
        "nobody == ''", "nobody < 5", "nobody > 5", "vip < nobody", "begins(nobody, '')", "number(vip)", "empty",
        "amount > 10", "vip == yes", "false or false", "length(nobody) == 0",
    ])
    func `does not hold`(_ text: String) { #expect(!isTrue(text)) }

    @Test(arguments: [
        ("", "It must have 1 to 500 characters."), ("vip ==", "It ends where a value is expected."),
        ("(vip", "It ends where “)” is expected."), ("vip vip", "“vip” stands where the end is expected."),
        ("and", "“and” stands where a value is expected."), ("'open", "“'” is missing."), ("{open", "“}” is missing."),
        ("a & b", "“&” is not understood."), ("1.2.3 == 1", "“1.2.3” is not a number."),
        ("length(a, b)", "“length” takes another number of arguments than 2."),
        (
            "run(a)",
            "“run” is not a function; functions are exists, length, upper, lower, trim, begins, ends, contains, substring, concat, number."
        ),
    ])
    func `what is wrong is said`(_ text: String, _ sentence: String) {
        #expect(FlowExpression.problem(with: text) == sentence)
        #expect(!isTrue(text))
    }

    @Test func `nesting and length have an end`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "true" + String(repeating: ")", count: depth)
        }
        #expect(isTrue(nested(19)))
        #expect(FlowExpression.problem(with: nested(20)) == "It is nested more than 20 deep.")
        #expect(FlowExpression.problem(with: String(repeating: "x", count: 501)) != nil)
        #expect(isTrue(String(repeating: "not ", count: 124) + "true"))
    }

    @Test func `whatever is written, reading it ends`() {
        let pieces = ["vip", "==", "(", ")", "not", "and", "or", "'", "1.2.3", ",", "length(", "{", "}", "<", "钟", " "]
        var seed: UInt64 = 7
        for _ in 0..<5_000 {
            var text = ""
            for _ in 0..<12 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            #expect(!isTrue(text) || FlowExpression.problem(with: text) == nil)
        }
    }
}
