import Contracts
import Fax
import Foundation
import Glibc
import Logging
import SDP
import SIP

/// A fax under way on a leg.
struct RunningFax {
    let order: FaxOrder
    let leg: LegID
    let tenant: TenantID
    /// The other side's number, and ours.
    let number: String
    let line: String
    let startedAt: Timestamp
    var talk: FaxTalk
    /// Nil until it has started.
    var process: FaxProcess?
}

/// What is left of a fax when its worker has ended.
struct FaxReport: Sendable, Equatable {
    let order: FaxOrder
    let tenant: TenantID
    let number: String
    let line: String
    let startedAt: Timestamp
    let endedAt: Timestamp
    let fact: LegFaxEnded
}

/// Where documents of faxes come from and go to.
protocol FaxCounter: Sendable {
    /// The program of a worker.
    var program: String { get }
    var longest: Duration { get }
    /// The TIFF to send, or the place of the one that comes.
    /// - Throws: `Failure`
    func sheet(for order: FaxOrder, tenant: TenantID) async throws -> String
    func take(_ report: FaxReport)
}

// Faxes on legs: their workers, and what becomes of them. T.38's signalling is in `SwitchDesk+Image.swift`.

extension SwitchDesk {
    func fax(_ order: FaxOrder, on id: LegID) {
        guard let leg = state.legs[id], faxes[order.id] == nil else {
            return decide(
                .faxEnded(notStarted(order, id, "A fax of this id is under way."), state.legs[id]?.tenant ?? .all))
        }
        let ours = leg.isOutbound ? leg.from : leg.to
        faxes[order.id] = RunningFax(
            order: order, leg: id, tenant: leg.tenant, number: leg.isOutbound ? leg.to : leg.from, line: ours,
            startedAt: now, talk: FaxTalk(order.options.transport, sends: order.sends))
        parts.log.info("fax begins", metadata: ["leg.id": "\(id)", "fax.id": "\(order.id)"])
        later { [post, counter = parts.faxes, tenant = leg.tenant, log = parts.log] in
            do {
                let job = FaxJob(
                    sends: order.sends, file: try await counter.sheet(for: order, tenant: tenant),
                    station: order.options.station ?? Self.station(ours), header: order.options.header,
                    usesErrorCorrection: order.options.usesErrorCorrection, mostPages: order.options.mostPages)
                let process = try await Disk.run {
                    try FaxProcess(counter.program, job) { post(.fax(order.id, $0)) }
                }
                post(.faxStarted(order.id, process))
            } catch {
                log.error("fax not started", metadata: ["fax.id": "\(order.id)", "error": "\(error)"])
                post(.fax(order.id, .ended(FaxResult(code: FaxResult.notStarted, reason: "\(error)"))))
            }
        }
        later { [post, counter = parts.faxes] in
            if (try? await Task.sleep(for: counter.longest)) != nil { post(.faxOverdue(order.id)) }
        }
    }

    /// What a machine can show of a number.
    private static func station(_ number: String) -> String {
        String(number.filter { $0.isASCII && ($0.isNumber || $0 == "+" || $0 == " ") }.prefix(20))
    }

    private func notStarted(_ order: FaxOrder, _ leg: LegID, _ reason: String) -> LegFaxEnded {
        LegFaxEnded(
            legID: leg, faxID: order.id, direction: order.sends ? .sent : .received, outcome: .failed, reason: reason)
    }

    func started(_ id: FaxID, _ process: FaxProcess) {
        // The leg, or the fax, may have gone meanwhile; without its socket the worker ends.
        guard let fax = faxes[id], state.legs[fax.leg]?.fax == id else {
            close(process.socket)
            return
        }
        faxes[id]?.process = process
        parts.engine.attachFax(fax.leg, FaxLine(descriptor: process.socket))
        let codec = lines[fax.leg]?.audio.agreedCodec
        talk(id, .began(isPlain: codec == .pcma || codec == .pcmu))
    }

    func happened(_ event: FaxEvent, to id: FaxID) {
        guard let fax = faxes[id] else { return }
        switch event {
        case .ready: break
        case .calling where !fax.order.sends, .answering where fax.order.sends: talk(id, .machineHeard)
        case .calling, .answering: break
        case .page(let number):
            parts.log.info("fax page", metadata: ["fax.id": "\(id)", "page": "\(number)"])
        case .ended(let result): ended(id, fax, result)
        }
    }

    private func ended(_ id: FaxID, _ fax: RunningFax, _ result: FaxResult) {
        faxes[id] = nil
        let fact = LegFaxEnded(
            legID: fax.leg, faxID: id, direction: fax.order.sends ? .sent : .received,
            outcome: FaxOutcome(result), reason: result.reason, pages: result.pages, rate: result.rate,
            usedT38: result.usedT38, usedErrorCorrection: result.usedErrorCorrection,
            remoteStation: result.remoteStation)
        parts.log.info(
            "fax ended",
            metadata: [
                "leg.id": "\(fax.leg)", "fax.id": "\(id)", "outcome": "\(fact.outcome.rawValue)",
                "reason": "\(result.reason)", "pages": "\(result.pages)", "repaired": "\(result.repaired)",
                "lost": "\(result.lost)",
            ])
        parts.metrics.faxed(fact)
        if state.legs[fax.leg]?.fax == id {
            parts.engine.attachFax(fax.leg, nil)
            bringSoundBack(fax.leg)
        }
        parts.faxes.take(
            FaxReport(
                order: fax.order, tenant: fax.tenant, number: fax.number, line: fax.line, startedAt: fax.startedAt,
                endedAt: now, fact: fact))
        decide(.faxEnded(fact, fax.tenant))
    }

    func faxStalled(_ leg: LegID) {
        guard let id = state.legs[leg]?.fax else { return }
        parts.log.error("fax worker stands still", metadata: ["leg.id": "\(leg)", "fax.id": "\(id)"])
        faxes[id]?.process?.kill()
    }
}

extension FaxOutcome {
    /// What spandsp's completion codes mean for who waits for the fax.
    init(_ result: FaxResult) {
        switch result.code {
        case 0: self = .complete
        case FaxResult.workerDied, FaxResult.notStarted: self = .failed
        // Not a word of a fax machine's: T0, T1, something else than DIS, or no answer to DIS.
        case 2, 3, 19, 48: self = result.pages == 0 ? .noMachine : .brokenOff
        // The file's, and memory.
        case 41...47: self = .failed
        default: self = .brokenOff
        }
    }
}
