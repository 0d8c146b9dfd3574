import Contracts
import Foundation

/// The messages that a call is made of, with and without what they may lack.
enum WireSamples {
    static let tenant = TenantID(rawValue: "demo")
    static let call = CallID(rawValue: "0193a4c0ffee0123456789abcdef")
    static let leg = LegID(rawValue: "0193a4c0ffee0123456789abcdef")
    static let amy = AgentID(rawValue: "amy")
    static let queue = QueueID(rawValue: "sales")
    static let time = Timestamp(microseconds: 1_795_826_400_123_456)

    static let ended = CallEnded(
        callID: call, direction: .inbound, customerNumber: "+8613800000001", accessNumber: "4008001234",
        flowID: FlowID(rawValue: "main"), campaignID: nil, attemptID: nil, startedAt: time,
        endedAt: time.adding(.seconds(9)), reason: .customerHungUp,
        segments: [
            CallSegment(kind: .ivr, startedAt: time, endedAt: time.adding(.seconds(1)), reason: "queued"),
            CallSegment(
                kind: .talk, startedAt: time.adding(.seconds(1)), endedAt: time.adding(.seconds(9)), queueID: queue,
                agentID: amy, reason: "customerHungUp"),
        ], agentID: amy, queueID: queue, recordings: [RecordingID(rawValue: "r/1")],
        attributes: ["语言": "中文\n\"a\\b\"", "": "/"])

    static let waiting = WaitingCall(
        tenant: tenant, callID: call, queueID: queue, priority: 500, enqueuedAt: time, skills: ["english:3"],
        refusedBy: [amy], mustBeTaken: true, wants: WantedAgent(agentID: amy, seconds: 30),
        attributes: ["caller": "+8613800000001"])

    static func agent(_ status: AgentStatus) -> AgentSnapshot {
        AgentSnapshot(
            tenant: tenant, agentID: amy, status: status, pauseReason: status == .paused ? "lunch" : nil, since: time,
            phoneID: PhoneID(rawValue: "2001"), callID: status == .talking ? call : nil, isOnHold: false,
            until: status == .paused ? time : nil, revision: 1 << 33)
    }

    static let commands: [LegCommand] = [
        .ring, .answer,
        .play(
            playID: 3, prompts: [.file("hello"), .speech("你好", language: "zh"), .music, .ringback], loop: true,
            stopsOnDigit: false),
        .stopPlaying, .bridge(with: leg), .unbridge,
        .confer(call, [RoomSeat(leg, .talk), RoomSeat(leg, .whisper(to: leg)), RoomSeat(leg, .apart)]),
        .sendDigits("1*#"), .askToAnswer, .record(RecordingID(rawValue: "r/1"), of: call, customer: leg, agent: nil),
        .stopRecording(RecordingID(rawValue: "r/1")), .refuseTransfer(.rejected), .hangUp(.local),
    ]

    static let decided = RoutingDecided(
        callID: call, queueID: queue, agentID: amy, offer: 1, rule: "longestIdle", seed: -5, widened: 2,
        overflowQueueID: nil, overflowReason: .queueFull, waitedMicroseconds: 12,
        candidates: [
            RoutingDecided.Candidate(agentID: amy, idleSince: time, measure: 4, passedOver: nil),
            RoutingDecided.Candidate(agentID: AgentID(rawValue: "bob"), idleSince: time, passedOver: "refused"),
        ])

    static let snapshot = LegSnapshot(
        legID: leg, tenant: tenant, state: .answered, from: "+8613800000001", to: "4008001234", trunkID: nil,
        phoneID: PhoneID(rawValue: "2001"), bridgedWith: nil, room: call, role: .whisper(to: leg),
        context: Data("{\"a\":1}".utf8), arrivedAt: time, answeredAt: nil)

    static var all: [any AnySample] { facts + requests }

    private static var facts: [any AnySample] {
        AgentStatus.allCases.map { Sample(AgentStateChanged(agent: agent($0), previous: .ready)) } + [
            Sample(ended), Sample(decided), Sample(CallQueued(callID: call, queueID: queue, queuedAt: time)),
            Sample(
                CallStarted(
                    callID: call, direction: .outbound, customerNumber: "", accessNumber: "", flowID: nil,
                    campaignID: CampaignID(rawValue: "c"), attemptID: AttemptID(rawValue: "a"), startedAt: time)),
            Sample(
                CallOffered(
                    callID: call, agentID: amy, queueID: nil, direction: .inbound, customerNumber: "1",
                    accessNumber: "2", attributes: [:], expiresAt: time)),
            Sample(CallOfferEnded(callID: call, agentID: amy, outcome: .noAnswer, reason: "no time")),
            Sample(CallAnswered(callID: call, agentID: amy, queueID: queue, answeredAt: time)),
            Sample(LegArrived(legID: leg, from: "anonymous", to: "4008001234", trunkID: nil)),
            Sample(
                LegArrived(
                    legID: leg, from: "anonymous", to: "4008001234", trunkID: nil, attributes: ["visitorName": "王"])),
            Sample(LegRinging(legID: leg)), Sample(LegAnswered(legID: leg)), Sample(LegDigit(legID: leg, digit: "#")),
            Sample(LegPlayFinished(legID: leg, playID: 7, outcome: .interrupted)),
            Sample(LegEnded(legID: leg, cause: .busy, sipStatus: 486)),
        ]
    }

    private static var requests: [any AnySample] {
        commands.map { Sample(CommandLeg(legID: leg, commands: [$0])) } + [
            Sample(CommandLeg(legID: leg, commands: commands, context: Data([0, 255, 7]))),
            Sample(CommandLeg(legID: leg, commands: [], context: Data())),
            Sample(
                OriginateLeg(
                    legID: leg, destination: .phone(PhoneID(rawValue: "2001")), from: "1", displayName: nil,
                    ringSeconds: 15, context: Data("ctx".utf8), beside: leg)),
            Sample(EnqueueCall(call: waiting)), Sample(DequeueCall(callID: call)),
            Sample(
                OfferCall(
                    callID: call, agentID: amy, queueID: queue, offer: 2, ringSeconds: 15, afterCallWorkSeconds: 0)),
            Sample(
                ShardSnapshot(
                    waiting: [waiting], offered: [OfferedCall(call: waiting, agentID: amy, offer: 1)],
                    agents: AgentStatus.allCases.map(agent), stream: "cti/1@5f", number: .max)),
            Sample(LegList(legs: [snapshot], phones: [], stream: "media-server/1@5f", number: 0)),
            Sample(Failure(.conflict, "The agent is not ready.", code: "agentNotReady")), Sample(Done()),
        ]
    }
}
