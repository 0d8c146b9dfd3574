import Contracts

/// Somebody who is called back stands in line as if he waited at the telephone. When an agent is found for him, the agent is
/// rung and then he is called.
///
/// He is not in line before his time, nor while the same number waits in the queue as a caller; if that caller reaches an
/// agent, nobody needs to be called back.
struct WaitingCallback: Sendable, Equatable {
    let id: String
    let number: String
    /// By which the same number is found again; set where it is known where numbers are at home.
    var numberKey = ""
    let notBefore: Timestamp?
    /// As if he waited. Its id is no call's.
    let call: WaitingCall

    init(_ callback: Callback, of tenant: TenantID) {
        id = callback.id
        number = callback.number
        notBefore = callback.notBefore
        var attributes = callback.attributes
        attributes["caller"] = callback.number
        call = WaitingCall(
            tenant: tenant, callID: Self.callID(of: callback.id), queueID: callback.queueID,
            priority: min(max(callback.priority, 0), 1000), enqueuedAt: callback.enqueuedAt, skills: callback.skills,
            refusedBy: callback.refusedBy, mustBeTaken: true, attributes: attributes)
    }

    /// What it is called in line, and in decisions.
    static func callID(of id: String) -> CallID { CallID(rawValue: "callback-\(id)") }
}

extension RoutingState {
    /// All that wait, as they were read.
    mutating func callbacksChanged(_ waiting: [WaitingCallback], at now: Timestamp) -> [Action] {
        let new = Dictionary(waiting.map { ($0.call.callID, keyed($0)) }) { first, _ in first }
        for (id, known) in callbacks where new[id] != known {
            // One for which an agent is being rung goes on: what becomes of it, comes back as an input.
            guard calls[id]?.offer == nil else { continue }
            if let call = calls[id] { remove(call) }
            callbacks[id] = nil
        }
        for (id, callback) in new where callbacks[id] == nil { callbacks[id] = callback }
        return lineUpCallbacks(at: now)
    }

    private func keyed(_ callback: WaitingCallback) -> WaitingCallback {
        var keyed = callback
        keyed.numberKey = home.normal(callback.number) ?? callback.number
        return keyed
    }

    mutating func homeChanged(to home: NumberHome, at now: Timestamp) -> [Action] {
        self.home = home
        return callbacks.isEmpty ? [] : callbacksChanged(Array(callbacks.values), at: now)
    }

    /// Those whose time has come, and whose number does not wait by itself, come into line.
    mutating func lineUpCallbacks(at now: Timestamp) -> [Action] {
        guard isRebuilt, !callbacks.isEmpty else { return [] }
        let due = callbacks.values.filter { calls[$0.call.callID] == nil && $0.notBefore ?? now <= now }
        guard !due.isEmpty else { return [] }
        let live = Set(calls.values.compactMap { caller($0) })
        var actions: [Action] = []
        for callback in due.sorted(by: { $0.call.callID < $1.call.callID })
        where !live.contains(Caller(queueID: callback.call.queueID, numberKey: callback.numberKey)) {
            let id = callback.call.callID
            let widened = stepsTaken(by: callback.call, at: now)
            let line = line(of: callback.call, in: callback.call.queueID, widened: widened)
            var call = RoutedCall(callback.call, line: line, at: now)
            call.widened = widened
            call.callback = callback
            calls[id] = call
            standInLine(id, at: now)
            planWidening(callback.call, at: now)
            actions += findAgent(for: id, at: now)
        }
        return actions
    }

    /// A caller came himself: as long as he waits, his callback does not.
    mutating func holdCallback(of call: RoutedCall) {
        guard !callbacks.isEmpty, let caller = caller(call) else { return }
        for callback in callbacks.values
        where callback.numberKey == caller.numberKey && callback.call.queueID == caller.queueID {
            guard let waiting = calls[callback.call.callID], waiting.offer == nil else { continue }
            remove(waiting)
        }
    }

    /// A caller reached an agent himself.
    mutating func closeCallback(of call: RoutedCall) -> [Action] {
        guard !callbacks.isEmpty, call.callback == nil, let caller = caller(call) else { return [] }
        let found = callbacks.values.filter {
            $0.numberKey == caller.numberKey && $0.call.queueID == caller.queueID
        }
        for callback in found where calls[callback.call.callID]?.offer == nil {
            if let waiting = calls[callback.call.callID] { remove(waiting) }
            callbacks[callback.call.callID] = nil
        }
        return found.isEmpty ? [] : [.callerReached(number: caller.numberKey, caller.queueID)]
    }

    /// The agent is rung for it, or nobody may be any more: it leaves the line, and what else becomes of it is read.
    mutating func callbackLeft(_ call: RoutedCall, at now: Timestamp) -> [Action] {
        guard let agentID = call.offer?.agentID else { return [] }
        remove(call)
        callbacks[call.call.callID] = nil
        return release(agentID, at: now)
    }

    /// How many of those who wait in a queue are to be called back.
    func callbackCount(in id: QueueID) -> Int {
        callbacks.isEmpty
            ? 0
            : callbacks.keys.count { key in calls[key].map { $0.servedIn == id && $0.offer == nil } ?? false }
    }

    private struct Caller: Hashable {
        let queueID: QueueID
        let numberKey: String
    }

    private func caller(_ call: RoutedCall) -> Caller? {
        guard call.callback == nil, let number = call.call.attributes?["caller"], let key = home.normal(number) else {
            return nil
        }
        return Caller(queueID: call.call.queueID, numberKey: key)
    }
}
