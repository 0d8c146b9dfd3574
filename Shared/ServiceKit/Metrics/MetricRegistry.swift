public import CoreMetrics
import Synchronization

/// Every metric of this process, and their text for Prometheus. The factory behind swift-metrics.
///
/// Bounded: beyond ``maximumSeries`` a new series is counted in `metrics_series_dropped_total` and not kept, so that a
/// label taken from what a peer sends cannot fill the memory.
public final class MetricRegistry: MetricsFactory, Sendable {
    public static let maximumSeries = 10_000
    /// Seconds; from what the budgets need (1 ms) to what a person gives up at.
    public static let standardBuckets: [Double] = [
        0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60,
    ]

    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private struct State {
        var counters: [Series: CounterCell] = [:]
        var gauges: [Series: GaugeCell] = [:]
        var histograms: [Series: HistogramCell] = [:]
        var kinds: [String: String] = [:]
        var dropped = 0
        var collectors: [@Sendable () -> Void] = []
        var count: Int { counters.count + gauges.count + histograms.count }
    }

    private let state = Mutex(State())

    public init() {}

    // MARK: swift-metrics

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(name: Self.name(label, suffix: "_total"), labels: dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        FloatingCounterCell(cell: gauge(name: Self.name(label, suffix: "_total"), labels: dimensions, kind: "counter"))
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(name: Self.name(label, suffix: ""), labels: dimensions)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? histogram(name: Self.name(label, suffix: ""), labels: dimensions, buckets: Self.countBuckets)
            : gauge(name: Self.name(label, suffix: ""), labels: dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(name: Self.name(label, suffix: "_seconds"), labels: dimensions, buckets: Self.standardBuckets)
    }

    // Series live as long as the process: a counter that vanished and came back would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Cells

    func counter(name: String, labels: [(String, String)]) -> CounterCell {
        cell(name, labels, kind: "counter", \.counters) { CounterCell() }
    }

    func gauge(name: String, labels: [(String, String)], kind: String = "gauge") -> GaugeCell {
        cell(name, labels, kind: kind, \.gauges) { GaugeCell() }
    }

    func histogram(name: String, labels: [(String, String)], buckets: [Double]) -> HistogramCell {
        cell(name, labels, kind: "histogram", \.histograms) { HistogramCell(buckets: buckets) }
    }

    private func cell<Cell: Sendable>(
        _ name: String, _ labels: [(String, String)], kind: String,
        _ table: any WritableKeyPath<State, [Series: Cell]> & Sendable, make: @Sendable () -> Cell
    ) -> Cell {
        let series = Series(name: name, labels: Self.text(labels))
        return state.withLock { state in
            if let known = state[keyPath: table][series] { return known }
            let new = make()
            // A name is of one kind; a second kind of the same name would make the whole page invalid.
            guard state.count < Self.maximumSeries, state.kinds[name, default: kind] == kind else {
                state.dropped += 1
                return new
            }
            state.kinds[name] = kind
            state[keyPath: table][series] = new
            return new
        }
    }

    // MARK: Text

    /// Sets figures that are looked at only when somebody asks.
    public func collect(_ collector: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Prometheus text format 0.0.4.
    public func text() -> String {
        for collector in state.withLock({ $0.collectors }) { collector() }
        let (kinds, counters, gauges, histograms, dropped) = state.withLock {
            ($0.kinds, $0.counters, $0.gauges, $0.histograms, $0.dropped)
        }
        var lines: [String: [(labels: String, text: String)]] = [:]
        for (series, cell) in counters {
            lines[series.name, default: []].append(
                (series.labels, "\(series.name)\(braced(series.labels)) \(cell.value)\n"))
        }
        for (series, cell) in gauges {
            let value = Self.number(cell.value)
            lines[series.name, default: []].append((series.labels, "\(series.name)\(braced(series.labels)) \(value)\n"))
        }
        for (series, cell) in histograms {
            lines[series.name, default: []].append((series.labels, cell.text(series.name, series.labels)))
        }
        var result = ""
        for (name, series) in lines.sorted(by: { $0.key < $1.key }) {
            result += "# TYPE \(name) \(kinds[name] ?? "untyped")\n"
            for line in series.sorted(by: { $0.labels < $1.labels }) { result += line.text }
        }
        return result + "# TYPE metrics_series_dropped_total counter\nmetrics_series_dropped_total \(dropped)\n"
    }

    private static let countBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]

    /// Letters, digits and `_`; with the suffix that Prometheus wants for the kind.
    static func name(_ label: String, suffix: String) -> String {
        var name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        if name.first?.isNumber ?? true { name = "_" + name }
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func text(_ labels: [(String, String)]) -> String {
        labels.sorted { $0.0 < $1.0 }.map { key, value in
            let escaped =
                value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name(key, suffix: ""))=\"\(escaped)\""
        }.joined(separator: ",")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }
