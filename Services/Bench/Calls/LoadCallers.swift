/// The callers of one step: the same whoever it is that they call.
struct LoadCallers: Sendable {
    /// Whom they call, on loopback.
    let sipPort: Int
    /// Ports that the called one binds call by call.
    let reserved: Range<Int>
    let number: String
    /// Calls a second.
    let rate: Double
    let size: CallsSize

    var count: Int { Int(rate * size.seconds) }

    /// Makes all calls, and waits for their end.
    ///
    /// - Parameter now: the CPU time used so far, by name, given the callers' process.
    /// - Returns: how the calls went, and what was used meanwhile.
    func call(
        _ workplace: Workplace, _ now: @Sendable (Int32) -> SuiteTimes
    ) async throws -> (summary: Carrier.Summary, used: [String: Double]) {
        let first = try FreePorts.block(2_010, apartFrom: reserved)
        let callers = try await Carrier.start(
            workplace, options(listening: first), output: "\(workplace.path)/callers.log")
        let before = now(callers.child.pid)
        do {
            let summary = try await callers.summary(within: size.seconds * 4 + 60)
            let used = now(callers.child.pid).since(before)
            _ = await callers.stop()
            return (summary, used)
        } catch {
            _ = await callers.stop()
            throw error
        }
    }

    private func options(listening first: Int) -> [String] {
        let keys = size.isDirect ? [] : ["--keys", "1", "--keys-after", "0.3"]
        return keys + [
            "--listen", "127.0.0.1:\(first)", "--switch", "127.0.0.1:\(sipPort)", "--rtp-ports",
            "\(first + 10)-\(first + 2_008)", "--to", number, "--from", "13800000001-13800009999", "--hears", "880",
            "--talk", "\(size.talk)", "--patience", "20", "--load-calls", "\(count)", "--concurrent",
            "\(Int(rate * (size.talk + 10)) + 20)", "--calls-per-second", "\(rate)",
        ]
    }
}
