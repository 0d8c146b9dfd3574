import Foundation
import SIP

/// The whole program: starts what the options ask for, and ends it cleanly.
struct Sandbox: Sendable {
    let exchange: Exchange
    let carrier: Carrier
    let phones: PhoneBank?

    /// - Returns: the exit code.
    static func run(_ options: SandboxCarrier) async throws -> Int32 {
        let ports = PortRange(
            options.network.rtpPorts.range, startingAt: Int.random(in: 0..<5_000))
        let exchange = Exchange(host: options.network.listen.host, ports: ports, stampsPackets: options.network.stamp)
        let carrier = try await Carrier.start(options.network.listen, exchange)
        var settings = try options.phones.settings(registrar: options.network.exchange)
        settings?.onRegistered = { [tenant = options.phones.tenant] in say("registered \($0)@\(tenant)") }
        settings?.onRefused = { [tenant = options.phones.tenant] in
            say("not registered \($0)@\(tenant): \($1.code) \($1.reason)")
        }
        if options.phones.tellInvitations {
            settings?.onInvited = { say("invited \($0) \(Int64(Date().timeIntervalSince1970 * 1e6))") }
        }
        settings?.watches = options.network.watchTones.tones
        var phones: PhoneBank?
        if let settings { phones = try await PhoneBank.start(options.phones.phonesListen, settings, exchange) }
        return await Sandbox(exchange: exchange, carrier: carrier, phones: phones).work(options)
    }

    /// Works until the work is done or a signal comes.
    private func work(_ options: SandboxCarrier) async -> Int32 {
        let registrations = Task { await phones?.run() }
        let code = await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await Signals.wait() }
            group.addTask { await perform(options) }
            let code = await group.next() ?? nil
            group.cancelAll()
            await exchange.hangUpAll()
            return code
        }
        registrations.cancel()
        await finished(registrations, within: .seconds(2))
        await carrier.endpoint.stop()
        await phones?.endpoint.stop()
        exchange.media.stop()
        if options.network.totals { say(exchange.totals.json) }
        return code ?? 0
    }

    private func perform(_ options: SandboxCarrier) async -> Int32? {
        let destination = options.network.exchange
        guard var callers = options.callers.callers(), let to = options.callers.to else { return await forever() }
        callers.watches = options.network.watchTones.tones
        if let calls = options.load.loadCalls {
            let load = Load(
                calls: calls, concurrent: options.load.concurrent, callsPerSecond: options.load.callsPerSecond)
            let summary = await load.run(callers, carrier, at: destination)
            say(summary.json)
            return summary.failed == 0 ? 0 : 1
        }
        if options.callers.once {
            let report = await OnceReport.call(to, callers, carrier, at: destination)
            say(report.json)
            return report.isGood ? 0 : 1
        }
        guard let rate = options.callers.callsPerMinute else { return await forever() }
        await call(to, callers, every: .seconds(60 / rate), at: destination)
        return nil
    }

    private func call(_ to: String, _ callers: Callers, every interval: Duration, at destination: HostPort) async {
        var callers = callers
        let clock = ContinuousClock()
        var due = clock.now
        while !Task.isCancelled {
            let (number, plan) = callers.next()
            carrier.start(to, from: number, at: destination, plan)
            due = max(due + interval, clock.now - .seconds(1))
            try? await clock.sleep(until: due)
        }
    }

    /// Waits for a task, but not for ever: a switch that is gone does not answer.
    private func finished(_ task: Task<Void?, Never>, within limit: Duration) async {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        Task {
            await task.value
            continuation.finish()
        }
        Task {
            try? await Task.sleep(for: limit)
            continuation.finish()
        }
        for await _ in end {}
    }

    private func forever() async -> Int32? {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
        return nil
    }
}

/// What a party hears and since when, in microseconds of the machine's monotonic clock, as `hears 1001 since 81234567: 440,880`.
func sayTones(_ news: ToneWatch.News, _ number: String) {
    say("hears \(number) since \(news.microseconds): \(news.tones.map(String.init).joined(separator: ","))")
}

/// A line on standard output, at once even into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
