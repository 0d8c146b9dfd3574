import CoreMetrics
import ServiceKit
import TestSupport
import Testing

@Suite struct MetricRegistryTests {
    let registry = MetricRegistry()

    @Test func `counters, gauges and histograms are told as Prometheus reads them`() {
        Counter(label: "acd.calls", dimensions: [("queue", "a\"b\\c")], factory: registry).increment(by: 2)
        Meter(label: "acd_calls_waiting", factory: registry).set(7)
        Gauge(label: "acd_agents", factory: registry).record(3)
        let timer = Timer(label: "acd_offer", factory: registry)
        timer.recordMilliseconds(3)
        timer.recordSeconds(100)
        let text = registry.text()
        #expect(text.contains("# TYPE acd_calls_total counter\nacd_calls_total{queue=\"a\\\"b\\\\c\"} 2\n"))
        #expect(text.contains("# TYPE acd_calls_waiting gauge\nacd_calls_waiting 7\n"))
        #expect(text.contains("acd_agents 3\n"))
        #expect(text.contains("# TYPE acd_offer_seconds histogram\n"))
        #expect(text.contains("acd_offer_seconds_bucket{le=\"0.002\"} 0\n"))
        #expect(text.contains("acd_offer_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("acd_offer_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("acd_offer_seconds_sum 100.003\n"))
        #expect(text.contains("acd_offer_seconds_count 2\n"))
    }

    @Test func `the same name and labels are the same figure`() {
        for _ in 1...3 { Counter(label: "rings", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment() }
        Counter(label: "rings", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        #expect(registry.text().contains("rings_total{a=\"1\",b=\"2\"} 4\n"))
    }

    @Test func `a name is of one kind, and series are bounded`() {
        Meter(label: "x_total", factory: registry).set(1)
        Counter(label: "x", factory: registry).increment()
        #expect(registry.text().contains("metrics_series_dropped_total 1\n"))
        for number in 0...MetricRegistry.maximumSeries {
            Counter(label: "flood", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let lines = registry.text().split(separator: "\n").count
        #expect(lines < MetricRegistry.maximumSeries + 10)
    }
}
