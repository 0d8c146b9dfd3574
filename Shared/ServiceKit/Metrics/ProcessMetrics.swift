import Bus
import Foundation

extension MetricRegistry {
    /// The figures of the process itself, under the names that Prometheus' own clients use.
    func watchProcess() {
        let started = Date().timeIntervalSince1970
        collect { [unowned self] in
            gauge(name: "process_start_time_seconds", labels: []).set(started)
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            let cpu = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1_000_000 }
            gauge(name: "process_cpu_seconds_total", labels: [], kind: "counter").set(cpu.reduce(0, +))
            let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
            if let pages, pages.count > 1, let resident = Double(pages[1]) {
                gauge(name: "process_resident_memory_bytes", labels: []).set(
                    resident * Double(sysconf(Int32(_SC_PAGESIZE))))
            }
            if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                gauge(name: "process_open_fds", labels: []).set(Double(files.count))
            }
        }
    }

    /// What the bus and the journal have done.
    func watch(_ bus: ZeroMQBus, _ journal: FactJournal?) {
        collect { [unowned self] in
            let did = bus.statistics
            let figures: [(String, UInt64)] = [
                ("bus_published_total", did.published), ("bus_publish_dropped_total", did.publishDropped),
                ("bus_received_total", did.received), ("bus_reader_dropped_total", did.readerDropped),
                ("bus_malformed_total", did.malformed), ("bus_requests_sent_total", did.requestsSent),
                ("bus_requests_served_total", did.requestsServed), ("bus_replies_dropped_total", did.repliesDropped),
                ("bus_strangers_total", did.strangers),
            ]
            for (name, value) in figures { gauge(name: name, labels: [], kind: "counter").set(Double(value)) }
            gauge(name: "bus_peers", labels: []).set(Double(did.peers))
            guard let kept = journal?.statistics else { return }
            gauge(name: "journal_facts_total", labels: [], kind: "counter").set(Double(kept.published))
            gauge(name: "journal_facts_stored_total", labels: [], kind: "counter").set(Double(kept.stored))
            gauge(name: "journal_facts_unwritten_total", labels: [], kind: "counter").set(Double(kept.unwritten))
            gauge(name: "journal_facts_lost_total", labels: [], kind: "counter").set(Double(kept.lost))
            gauge(name: "journal_damages_total", labels: [], kind: "counter").set(Double(kept.damages))
        }
    }
}
