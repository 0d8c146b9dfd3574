import Contracts
import RTP
import SDP

/// Everything a media thread knows of a leg. It belongs to one thread at a time and moves as a value.
struct MediaLeg: Sendable {
    /// Changes for a browser's line only, with the call it carries.
    private(set) var id: LegID
    let port: UInt16
    let rtp: UDPSocket
    /// Nil where RTCP comes over the same port as RTP.
    let rtcp: UDPSocket?
    /// Set if the far end is a browser.
    var browser: BrowserLine?
    var latch = SourceLatch()
    var egress: Egress
    var remote: RemoteMedia?
    var playback: Playback?
    /// What we say, if it has to be encoded; nil for what is sent as it lies in memory.
    var voice: LegVoice?
    /// What it says, if somebody on this side listens to more than packets; nil otherwise.
    var ear: LegEar?
    /// Finds out who or what has answered, while somebody wants to know.
    var answerEar: AnswerEar?
    /// Hears what is said, while it is to be understood.
    var speechEar: SpeechEar?
    var digits = TelephoneEventSender()
    /// The key that sounds, for who takes no telephone-events.
    var keyTone: KeyTone?
    var keys = TelephoneEventReceiver()
    var track: RecordingTrack?
    var timeline = RecordingTimeline()
    /// The slot of the leg it is bridged with.
    var peer: Int?
    /// The worker of the fax on it: its voice is made there.
    var fax: FaxLine?
    /// Set while its datagrams are a fax by T.38; then it has no sound, and nothing is known of the far end's.
    var image: ImageLine?

    private(set) var reception = ReceptionStatistics()
    private var receivedSSRC: UInt32?
    /// What earlier sources of this leg amounted to.
    private var earlier = MediaStatistics()
    /// What was sent before the call that it carries now.
    private var sentEarlier = MediaStatistics()
    var foreign: UInt64 = 0
    var unusable: UInt64 = 0
    /// Nil until the far end has reported.
    var lostByPeer: Int64?
    /// As they were at the last report.
    var reported = MediaStatistics()
    var roundTrip: Int64?

    /// When it last gave a sign of life, or was last described or expected.
    var heardAt: Int64 = 0
    /// Both ends have answered: its silence is told of.
    var isExpected = false
    var hasTimedOut = false
    var sentAt: Int64 = 0
    var reportAt: Int64 = 0
    var controlReadAt: Int64 = 0
    var lastSenderReport: (middle: UInt32, at: Int64)?

    init(id: LegID, port: UInt16, rtp: UDPSocket, rtcp: UDPSocket?, browser: BrowserLine? = nil) {
        self.id = id
        self.port = port
        self.rtp = rtp
        self.rtcp = rtcp
        self.browser = browser
        egress = Egress(
            ssrc: .random(in: 1...UInt32.max), sequence: .random(in: .min ... .max),
            timestamp: .random(in: .min ... .max))
    }

    /// Where its RTCP goes.
    var controlDestination: SocketAddress? {
        if let browser { return browser.destination }
        guard let remote, let destination = latch.destination else { return nil }
        guard destination.port == remote.port, let port = remote.rtcpPort else { return destination.next }
        return SocketAddress(host: destination.host, port: port)
    }

    /// Counts a packet of the leg's own source.
    /// - Returns: false for one that does not belong to what came before.
    mutating func count(_ header: RTPHeader, octets: Int, at now: Int64) -> Bool {
        heardAt = now
        hasTimedOut = false
        if receivedSSRC != header.ssrc {
            earlier = received
            reception = ReceptionStatistics()
            receivedSSRC = header.ssrc
            lastSenderReport = nil
        }
        let arrival = arrival(at: now)
        return reception.take(header, octets: octets, arrival: arrival) != .stray
    }

    /// Carries another call from now on, or none, and counts anew; the stream that the far end hears goes on.
    mutating func begin(as name: LegID) {
        id = name
        digits = TelephoneEventSender(samplesPerFrame: (remote?.telephoneEventClockRate ?? 8_000) / 50)
        keys = TelephoneEventReceiver()
        reception = ReceptionStatistics()
        receivedSSRC = nil
        earlier = MediaStatistics()
        sentEarlier.packetsSent = egress.packets
        sentEarlier.octetsSent = egress.octets
        (foreign, unusable, lostByPeer, roundTrip) = (0, 0, nil, nil)
        (reported, answerEar, keyTone, speechEar) = (MediaStatistics(), nil, nil, nil)
        (isExpected, hasTimedOut) = (false, false)
    }

    /// A time in units of the leg's timestamps, wrapping.
    func arrival(at now: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: now * Int64(egress.clockRate / 1_000) / 1_000)
    }

    /// The block of our next report on what it sends; nil before it has sent.
    mutating func reportBlock(at now: Int64) -> RTCPReportBlock? {
        guard let receivedSSRC else { return nil }
        let delay = lastSenderReport.map { UInt32(clamping: ((now - $0.at) << 16) / 1_000_000) } ?? 0
        return reception.report(on: receivedSSRC, lastSenderReport: lastSenderReport?.middle ?? 0, delay: delay)
    }

    private var received: MediaStatistics {
        var sum = earlier
        sum.packetsReceived += reception.received
        sum.octetsReceived += reception.octets
        sum.packetsLost += reception.lost
        return sum
    }

    var statistics: MediaStatistics {
        var sum = received
        sum.jitterMicroseconds = Int64(reception.jitter) * 1_000 / Int64(egress.clockRate / 1_000)
        sum.packetsSent = egress.packets &- sentEarlier.packetsSent
        sum.octetsSent = egress.octets &- sentEarlier.octetsSent
        sum.packetsForeign = foreign
        sum.packetsUnusable = unusable
        sum.codec = remote?.codec
        sum.packetsLostByPeer = lostByPeer ?? 0
        sum.hasPeerReport = lostByPeer != nil
        sum.roundTripMicroseconds = roundTrip
        return sum
    }
}
