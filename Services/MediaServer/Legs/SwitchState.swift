import Contracts
import Foundation

/// Which legs there are and what may be done to each: the whole decision, with no I/O, no clock and no concurrency.
///
///     inbound:   arrived ──answer──▶ (2xx sent) ──ACK──▶ answered ──▶ ended
///     outbound:  dialling ──18x──▶ ringing ──2xx──▶ answered ──▶ ended
///
/// ``Switchboard`` feeds it inputs and carries out the actions it returns. What comes late, for a leg that has gone,
/// returns no action.
struct SwitchState {
    /// More legs than any host carries; a bound, not a plan.
    var capacity = 20_000
    private(set) var legs: [LegID: Leg] = [:]
    private(set) var isDraining = false
    private var claims = ClaimDelay()
    private(set) var rooms = Rooms()
    /// What was asked to be recorded, and by which leg, so that it ends with it.
    private var recordingOf: [RecordingID: RecordedCall] = [:]

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .arrived(let leg): arrived(leg)
        case .originate(let leg, let request, let reply): originate(leg, request, reply)
        case .command(let command, let tenant, let reply): self.command(command, tenant, reply, now)
        case .routed(let leg, let trunk, let record): routed(leg, trunk, record)
        case .ringing(let leg, let hasSound): ringing(leg, hasSound)
        case .answered(let leg): answered(leg, now)
        case .ended(let leg, let cause, let status, let failure): ended(leg, cause, status, failure)
        case .digit(let leg, let digit): self.digit(leg, digit, now) { .relayDigit($0, digit) }
        case .key(let leg, let digit): self.digit(leg, digit, now) { .sendDigits($0, String(digit)) }
        case .transferAsked(let leg, let number, let consultation): transferAsked(leg, number, consultation)
        case .transferExpired(let leg): concludeTransfer(leg, status: 503)
        case .playFinished(let leg, let playID, let outcome): playFinished(leg, playID, outcome)
        case .faxEnded(let fact, let tenant): faxEnded(fact, tenant)
        case .recognized(let fact): recognized(fact)
        case .mediaTimedOut(let leg): legs[leg]?.state == .answered ? end(leg, .mediaTimeout) : []
        case .soundFailed(let leg): end(leg, .failed)
        case .claimExpired(let leg): legs[leg]?.isClaimed == false ? end(leg, .unavailable) : []
        case .drain(let isDraining): drain(isDraining)
        case .stop: stop()
        }
    }

    func canTakeMore() -> Bool { !isDraining && legs.count < capacity }

    /// While it drains, only the legs that its calls still need.
    func canMake(_ request: OriginateLeg, _ tenant: TenantID) -> Bool {
        guard isDraining else { return canTakeMore() }
        guard legs.count < capacity, let beside = request.beside, let leg = legs[beside] else { return false }
        return leg.tenant == tenant && !leg.isEnding
    }

    /// Whether callers come faster than cti takes charge of them.
    func isOverloaded(at now: Timestamp) -> Bool { claims.isTooLate(at: now) }

    private mutating func arrived(_ leg: Leg) -> [Action] {
        guard legs[leg.id] == nil else { return [] }
        legs[leg.id] = leg
        let fact = LegArrived(
            legID: leg.id, from: leg.from, to: leg.to, trunkID: leg.trunkID, phoneID: leg.phoneID,
            attributes: leg.attributes)
        return [.publish(fact, leg.tenant), .awaitClaim(leg.id)]
    }

    private mutating func originate(_ leg: Leg, _ request: OriginateLeg, _ reply: ReplyToken) -> [Action] {
        // Asked again: the call is under way already.
        guard legs[leg.id] == nil else { return [.reply(reply, nil)] }
        guard canMake(request, leg.tenant) else {
            return [.reply(reply, Failure(.unavailable, "This media server takes no more calls."))]
        }
        legs[leg.id] = leg
        return [.dial(leg, request), .reply(reply, nil)]
    }

    private mutating func routed(_ id: LegID, _ trunk: TrunkID?, _ record: RouteRecord) -> [Action] {
        legs[id]?.trunkID = trunk
        legs[id]?.route = record
        return []
    }

    /// Told when it begins to ring, and again when it begins to be heard.
    private mutating func ringing(_ id: LegID, _ hasSound: Bool) -> [Action] {
        guard let leg = legs[id], leg.isOutbound, leg.state != .answered, !leg.isEnding,
            leg.state == .dialling || (hasSound && !leg.hasEarlySound)
        else { return [] }
        legs[id]?.state = .ringing
        if hasSound { legs[id]?.hasEarlySound = true }
        return [.publish(LegRinging(legID: id, hasSound: hasSound), leg.tenant)]
    }

    private mutating func answered(_ id: LegID, _ now: Timestamp) -> [Action] {
        guard let leg = legs[id], leg.state != .answered, !leg.isEnding else { return [] }
        legs[id]?.state = .answered
        legs[id]?.answeredAt = now
        return [.expectSound(id), .publish(LegAnswered(legID: id), leg.tenant)]
    }

    private mutating func ended(_ id: LegID, _ cause: EndCause, _ status: Int?, _ failure: DialFailure?) -> [Action] {
        guard let leg = legs.removeValue(forKey: id) else { return [] }
        var actions: [Action] = []
        if let other = leg.bridgedWith, legs[other]?.bridgedWith == id {
            legs[other]?.bridgedWith = nil
            actions.append(.unbridge(id, other))
        }
        for recording in leg.recordings.sorted() where recordingOf[recording]?.owner == id {
            recordingOf[recording] = nil
            actions.append(.stopRecording(recording))
        }
        if let room = rooms.leave(id) { actions += arrange(room) }
        return actions + [
            .release(id, leg.tenant),
            .publish(
                LegEnded(
                    legID: id, cause: cause, sipStatus: status, route: leg.route,
                    failure: leg.state == .answered ? nil : failure), leg.tenant),
        ]
    }

    private mutating func end(_ id: LegID, _ cause: EndCause) -> [Action] {
        guard let leg = legs[id], !leg.isEnding else { return [] }
        legs[id]?.isEnding = true
        // Nobody hears whoever is told to go, however long his telephone takes to go.
        let apart = unbridge(leg) + leaveRoom(leg)
        // Who is let go after having asked for a transfer has been replaced.
        return apart + concludeTransfer(id, status: cause == .local ? 200 : 503) + [.hangUp(id, cause)]
    }

    /// - Parameter relay: how whoever talks with the leg is told.
    private mutating func digit(
        _ id: LegID, _ digit: Character, _ now: Timestamp, relay: (LegID) -> Action
    ) -> [Action] {
        guard let leg = legs[id], !leg.isEnding, legs[id]?.keys.take(at: now) == true else { return [] }
        let other = leg.bridgedWith.flatMap { legs[$0]?.state == .answered ? $0 : nil }
        return stopRecognizing(id) + [.publish(LegDigit(legID: id, digit: String(digit)), leg.tenant)]
            + (other.map { [relay($0)] } ?? [])
    }

    mutating func begin(_ fax: FaxID, on id: LegID) {
        legs[id]?.fax = fax
        legs[id]?.playing = nil
    }

    mutating func endFax(on id: LegID) { legs[id]?.fax = nil }

    mutating func note(_ recognition: SpeechRecognition?, on id: LegID) { legs[id]?.recognition = recognition }

    mutating func markTransfer(_ id: LegID, _ isAsked: Bool) { legs[id]?.asksTransfer = isAsked }

    private mutating func playFinished(
        _ id: LegID, _ playID: Int, _ outcome: LegPlayFinished.Outcome
    ) -> [Action] {
        guard let leg = legs[id] else { return [] }
        if leg.playing == playID { legs[id]?.playing = nil }
        return [.publish(LegPlayFinished(legID: id, playID: playID, outcome: outcome), leg.tenant)]
    }

    private mutating func drain(_ isDraining: Bool) -> [Action] {
        self.isDraining = isDraining
        return []
    }

    private mutating func stop() -> [Action] {
        isDraining = true
        return legs.keys.sorted().flatMap { end($0, .unavailable) }
    }
}

// MARK: Commands

extension SwitchState {
    private mutating func command(
        _ command: CommandLeg, _ tenant: TenantID?, _ reply: ReplyToken, _ now: Timestamp
    ) -> [Action] {
        guard let leg = legs[command.legID], tenant == nil || tenant == leg.tenant else {
            return [.reply(reply, Failure(.notFound, "There is no leg \(command.legID)."))]
        }
        if !leg.isClaimed { claims.claimed(arrivedAt: leg.arrivedAt, at: now) }
        legs[leg.id]?.isClaimed = true
        if let context = command.context { legs[leg.id]?.context = context }
        var actions: [Action] = []
        for step in command.commands {
            do throws(Failure) {
                actions += try perform(step, on: leg.id)
            } catch {
                return actions + [.reply(reply, error)]
            }
        }
        return actions + [.reply(reply, nil)]
    }

    private mutating func perform(_ command: LegCommand, on id: LegID) throws(Failure) -> [Action] {
        guard let leg = legs[id] else { throw Failure(.notFound, "There is no leg \(id).") }
        if case .hangUp(let cause) = command { return end(id, cause) }
        guard !leg.isEnding else { throw Failure(.conflict, "The leg \(id) is ending.", code: "leg_ending") }
        try requireVoice(leg, for: command)
        switch command {
        case .ring: return leg.isOutbound || leg.state == .answered || leg.isAnswering ? [] : [.ring(id)]
        case .answer: return answer(leg)
        case .play(let playID, let prompts, let loop, let stopsOnDigit):
            try requireAnswered(leg)
            legs[id]?.playing = playID
            return [.play(id, playID: playID, prompts, loop: loop, stopsOnDigit: stopsOnDigit)]
        case .stopPlaying:
            legs[id]?.playing = nil
            return [.stopPlaying(id)]
        case .bridge(let other): return try bridge(leg, with: other)
        case .unbridge: return unbridge(leg) + leaveRoom(leg)
        case .confer(let call, let seats): return try confer(call, seats, leg.tenant)
        case .sendDigits(let digits):
            try requireAnswered(leg)
            return [.sendDigits(id, digits)]
        case .detectAnswer(let detection):
            guard leg.isHeard else { throw Self.wrongState(leg) }
            if let problem = detection.problem { throw Failure(.invalid, problem) }
            return [.detectAnswer(id, detection)]
        case .askToAnswer:
            guard leg.isOutbound, leg.state == .ringing || leg.state == .dialling else {
                throw Failure(.conflict, "The leg \(id) does not ring.")
            }
            return [.askToAnswer(id)]
        case .record(let recording, let call, let customer, let agent):
            return record(recording, of: call, customer: customer, agent: agent, on: leg)
        case .describeRecording(let recording, let about):
            return recordingOf[recording] == nil ? [] : [.describeRecording(recording, about)]
        case .pauseRecording(let recording):
            try requireRecorded(recording)
            return [.pauseRecording(recording)]
        case .resumeRecording(let recording):
            try requireRecorded(recording)
            return [.resumeRecording(recording)]
        case .stopRecording(let recording):
            guard let owner = recordingOf.removeValue(forKey: recording) else { return [] }
            legs[owner.owner]?.recordings.remove(recording)
            return [.stopRecording(recording)]
        case .sendFax(let fax, let options): return try self.fax(FaxOrder(fax, sends: true, options), on: leg)
        case .receiveFax(let fax, let call, let options):
            return try self.fax(FaxOrder(fax, sends: false, options, of: call), on: leg)
        case .recognize(let order): return try recognize(order, on: leg)
        case .stopRecognizing: return stopRecognizing(id)
        case .refuseTransfer(let cause): return concludeTransfer(id, status: cause.transferStatus)
        case .hangUp: return []
        }
    }

    func requireAnswered(_ leg: Leg) throws(Failure) {
        guard leg.state == .answered else { throw Self.wrongState(leg) }
    }

    private func requireRecorded(_ recording: RecordingID) throws(Failure) {
        guard recordingOf[recording] != nil else { throw Failure(.notFound, "Nothing is recorded as \(recording).") }
    }

    private static func wrongState(_ leg: Leg) -> Failure {
        Failure(.conflict, "The leg \(leg.id) is \(leg.state.rawValue), not answered.")
    }

    private mutating func answer(_ leg: Leg) -> [Action] {
        guard !leg.isOutbound, leg.state == .arrived, !leg.isAnswering else { return [] }
        legs[leg.id]?.isAnswering = true
        return [.answer(leg.id)]
    }

    private mutating func bridge(_ leg: Leg, with other: LegID) throws(Failure) -> [Action] {
        guard let peer = legs[other], other != leg.id, peer.tenant == leg.tenant, !peer.isEnding else {
            throw Failure(.notFound, "There is no leg \(other) to bridge with.")
        }
        guard leg.isHeard else { throw Self.wrongState(leg) }
        guard peer.isHeard else { throw Self.wrongState(peer) }
        guard peer.fax == nil else { throw Self.isFaxing(peer) }
        if leg.bridgedWith == other, peer.bridgedWith == leg.id { return [] }
        let apart = unbridge(leg) + unbridge(peer) + leaveRoom(leg) + leaveRoom(peer)
        legs[leg.id]?.bridgedWith = other
        legs[other]?.bridgedWith = leg.id
        legs[leg.id]?.playing = nil
        legs[other]?.playing = nil
        return apart + [.bridge(leg.id, other)]
    }

    private mutating func unbridge(_ leg: Leg) -> [Action] {
        guard let other = leg.bridgedWith else { return [] }
        legs[leg.id]?.bridgedWith = nil
        if legs[other]?.bridgedWith == leg.id { legs[other]?.bridgedWith = nil }
        return [.unbridge(leg.id, other)]
    }

    private mutating func record(
        _ recording: RecordingID, of call: CallID, customer: LegID?, agent: LegID?, on leg: Leg
    ) -> [Action] {
        let legs = legs
        let known = { (id: LegID?) in id.flatMap { legs[$0]?.tenant == leg.tenant ? $0 : nil } }
        let recorded = RecordedCall(
            owner: leg.id, call: call, tenant: leg.tenant, customer: known(customer), agent: known(agent))
        if let before = recordingOf.updateValue(recorded, forKey: recording) {
            self.legs[before.owner]?.recordings.remove(recording)
        }
        self.legs[leg.id]?.recordings.insert(recording)
        return [recorded.action(recording, rooms)]
    }
}

// MARK: Rooms

extension SwitchState {
    private mutating func confer(
        _ call: CallID, _ seats: [RoomSeat], _ tenant: TenantID
    ) throws(Failure) -> [Action] {
        guard seats.count <= RoomSeat.maximumPerRoom, Set(seats.map(\.legID)).count == seats.count else {
            throw Failure(.invalid, "A room has at most \(RoomSeat.maximumPerRoom) seats, one a leg.")
        }
        for seat in seats {
            guard let leg = legs[seat.legID], leg.tenant == tenant, !leg.isEnding else {
                throw Failure(.notFound, "There is no leg \(seat.legID) to confer with.")
            }
            guard leg.isHeard else { throw Self.wrongState(leg) }
            guard leg.fax == nil else { throw Self.isFaxing(leg) }
        }
        let before = rooms[call]
        guard before.allSatisfy({ legs[$0.legID]?.tenant == tenant }) else {
            throw Failure(.notFound, "There is no call \(call).")
        }
        guard before != seats else { return [] }
        let named = Set(seats.map(\.legID))
        var actions = before.map(\.legID).filter { !named.contains($0) }.map(Action.part)
        for seat in seats where rooms.room(of: seat.legID) != call { actions += join(seat.legID) }
        rooms.seat(seats, in: call)
        return actions + arrange(call)
    }

    /// Before it sits down, a leg leaves where it was.
    private mutating func join(_ id: LegID) -> [Action] {
        guard let leg = legs[id] else { return [] }
        let actions = unbridge(leg) + leaveRoom(leg) + (leg.playing == nil ? [] : [.stopPlaying(id)])
        legs[id]?.playing = nil
        return actions
    }

    private mutating func leaveRoom(_ leg: Leg) -> [Action] {
        guard let room = rooms.leave(leg.id) else { return [] }
        return [.part(leg.id)] + arrange(room)
    }

    private func arrange(_ room: CallID) -> [Action] {
        let recorded = recordingOf.filter { $0.value.call == room }.sorted { $0.key < $1.key }
        return [.arrange(room, rooms[room])] + recorded.map { $0.value.action($0.key, rooms) }
    }
}
