import CoreMetrics
import Synchronization

/// What only grows.
final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)
    var value: Int64 { count.load(ordering: .relaxed) }
    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}

/// What goes up and down.
final class GaugeCell: MeterHandler, RecorderHandler {
    private let bits = Atomic<UInt64>(0)
    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (done, current) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = current
        }
    }
}

/// A counter of parts, such as seconds of processor time.
final class FloatingCounterCell: FloatingPointCounterHandler {
    private let cell: GaugeCell
    init(cell: GaugeCell) { self.cell = cell }
    func increment(by amount: Double) { cell.increment(by: amount) }
    func reset() { cell.set(0.0) }
}

/// How often what came how large.
final class HistogramCell: TimerHandler, RecorderHandler {
    private struct State {
        var counts: [Int64]
        var sum = 0.0
    }

    private let buckets: [Double]
    private let state: Mutex<State>

    init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let index = buckets.firstIndex { value <= $0 } ?? buckets.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func text(_ name: String, _ labels: String) -> String {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let comma = labels.isEmpty ? "" : ","
        var result = ""
        var total: Int64 = 0
        for (limit, count) in zip(buckets + [.infinity], counts) {
            total += count
            result += "\(name)_bucket{\(labels)\(comma)le=\"\(MetricRegistry.number(limit))\"} \(total)\n"
        }
        result += "\(name)_sum\(braced(labels)) \(MetricRegistry.number(sum))\n"
        return result + "\(name)_count\(braced(labels)) \(total)\n"
    }
}
