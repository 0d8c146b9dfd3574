import SDP
import Testing

@testable import MediaServer

@Suite struct SpeechQualityTests {
    private func score(_ codec: AudioCodec, loss: Double = 0, delay: Double = 0) -> Double {
        SpeechQuality.score(codec, loss: loss, delay: delay)
    }

    @Test func `a rating becomes a score as in G.107 annex B`() {
        // The annex's own pairs of rating and score.
        for (rating, score) in [(93.2, 4.41), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)] {
            #expect(abs(SpeechQuality.score(rating: rating) - score) < 0.01)
        }
        #expect(SpeechQuality.score(rating: -5) == 1)
        #expect(SpeechQuality.score(rating: 120) == 4.5)
    }

    @Test func `codecs are ordered as people order them`() {
        #expect(score(.pcma) > score(.g729))
        #expect(score(.g729) > score(.gsm))
    }

    @Test func `losses and delay cost, and Opus bears losses best`() {
        #expect(score(.pcma, loss: 0.05) < score(.pcma, loss: 0.01))
        #expect(score(.pcma, loss: 0.01) < score(.pcma))
        #expect(score(.opus, loss: 0.05) > score(.pcma, loss: 0.05))
        #expect(score(.pcma, delay: 400) < score(.pcma, delay: 150) - 0.5)
        #expect(abs(score(.pcma, delay: 100) - score(.pcma)) < 0.1)
    }

    @Test func `no figure of a peer's breaks it`() {
        for loss in [-1, 2, Double.infinity] { #expect((1...4.5).contains(score(.pcma, loss: loss, delay: 1e9))) }
    }

    @Test func `an interval is what lies between two moments`() throws {
        var (from, to) = (MediaStatistics(), MediaStatistics())
        (from.packetsReceived, from.packetsLost, from.packetsSent) = (1_000, 100, 1_000)
        (to.packetsReceived, to.packetsLost, to.packetsSent) = (1_245, 105, 1_250)
        var interval = QualityInterval(codec: .pcma, from: from, to: to)
        #expect(abs(try #require(interval.loss) - 0.02) < 0.001)
        #expect(interval.lossAtPeer == nil)
        (to.hasPeerReport, to.packetsLostByPeer) = (true, 25)
        interval = QualityInterval(codec: .pcma, from: from, to: to)
        #expect(interval.lossAtPeer == 0.1)
        #expect(try #require(interval.scoreAtPeer) < #require(interval.score))
        #expect(QualityInterval(codec: .pcma, from: to, to: to).score == nil)
    }
}
