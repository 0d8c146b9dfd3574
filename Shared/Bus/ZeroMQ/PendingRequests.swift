import Contracts
import Foundation
import Synchronization

/// The requests that wait for their answer, each with its deadline.
final class PendingRequests: Sendable {
    /// So many at once; then further ones are refused.
    static let capacity = 16_384

    private struct Waiting {
        let target: InstanceID
        let address: Address
        /// Of the target as owner of the shard that is asked.
        let epoch: UInt64?
        let deadline: ContinuousClock.Instant
        var isSent = false
        let asker: CheckedContinuation<RequestRouter.Outcome, Never>
    }

    private struct State {
        var waiting: [UInt64: Waiting] = [:]
        var next: UInt64 = 0
        /// No deadline is earlier.
        var earliest: ContinuousClock.Instant?
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    func reserve() -> UInt64 {
        state.withLock { state in
            state.next &+= 1
            return state.next
        }
    }

    /// False if it cannot wait here; the asker has its answer then.
    func add(
        _ id: UInt64, to target: InstanceID, as address: Address, epoch: UInt64?,
        until deadline: ContinuousClock.Instant, _ asker: CheckedContinuation<RequestRouter.Outcome, Never>
    ) -> Bool {
        let isAdded = state.withLock { state in
            guard state.cancelled.remove(id) == nil, state.waiting.count < Self.capacity else { return false }
            state.waiting[id] = Waiting(
                target: target, address: address, epoch: epoch, deadline: deadline, asker: asker)
            state.earliest = min(state.earliest ?? deadline, deadline)
            return true
        }
        if !isAdded { asker.resume(returning: .unreachable) }
        return isAdded
    }

    func markSent(_ id: UInt64) { state.withLock { $0.waiting[id]?.isSent = true } }

    func isWaiting(_ id: UInt64) -> Bool { state.withLock { $0.waiting[id] != nil } }

    /// False if nobody waits for it any more.
    @discardableResult
    func resolve(_ id: UInt64, from sender: InstanceID, _ outcome: RequestRouter.Outcome) -> Bool {
        let waiting = state.withLock { state in
            state.waiting[id]?.target == sender ? state.waiting.removeValue(forKey: id) : nil
        }
        waiting?.asker.resume(returning: outcome)
        return waiting != nil
    }

    /// The asker's task was cancelled, perhaps before ``add``.
    func cancel(_ id: UInt64) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: id)
            if waiting == nil { state.cancelled.insert(id) }
            return waiting
        }
        waiting?.asker.resume(returning: .unreachable)
    }

    /// The asker has returned: nothing of it is to be remembered.
    func forget(_ id: UInt64) { state.withLock { state in _ = state.cancelled.remove(id) } }

    var earliestDeadline: ContinuousClock.Instant? { state.withLock { $0.earliest } }

    /// Gives up what is past its deadline.
    func expire(_ now: ContinuousClock.Instant) {
        let late = state.withLock { state in
            guard let earliest = state.earliest, earliest <= now else { return [Waiting]() }
            let late = state.waiting.filter { $0.value.deadline <= now }
            for id in late.keys { state.waiting[id] = nil }
            state.earliest = state.waiting.values.map(\.deadline).min()
            return Array(late.values)
        }
        for waiting in late { waiting.asker.resume(returning: waiting.isSent ? .silent : .unreachable) }
    }

    /// Ends the attempts whose target is gone, or is not the owner any more.
    func review(_ directory: any Directory) {
        let live = directory.endpoints()
        let moved = state.withLock { state in
            let moved = state.waiting.filter { isMoved($0.value, live, directory) }
            for id in moved.keys { state.waiting[id] = nil }
            return Array(moved.values)
        }
        for waiting in moved {
            if case .instance = waiting.address {
                waiting.asker.resume(returning: waiting.isSent ? .silent : .unreachable)
            } else {
                waiting.asker.resume(returning: .moved)
            }
        }
    }

    private func isMoved(
        _ waiting: Waiting, _ live: [InstanceID: InstanceEndpoints], _ directory: any Directory
    ) -> Bool {
        guard case .shard(let service, let tenant) = waiting.address else { return live[waiting.target] == nil }
        guard let owner = directory.owner(of: .of(tenant), service: service) else { return false }
        // Under another epoch it may have died in between, and come back without what it was asked.
        return owner.instance != waiting.target || owner.epoch != waiting.epoch
    }

    func finish() {
        let all = state.withLock { state in
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for waiting in all { waiting.asker.resume(returning: .unreachable) }
    }
}
