import Contracts
import Database
import Fax
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// The office of faxes: sends what is queued, and puts what was received in its place. One loop, one inbox.
final class FaxOffice: Service, FaxCounter, Sendable {
    private enum Entry: Sendable {
        case input(FaxQueueState.Input)
        case received(FaxReport)
    }

    let place: FaxPlace
    let configuration: FaxConfiguration
    let store: FaxStore
    let documents: FaxDocuments
    let instance: InstanceID
    let notes: WriteBehind<FaxID, OwnedFax>
    private let publish: @Sendable (any Fact, TenantID) -> Void
    private let log: Logger
    private let (entries, inbox) = AsyncStream.makeStream(of: Entry.self)
    private let switchboard = Mutex<Switchboard?>(nil)
    /// What a worker sends, by fax.
    private let sending = Mutex<[FaxID: OwnedFax]>([:])

    init(
        _ place: FaxPlace, _ configuration: FaxConfiguration, database: Database, instance: InstanceID, log: Logger,
        publish: @escaping @Sendable (any Fact, TenantID) -> Void
    ) {
        let store = FaxStore(database: database)
        self.place = place
        self.configuration = configuration
        self.store = store
        self.instance = instance
        self.log = log
        self.publish = publish
        documents = FaxDocuments(place: place, mostPages: configuration.mostPages)
        notes = WriteBehind("faxes", log: log) { try await store.put(Array($0.values)) }
    }

    /// To be told before anything runs.
    func work(with switchboard: Switchboard) { self.switchboard.withLock { $0 = switchboard } }

    var program: String { configuration.program }
    var longest: Duration { configuration.longest }

    // MARK: What happens

    func submit(_ owned: OwnedFax) { inbox.yield(.input(.queued(owned))) }

    func cancel(_ id: FaxID) { inbox.yield(.input(.cancelled(id))) }

    /// What media-server tells everybody, of the legs of faxes.
    func heard(_ fact: any Fact) {
        switch fact {
        case let fact as LegAnswered where Self.isOurs(fact.legID): inbox.yield(.input(.answered(fact.legID)))
        case let fact as LegFaxEnded where Self.isOurs(fact.legID): inbox.yield(.input(.faxEnded(fact)))
        case let fact as LegEnded where Self.isOurs(fact.legID):
            inbox.yield(.input(.legEnded(fact.legID, fact.cause, fact.failure)))
        default: break
        }
    }

    private static func isOurs(_ leg: LegID) -> Bool { leg.rawValue.hasPrefix("fax-") }

    func take(_ report: FaxReport) {
        if report.order.sends {
            try? FileManager.default.removeItem(atPath: place.spoolFile("\(report.order.id).tif"))
        } else {
            inbox.yield(.received(report))
        }
    }

    func sheet(for order: FaxOrder, tenant: TenantID) async throws -> String {
        let file = place.spoolFile("\(order.id).tif")
        guard order.sends else { return file }
        let known = sending.withLock { $0[order.id] }
        let owned = if let known { known } else { try await find(order.id, tenant: tenant) }
        try await Disk.run { [place] in
            let document = try place.document(of: owned)
            guard
                FileManager.default.createFile(
                    atPath: file, contents: Data(document), attributes: [.posixPermissions: 0o600])
            else { throw FileError("The document cannot be laid out for the worker.") }
        }
        return file
    }

    // MARK: The loop

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { jobs in
                jobs.addTask { await self.takeUnsent() }
                jobs.addTask { [inbox] in
                    while (try? await Task.sleep(for: .seconds(1))) != nil { inbox.yield(.input(.tick)) }
                }
                var state = FaxQueueState(lines: configuration.lines)
                for await entry in entries {
                    switch entry {
                    case .input(let input):
                        for action in state.handle(input, at: .now()) {
                            if let job = perform(action) { jobs.addTask { await job() } }
                        }
                    case .received(let report): await keep(report)
                    }
                }
                jobs.cancelAll()
            }
        } onGracefulShutdown: {
            self.inbox.finish()
        }
    }

    private func takeUnsent() async {
        while !Task.isCancelled {
            do {
                for owned in try await store.unsent(of: instance) { submit(owned) }
                return
            } catch {
                log.warning("unsent faxes not found yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    /// - Returns: what takes time.
    private func perform(_ action: FaxQueueState.Action) -> (@Sendable () async -> Void)? {
        switch action {
        case .originate(let leg, let owned):
            sending.withLock { $0[owned.fax.id] = owned }
            return { await self.originate(leg, owned) }
        case .send(let leg, let owned):
            return { await self.order(leg, [.sendFax(owned.fax.id, owned.options)], owned.tenant) }
        case .hangUp(let leg): return { await self.order(leg, [.hangUp(.local)], nil) }
        case .note(let owned):
            notes.note(owned.fax.id, owned)
            return nil
        case .tell(let owned):
            sending.withLock { $0[owned.fax.id] = nil }
            tell(owned)
            return nil
        }
    }

    private var theSwitch: Switchboard {
        get throws(Failure) {
            guard let board = switchboard.withLock({ $0 }) else { throw Failure(.unavailable, "There is no switch.") }
            return board
        }
    }

    private func originate(_ leg: LegID, _ owned: OwnedFax) async {
        let request = OriginateLeg(
            legID: leg, destination: .number(owned.fax.number), from: owned.fax.line,
            ringSeconds: configuration.ringSeconds, context: Data(), isFax: true)
        do {
            _ = try await theSwitch.originate(request, owned.tenant)
        } catch {
            inbox.yield(.input(.refused(leg, Self.failure(error))))
        }
    }

    private func order(_ leg: LegID, _ commands: [LegCommand], _ tenant: TenantID?) async {
        do {
            _ = try await theSwitch.command(CommandLeg(legID: leg, commands: commands), tenant)
        } catch {
            // The leg to be hung up has ended by itself.
            guard tenant != nil else { return }
            log.warning("fax not begun", metadata: ["leg.id": "\(leg)", "error": "\(error)"])
            inbox.yield(.input(.notBegun(leg, Self.failure(error))))
        }
    }

    private static func failure(_ error: any Error) -> Failure {
        error as? Failure ?? Failure(.unavailable, "The call could not be made.")
    }

    // MARK: What came

    /// Brings a received document into its place, and tells of it.
    private func keep(_ report: FaxReport) async {
        let fact = report.fact
        var owned = OwnedFax(
            tenant: report.tenant, instance: instance.description,
            fax: Fax(
                id: fact.faxID, direction: .received, state: fact.pages > 0 ? .received : .failed,
                number: report.number, line: report.line, pages: fact.pages, attempts: 1, mostAttempts: 1,
                outcome: fact.outcome, reason: fact.reason, callID: report.order.callID,
                remoteStation: fact.remoteStation, rate: fact.rate, usedT38: fact.usedT38,
                usedErrorCorrection: fact.usedErrorCorrection, createdAt: report.startedAt, endedAt: report.endedAt),
            options: report.order.options, pauseSeconds: 0)
        let spooled = place.spoolFile("\(fact.faxID).tif")
        let incoming = owned
        do {
            owned = try await Disk.run { [place, mostPages = report.order.options.mostPages] in
                defer { try? FileManager.default.removeItem(atPath: spooled) }
                var owned = incoming
                guard owned.fax.pages > 0 else { return owned }
                let document = [UInt8](try Data(contentsOf: URL(fileURLWithPath: spooled)))
                guard let read = TIFFPages(document, most: mostPages + 1) else {
                    throw FileError("The document that came is damaged.")
                }
                owned.fax.pages = read.pages.count
                try place.keep(document, of: &owned)
                return owned
            }
        } catch {
            log.error("received fax not kept", metadata: ["fax.id": "\(fact.faxID)", "error": "\(error)"])
            owned.fax.state = .failed
            owned.fax.outcome = .failed
            owned.fax.reason = "\(error)"
        }
        notes.note(owned.fax.id, owned)
        tell(owned)
    }

    private func tell(_ owned: OwnedFax) {
        let fax = owned.fax
        publish(
            FaxEnded(
                faxID: fax.id, direction: fax.direction, outcome: fax.outcome ?? .failed, reason: fax.reason ?? "",
                number: fax.number, line: fax.line, pages: fax.pages, attempts: fax.attempts, callID: fax.callID,
                remoteStation: fax.remoteStation, instance: instance), owned.tenant)
    }

    /// A fax as it is now.
    /// - Throws: `Failure.notFound`
    func find(_ id: FaxID, tenant: TenantID) async throws -> OwnedFax {
        if let noted = notes.pending(id), noted.tenant == tenant { return noted }
        return try await store.find(id, tenant: tenant)
    }
}
