import Contracts
import Testing

@testable import Bus

@Suite struct SubscriptionsTests {
    @Test func `what a service says lies as long as its most impatient listener lets it`() {
        let subscriptions = Subscriptions()
        #expect(subscriptions.patience(with: .cti) == .milliseconds(20))
        let slow = subscriptions.follow([.cti], patience: { .milliseconds(10) }) { _ in }
        #expect(subscriptions.patience(with: .cti) == .milliseconds(10))
        #expect(subscriptions.patience(with: .crm) == .milliseconds(20))
        let quick = subscriptions.follow([.cti, .crm]) { _ in }
        #expect(subscriptions.patience(with: .cti) == .zero && subscriptions.patience(with: .crm) == .zero)
        quick.stop()
        #expect(subscriptions.patience(with: .cti) == .milliseconds(10))
        slow.stop()
        #expect(subscriptions.patience(with: .cti) == .milliseconds(20))
    }

    @Test func `who wants topics wants them at once, of whatever service`() async {
        let subscriptions = Subscriptions()
        let stream = subscriptions.subscribe(["call."])
        #expect(subscriptions.patience(with: .acd) == .zero)
        subscriptions.finish()
        for await _ in stream {}
        #expect(subscriptions.patience(with: .acd) == .milliseconds(20))
    }
}
