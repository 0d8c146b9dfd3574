import Bus
import Contracts
import Synchronization
import TestSupport
import Testing

@testable import CTI

/// Requests about one call go out one after the other.
@Suite struct LaneTests {
    @Test func `a lane is to be run when it is given something to do, and is idle when that is done`() async {
        let lane = Lane()
        let done = Mutex<[Int]>([])
        #expect(lane.isIdle)
        #expect(lane.add { done.withLock { $0.append(1) } })
        #expect(!lane.isIdle)
        #expect(!lane.add { done.withLock { $0.append(2) } }, "who runs it comes to that as well")
        await lane.run()
        #expect(done.withLock { $0 } == [1, 2])
        #expect(lane.isIdle)
        #expect(lane.add { done.withLock { $0.append(3) } })
        lane.finish()
        #expect(!lane.add { done.withLock { $0.append(4) } }, "nothing more comes")
        await lane.run()
        #expect(done.withLock { $0 } == [1, 2, 3])
    }

    @Test func `what waits in a lane that is cancelled is dropped`() async {
        let (lane, begun, latch) = (Lane(), Latch(), Latch())
        let done = Mutex<[Int]>([])
        _ = lane.add {
            begun.open()
            await latch.wait()
            done.withLock { $0.append(1) }
        }
        _ = lane.add { done.withLock { $0.append(2) } }
        let run = Task { await lane.run() }
        await begun.wait()
        run.cancel()
        latch.open()
        await run.value
        #expect(done.withLock { $0 } == [1])
        #expect(lane.isIdle)
    }
}
