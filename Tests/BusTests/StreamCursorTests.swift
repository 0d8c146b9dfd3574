import Contracts
import TestSupport
import Testing

@testable import Bus

@Suite struct StreamCursorTests {
    var cursor = StreamCursor(last: 4)

    private mutating func fact(_ number: UInt64) throws -> [StreamCursor.Action] {
        cursor.handle(.fact(try thing(number)))
    }

    @Test mutating func `the next fact is delivered`() throws {
        #expect(try fact(5) == [.deliver(try thing(5))])
        #expect(cursor.last == 5)
    }

    @Test func `the short way of a fact that is next leads where the long one does`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = Seeded(seed)
            var (short, long) = (StreamCursor(last: 4), StreamCursor(last: 4))
            for _ in 0..<60 {
                let number = UInt64.random(in: 1...12, using: &random) + (short.last > 3 ? short.last - 3 : 0)
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    #expect(short.handle(.heartbeat(head: number)) == long.handle(.heartbeat(head: number)))
                case 1: #expect(short.handle(.replayFailed) == long.handle(.replayFailed))
                case 2:
                    let facts = try (long.last + 1...max(long.last + 1, number)).map { try thing($0) }
                    #expect(
                        short.handle(.replayed(facts, oldest: nil)) == long.handle(.replayed(facts, oldest: nil)))
                default:
                    let next = Int.random(in: 0..<3, using: &random) > 0 ? long.last + 1 : number
                    let fact = try thing(next)
                    let actions = short.isNext(next) ? [.deliver(fact)] : short.handle(.fact(fact))
                    #expect(actions == long.handle(.fact(fact)), "seed \(seed)")
                }
                #expect(short.last == long.last && short.head == long.head, "seed \(seed)")
            }
        }
    }

    @Test mutating func `a fact that was delivered already is dropped`() throws {
        #expect(try fact(4) == [.drop(4)])
        #expect(try fact(1) == [.drop(1)])
        #expect(cursor.last == 4)
    }

    @Test mutating func `a hole is asked for, and what came early follows it`() throws {
        #expect(try fact(7) == [.replay(from: 5, through: 6)])
        #expect(try fact(8) == [])
        #expect(
            cursor.handle(.replayed([try thing(5), try thing(6)], oldest: nil))
                == (try [5, 6, 7, 8].map { .deliver(try thing($0)) }))
        #expect(cursor.isComplete)
    }

    @Test mutating func `a second hole is asked for when the first is filled`() throws {
        #expect(try fact(6) == [.replay(from: 5, through: 5)])
        #expect(try fact(9) == [])
        #expect(
            cursor.handle(.replayed([try thing(5)], oldest: nil)) == [
                .deliver(try thing(5)), .deliver(try thing(6)), .replay(from: 7, through: 8),
            ])
    }

    @Test mutating func `a heartbeat reveals that the last facts were lost`() throws {
        #expect(cursor.handle(.heartbeat(head: 4)) == [])
        #expect(cursor.handle(.heartbeat(head: 6)) == [.replay(from: 5, through: 6)])
        #expect(cursor.handle(.heartbeat(head: 7)) == [], "one question at a time")
    }

    @Test mutating func `half an answer is followed by the question for the other half`() throws {
        _ = cursor.handle(.heartbeat(head: 7))
        #expect(
            cursor.handle(.replayed([try thing(5)], oldest: nil)) == [
                .deliver(try thing(5)), .replay(from: 6, through: 7),
            ])
    }

    @Test mutating func `what is kept no longer is told as lost, once, and following goes on`() throws {
        _ = cursor.handle(.heartbeat(head: 9))
        #expect(
            cursor.handle(.replayed([try thing(8)], oldest: 8)) == [
                .lost(from: 5, through: 7), .deliver(try thing(8)), .replay(from: 9, through: 9),
            ])
    }

    @Test mutating func `a question without an answer is asked again at the next heartbeat`() throws {
        _ = try fact(7)
        #expect(cursor.handle(.replayFailed) == [])
        #expect(cursor.handle(.heartbeat(head: 7)) == [.replay(from: 5, through: 6)])
    }

    @Test mutating func `early facts are held up to a bound, and the rest is asked for later`() throws {
        _ = try fact(6)
        for number in 7...UInt64(StreamCursor.capacity + 5) { _ = try fact(number) }
        let beyond = UInt64(StreamCursor.capacity + 6)
        #expect(try fact(beyond) == [.drop(beyond)])
        let actions = cursor.handle(.replayed([try thing(5)], oldest: nil))
        #expect(actions.last == .replay(from: beyond, through: beyond))
    }

    @Test mutating func `numbers that no stream reaches do no harm`() throws {
        #expect(try fact(.max) == [.drop(.max)])
        #expect(
            cursor.handle(.heartbeat(head: .max)) == [.replay(from: 5, through: 4 + UInt64(StreamCursor.capacity))])
        #expect(cursor.handle(.replayed([], oldest: .max)) == [])
        #expect(cursor.last == 4)
        #expect(StreamCursor(last: .max).last == StreamCursor.maximumNumber)
    }

    @Test func `any order of arrival with any loss ends exact`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = Seeded(seed)
            var cursor = StreamCursor()
            var delivered: [UInt64] = []
            var queue = (1...60 as ClosedRange<UInt64>).filter { _ in random.next() % 5 != 0 }
            if random.next() % 2 == 0 { queue.shuffle(using: &random) }
            var inputs: [StreamCursor.Input] = try queue.map { .fact(try thing($0)) } + [.heartbeat(head: 60)]
            while !inputs.isEmpty {
                for action in cursor.handle(inputs.removeFirst()) {
                    switch action {
                    case .deliver(let envelope): delivered.append(envelope.number)
                    case .replay(let from, let through):
                        let answer = try (from...min(through, from + random.next() % 4)).map { try thing($0) }
                        inputs.insert(.replayed(answer, oldest: nil), at: Int(random.next() % UInt64(inputs.count + 1)))
                    case .drop, .lost: break
                    }
                }
            }
            #expect(delivered == Array(1...60), "seed \(seed)")
        }
    }
}
