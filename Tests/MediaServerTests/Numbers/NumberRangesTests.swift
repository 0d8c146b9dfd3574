import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

@Suite struct NumberRangesTests {
    func owner(_ carrier: String) -> NumberRanges.Owner { NumberRanges.Owner(carrier: carrier, region: "") }

    @Test func `the longest prefix says whose a number is`() {
        let ranges = NumberRanges([
            ("86", owner("fixed")), ("8613", owner("mobile")), ("861380", owner("other")), ("861389", owner("last")),
            ("1", owner("america")),
        ])
        #expect(ranges.owner(of: "+8613900139000")?.carrier == "mobile")
        #expect(ranges.owner(of: "+8613800138000")?.carrier == "other")
        #expect(ranges.owner(of: "8613855555555")?.carrier == "mobile")
        #expect(ranges.owner(of: "+861055551234")?.carrier == "fixed")
        #expect(ranges.owner(of: "+14155550123")?.carrier == "america")
        #expect(ranges.owner(of: "+4930123")?.carrier == nil)
        #expect(ranges.owner(of: "95588")?.carrier == nil)
        #expect(ranges.owner(of: "")?.carrier == nil)
        #expect(NumberRanges().owner(of: "+1") == nil)
    }

    @Test func `it finds what a plain search finds`() {
        var random = SplitMix(seed: 7)
        let digits = { (count: Int) in
            String((0..<count).map { _ in Character("\(Int.random(in: 0...2, using: &random))") })
        }
        let rows = (0..<400).map { _ in digits(Int.random(in: 1...6, using: &random)) }
        let ranges = NumberRanges(rows.map { ($0, owner($0)) })
        for _ in 0..<2_000 {
            let number = digits(8)
            let plain = rows.filter { number.hasPrefix($0) }.max { $0.count < $1.count }
            #expect(ranges.owner(of: number)?.carrier == plain)
        }
    }

    @Test func `half a million prefixes are looked up at once`() {
        let ranges = NumberRanges((0..<500_000).map { ("861\(3_000_000 + $0)", owner("c\($0 % 3)")) })
        #expect(ranges.count == 500_000)
        #expect(ranges.owner(of: "+86134999991234")?.carrier == "c\(499_999 % 3)")
        #expect(ranges.owner(of: "+86135000001234") == nil)
    }

    @Test func `lines that cannot be used are told by their number, and the others are taken`() {
        let csv = """
            \u{feff}prefix,carrier,region\r
            1380013,移动,北京\r

            "+1415","A, ""B"" & C"
            abc,移动,北京
            1390013,,北京
            138,移动,北京,x
            138,"移动
            """
        let read = NumberRangeImport(csv: Array(csv.utf8), NumberPlan())
        #expect(
            read.rows == [
                .init(prefix: "861380013", owner: .init(carrier: "移动", region: "北京")),
                .init(prefix: "1415", owner: .init(carrier: "A, \"B\" & C", region: "")),
            ])
        #expect(read.refusals.map(\.line) == [5, 6, 7, 8])
        #expect(read.refused == 4)
    }

    @Test func `ranges are stored, replaced and noticed by the switch`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let (store, keeper) = (
                NumberRangeStore(database: database), SwitchBookKeeper(database: database, log: .silent)
            )
            try await keeper.refresh()
            let rows = NumberRangeImport(csv: Array("1380013,移动,北京\n1380013,联通,上海\n139,移动,\n".utf8), NumberPlan()).rows
            try await store.put(rows, replacesAll: false)
            try await keeper.refresh()
            #expect(
                keeper.current.ranges.owner(of: "+8613800138000") == NumberRanges.Owner(carrier: "联通", region: "上海"))
            try await store.put(Array(rows.suffix(1)), replacesAll: true)
            try await keeper.refresh()
            #expect(keeper.current.ranges.count == 1)
            let none = try await store.list(.init(), beginning: "8614").items
            #expect(none.isEmpty)
            try await store.remove("86139")
            await #expect(throws: Failure.self) { try await store.remove("86139") }
        }
    }
}

/// Random numbers that are the same each time.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
