import Synchronization
import Testing

@testable import MediaServer

/// What waits for the switch's loop, and what is done beside it.
@Suite(.timeLimit(.minutes(1))) struct SwitchInboxTests {
    private final class Bell: Sendable {
        private let count = Atomic<Int>(0)
        var rings: Int { count.load(ordering: .relaxed) }
        func ring() { count.add(1, ordering: .relaxed) }
    }

    @Test func `the loop is called once for all that comes until it looks`() {
        let (inbox, bell) = (SwitchInbox(), Bell())
        inbox.ring { bell.ring() }
        #expect(bell.rings == 0)
        for _ in 0..<3 { inbox.post(.sweep) }
        #expect(bell.rings == 1)
        #expect(inbox.takeAll().count == 3)
        #expect(inbox.takeAll().isEmpty)
        inbox.post(.sweep)
        #expect(bell.rings == 2)
    }

    @Test func `what comes while the loop is at work calls it again`() {
        let (inbox, bell) = (SwitchInbox(), Bell())
        inbox.ring { bell.ring() }
        inbox.post(.sweep)
        for _ in inbox.takeAll() { inbox.post(.claimsExpired) }
        #expect(bell.rings == 2)
        #expect(inbox.takeAll().count == 1)
    }

    @Test func `what came before there was a loop is not forgotten`() {
        let (inbox, bell) = (SwitchInbox(), Bell())
        inbox.post(.sweep)
        inbox.ring { bell.ring() }
        #expect(bell.rings == 1)
        #expect(inbox.takeAll().count == 1)
    }

    @Test func `what has been taken counts as waiting until the loop is done with it`() {
        let inbox = SwitchInbox(limit: 2)
        #expect(inbox.offer(.sweep) && inbox.offer(.sweep))
        #expect(inbox.takeAll().count == 2)
        #expect(!inbox.offer(.sweep))
        inbox.done()
        #expect(inbox.offer(.sweep))
    }

    @Test func `a closed inbox takes nothing, and gives back what waits`() {
        let (inbox, bell) = (SwitchInbox(), Bell())
        inbox.ring { bell.ring() }
        inbox.post(.sweep)
        #expect(inbox.close().count == 1)
        #expect(!inbox.post(.sweep) && !inbox.offer(.sweep))
        #expect(inbox.close().isEmpty && bell.rings == 1)
    }

    @Test func `jobs are cancelled and waited for at the end, and none begins after it`() async {
        let (jobs, ended, late) = (SwitchJobs(), Bell(), Bell())
        for _ in 0..<3 {
            jobs.begin {
                try? await Task.sleep(for: .seconds(3_600))
                ended.ring()
            }
        }
        await jobs.end()
        #expect(ended.rings == 3)
        jobs.begin { late.ring() }
        await jobs.end()
        #expect(late.rings == 0)
    }
}
