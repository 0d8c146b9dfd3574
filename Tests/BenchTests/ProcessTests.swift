import Foundation
import Testing

@testable import Bench

@Suite struct ProcessTests {
    @Test func `a process's time is read behind its name, whatever that is`() {
        let stat = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 5 0 100 1000 10"
        let time = ProcessTime(stat: stat, ticksPerSecond: 100)
        #expect(time?.parent == 7)
        #expect(time?.own == 2)
        #expect(time?.endedChildren == 0.5)
    }

    @Test(arguments: ["", "42", "42 (a)", "42 (a) S 7 1 2 3", "42 (a) S x 42 42 0 -1 4194560 1 2 3 4 150 50 30 20"])
    func `what is no process's line has no time`(_ stat: String) {
        #expect(ProcessTime(stat: stat, ticksPerSecond: 100) == nil)
    }

    @Test func `this process has a parent, and the one that never was has none`() {
        #expect(ProcessTime(ProcessInfo.processInfo.processIdentifier)?.parent == getppid())
        #expect(ProcessTime(-1) == nil)
    }

    private let sockets = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
         1102: 0100007F:4E20 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 12
         1104: 0100007F:4E22 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 3
         1106: 0100007F:4E24 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 500
        """

    @Test func `used ports are read from the kernel's table`() {
        #expect(FreePorts.ports(in: sockets) == [20_000, 20_002, 20_004])
        #expect(FreePorts.ports(in: "nonsense\nof: two lines") == [])
    }

    @Test func `ports that somebody will bind later on are left to him`() throws {
        for _ in 0..<20 { #expect(try FreePorts.block(10, apartFrom: 10_000..<27_000) >= 27_000) }
        #expect(throws: BenchFailure.self) { try FreePorts.block(10, apartFrom: 1..<65_536) }
    }

    @Test func `what full sockets lost is counted for the ports that are asked about`() {
        #expect(FreePorts.drops(in: sockets, ports: 20_000..<20_004) == 15)
        #expect(FreePorts.drops(in: sockets, ports: 30_000..<30_004) == 0)
    }
}
