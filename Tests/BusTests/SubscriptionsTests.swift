import Contracts
import Testing

@testable import Bus

@Suite struct SubscriptionsTests {
    @Test func `a service's facts come as soon as its most impatient follower wants them`() {
        let subscriptions = Subscriptions()
        #expect(subscriptions.lane(of: .cti) == nil)
        let slow = subscriptions.follow([.cti], patience: { .milliseconds(50) }) { _ in }
        #expect(subscriptions.lane(of: .cti) == .soon)
        #expect(subscriptions.lane(of: .crm) == nil)
        let quick = subscriptions.follow([.cti, .crm]) { _ in }
        #expect(subscriptions.lane(of: .cti) == .now && subscriptions.lane(of: .crm) == .now)
        quick.stop()
        #expect(subscriptions.lane(of: .cti) == .soon)
        slow.stop()
        #expect(subscriptions.lane(of: .cti) == nil)
    }

    @Test func `who wants topics is no follower`() async {
        let subscriptions = Subscriptions()
        let stream = subscriptions.subscribe(["call."])
        #expect(subscriptions.lane(of: .acd) == nil)
        #expect(subscriptions.topics == ["call."])
        subscriptions.finish()
        for await _ in stream {}
        #expect(subscriptions.topics.isEmpty)
    }
}
