import Contracts
import Foundation
import Logging
import SDP
import SIP
import ServiceKit

/// Carries out what ``SwitchState`` decides, and turns what telephones, trunks and RTP say into its inputs. Confined to
/// the switchboard's loop; what takes time is handed out as a job and comes back as an entry.
final class SwitchDesk {
    typealias Job = @Sendable () async -> Void

    /// A leg's signalling and sound.
    struct Line {
        var call: SIPCall?
        var audio: AudioSession
        /// What to answer the INVITE with; nil while an offer of the other side's is still to come.
        var answer: SessionDescription?
        /// Our offer is in a 2xx: the ACK brings the answer.
        var awaitsAnswer = false
        /// The far end has said where its sound is, in an offer, an answer or while it rings.
        var isConnected = false
        /// It is a fax by T.38, without sound.
        var isImage = false
        /// What the far end says of T.38.
        var imageTerms: T38Terms?
        /// What our re-INVITE under way asks for.
        var asks: ImageQuestion?
        /// The far end's offer of T.38 that waits for another leg's answer.
        var imageOffer: SessionDescription?
        var endCause: EndCause?
    }

    let parts: SwitchParts
    let endpoint: SIPEndpoint
    let post: @Sendable (Switchboard.Entry) -> Void
    var state = SwitchState()
    var lines: [LegID: Line] = [:]
    var voices = LegVoices()
    var registrar = Registrar<PhonePlace>()
    var browsers: BrowserPhones
    var webCalls: WebCalls
    /// Pages that are told how their calls stand.
    var webFollowers: [WebCallID: [AsyncStream<ServerEvent>.Continuation]] = [:]
    /// Whose access tokens may still be good, and are not taken.
    var endedSessions = EndedSessions()
    var verifiers: [TenantID: DigestVerifier] = [:]
    /// What nonces are made with for tenants that there are not, which are not remembered.
    let strangersKey: [UInt8] = (0..<32).map { _ in .random(in: .min ... .max) }
    var guesses = GuessLimiter()
    var trunkCalls: [TrunkID: Int] = [:]
    var trunkRates: [TrunkID: RateLimit] = [:]
    var watch = TrunkWatch()
    var trunkRegistrations: [TrunkID: TrunkRegistration] = [:]
    /// Begins the Call-IDs of our registrations: another one in each run, for their numbers begin anew.
    let registrationKey = String(UInt64.random(in: .min ... .max), radix: 36)
    /// Calls through trunks, from the request to their end.
    var outside: [LegID: OutsideCall] = [:]
    var ledger: DialLedger
    var alarms = DialAlarms()
    /// Where outgoing legs lead, from the request until they are dialled.
    var places: [LegID: DialPlace] = [:]
    var recordings: [RecordingID: RunningRecording] = [:]
    var faxes: [FaxID: RunningFax] = [:]
    var now = Timestamp.now()
    var stopping = Stopping.no
    var isDrainedTold = false
    private var claims = ClaimTimer<ContinuousClock.Instant>()
    private var askers: [ReplyToken: Switchboard.Asker<Done>] = [:]
    private var tokens: UInt64 = 0
    private var jobs: [Job] = []

    init(_ parts: SwitchParts, endpoint: SIPEndpoint, post: @escaping @Sendable (Switchboard.Entry) -> Void) {
        self.parts = parts
        self.endpoint = endpoint
        self.post = post
        browsers = BrowserPhones(keep: parts.configuration.browserKeep)
        webCalls = WebCalls(keep: parts.configuration.webCallKeep, most: parts.configuration.webCallsAtOnce)
        ledger = DialLedger(parts.usage.restored)
        for kept in parts.registrations.restored { restore(kept) }
    }

    func handle(_ entry: Switchboard.Entry, at now: Timestamp) {
        self.now = now
        take(entry)
        goOnStopping()
        noteDrained()
        parts.metrics.holds(legs: state.legs.count)
    }

    private func take(_ entry: Switchboard.Entry) {
        switch entry {
        case .incoming(let leg, let call): incoming(leg, call)
        case .call(let voice, let event):
            if let leg = voices.leg(of: voice, event) { happened(event, to: leg) }
        case .register(let request): register(request)
        case .media(let event): happened(event)
        case .command(let command, let tenant, let asker):
            decide(.command(command, tenant: tenant, reply: token(asker)))
        case .originate(let request, let tenant, let asker): originate(request, tenant, asker)
        case .list(let shards, let asker): asker(.success(list(shards)))
        case .promptReady(let leg, let playID, let source): promptReady(leg, playID, source)
        case .claimsExpired: claimsExpired()
        case .browser(let request, let key, let asker): browser(request, of: key, asker)
        case .ringExpired(let leg): ringExpired(leg)
        case .probed(let place, let number, let response): probed(place, number, response)
        case .registered(let trunk, let number, let response): registered(trunk, number, response)
        case .look(let question): question(self)
        case .fax(let fax, let event): happened(event, to: fax)
        case .faxStarted(let fax, let process): started(fax, process)
        case .recognized(let fact): ended(fact)
        case .faxOverdue(let fax): faxes[fax]?.process?.kill()
        case .transferExpired(let leg): decide(.transferExpired(leg))
        case .sweep: sweep()
        case .stop: stop()
        case .stopOverdue(let part): stopOverdue(part)
        case .mediaEnded: mediaEnded()
        }
    }

    /// What is to be done beside the loop.
    func takeJobs() -> [Job] {
        defer { jobs.removeAll(keepingCapacity: true) }
        return jobs
    }

    func later(_ job: @escaping Job) { jobs.append(job) }

    func token(_ asker: @escaping Switchboard.Asker<Done>) -> ReplyToken {
        tokens &+= 1
        let token = ReplyToken(number: tokens)
        askers[token] = asker
        return token
    }

    func decide(_ input: SwitchState.Input) {
        for action in state.handle(input, at: now) { perform(action) }
    }

    private func perform(_ action: SwitchState.Action) {
        switch action {
        case .dial(let leg, let request): dial(leg, request)
        case .ring(let leg): lines[leg]?.call?.ring()
        case .answer(let leg): answer(leg)
        case .hangUp(let leg, let cause): hangUp(leg, cause)
        case .play(let leg, let playID, let prompts, let loop, let stopsOnDigit):
            play(leg, playID, prompts, loop: loop, stopsOnDigit: stopsOnDigit)
        case .stopPlaying(let leg):
            playing[leg] = nil
            parts.engine.stopPlaying(leg)
        case .bridge(let first, let second): parts.engine.bridge(first, second)
        case .unbridge(let first, _), .part(let first): parts.engine.unbridge(first)
        case .arrange(let room, let seats): parts.engine.arrange(room, seats)
        case .sendDigits(let leg, let digits): sendDigits(leg, digits)
        case .relayDigit(let leg, let digit): relayDigit(leg, digit)
        case .acceptReferral(let leg): acceptReferral(leg)
        case .refuseReferral(let leg, let status): lines[leg]?.call?.refuseReferral(SIPStatus(status))
        case .concludeReferral(let leg, let status):
            lines[leg]?.call?.notifyReferral(SIPStatus(status), isLast: true)
        case .detectAnswer(let leg, let detection): parts.engine.detectAnswer(leg, detection)
        case .askToAnswer(let leg): askToAnswer(leg)
        case .record(let recording, let call, let tenant, let customer, let agents):
            record(recording, call, tenant, customer: customer, agents: agents)
        case .describeRecording(let recording, let about): describe(recording, about)
        case .pauseRecording(let recording): pause(recording)
        case .resumeRecording(let recording): parts.engine.resumeRecording(recording)
        case .stopRecording(let recording): parts.engine.stopRecording(recording)
        case .fax(let leg, let order): fax(order, on: leg)
        case .recognize(let leg, let order): parts.engine.recognize(leg, order)
        case .stopRecognizing(let leg): parts.engine.recognize(leg, nil)
        case .expectSound(let leg): parts.engine.expectSound(leg)
        case .release(let leg, let tenant): release(leg, tenant)
        case .awaitClaim(let leg):
            setClaimTimer(claims.wait(for: leg, until: .now + parts.configuration.claimWithin))
        case .publish(let fact, let tenant):
            parts.publish(fact, tenant)
            webHeard(fact)
        case .reply(let token, let failure): reply(token, failure)
        }
    }

    private func reply(_ token: ReplyToken, _ failure: Failure?) {
        guard let asker = askers.removeValue(forKey: token) else { return }
        asker(failure.map { .failure($0) } ?? .success(Done()))
    }

    private func release(_ leg: LegID, _ tenant: TenantID) {
        occupy(leg, nil)
        forgetOutside(leg)
        lines[leg] = nil
        playing[leg] = nil
        browsers.ended(leg, at: now)
        closing[leg] = tenant
        earlyTones[leg] = nil
        if prompted.remove(leg) != nil { parts.prompts.forget(leg) }
        parts.engine.close(leg)
    }

    private func setClaimTimer(_ time: ContinuousClock.Instant?) {
        guard let time else { return }
        later { [post] in if (try? await Task.sleep(until: time, clock: .continuous)) != nil { post(.claimsExpired) } }
    }

    private func claimsExpired() {
        let (over, next) = claims.fired(at: .now)
        for leg in over { decide(.claimExpired(leg)) }
        setClaimTimer(next)
    }

    private func list(_ shards: [Shard]) -> LegList {
        let wanted = Set(shards)
        let head = parts.head()
        return LegList(
            legs: state.legs.values.filter { wanted.contains(Shard.of($0.tenant)) && !$0.isFax }.map {
                $0.snapshot(state.rooms)
            }
            .sorted { $0.legID < $1.legID },
            phones: (Array(registrar.bindings(at: now).keys) + browsers.known).filter {
                wanted.contains(Shard.of($0.tenant))
            }
            .map { RegisteredPhone(tenant: $0.tenant, phoneID: $0.phone) },
            stream: head.stream, number: head.number)
    }

    private func sweep() {
        expireBrowsers()
        expireWebCalls()
        noteKnownSources()
        let book = parts.book()
        sweepTrunks(book)
        for key in registrar.expire(at: now, unless: { book.phone($0.phone, tenant: $0.tenant) != nil }) {
            tell(key, false)
        }
    }

    func refuseAskers() {
        forgetWebFollowers()
        for (_, asker) in askers { asker(.failure(Failure(.unavailable, "The media server stops."))) }
        askers = [:]
    }

    // What each leg plays, by the number cti gave it, and which trunk it came by.
    var playing: [LegID: Playing] = [:]
    /// Legs that prompts were made for.
    var prompted: Set<LegID> = []
    var trunkOf: [LegID: TrunkID] = [:]
    /// What was heard before an answer that did not come.
    var earlyTones: [LegID: AnswerResult] = [:]
    /// Whose legs are gone but for their sound.
    var closing: [LegID: TenantID] = [:]
}

/// A playback that cti asked for.
struct Playing {
    let playID: Int
    let loop: Bool
    let stopsOnDigit: Bool
}
