import CSpanDSP
import Fax
import RTP
import SDP

/// A fax machine: spandsp's T.30 engine on a line of sound, which may change into one of T.38.
///
/// spandsp calls back while it is called, on the same thread, so that nothing here is locked.
final class FaxMachine {
    private enum Line {
        case sound(OpaquePointer)
        case image(OpaquePointer)
    }

    /// Behind the last word, so that it is heard out.
    private static let ticksAfterEnd = 15
    private static let frame = 160

    private let job: FaxJob
    private let tell: (FaxEvent) -> Void
    private let send: (FaxMessage.Kind, UnsafeRawBufferPointer) -> Void
    private var line: Line
    private var tones: OpaquePointer?
    private var order = SoundOrder()
    private var receiver = UDPTLReceiver()
    private var sender = UDPTLSender()
    private var hasHeardMachine = false
    /// More has come than may.
    private var isTooLong = false
    private var ticksLeft: Int?
    private let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 8_192)
    private(set) var result = FaxResult(code: Int(T30_ERR_CALLDROPPED), reason: "The call dropped prematurely")

    /// - Parameter send: takes what is to go to the media-server.
    init?(
        _ job: FaxJob, tell: @escaping (FaxEvent) -> Void,
        send: @escaping (FaxMessage.Kind, UnsafeRawBufferPointer) -> Void
    ) {
        guard let sound = fax_init(nil, job.sends ? 1 : 0) else { return nil }
        self.job = job
        self.tell = tell
        self.send = send
        line = .sound(sound)
        fax_set_transmit_on_idle(sound, 1)
        fax_set_tep_mode(sound, 0)
        let wanted = job.sends ? MODEM_CONNECT_TONES_FAX_CED_OR_PREAMBLE : MODEM_CONNECT_TONES_FAX_CNG
        tones = modem_connect_tones_rx_init(
            nil, Int32(wanted),
            { data, code, _, _ in FaxMachine.from(data)?.heard(tone: code) },
            Unmanaged.passUnretained(self).toOpaque())
        setUp(fax_get_t30_state(sound))
    }

    deinit {
        release()
        if let tones { modem_connect_tones_rx_free(tones) }
        samples.deallocate()
    }

    var isDone: Bool { ticksLeft == 0 }

    private static func from(_ data: UnsafeMutableRawPointer?) -> FaxMachine? {
        data.map { Unmanaged<FaxMachine>.fromOpaque($0).takeUnretainedValue() }
    }

    private var t30: OpaquePointer? {
        switch line {
        case .sound(let sound): fax_get_t30_state(sound)
        case .image(let image): t38_terminal_get_t30_state(image)
        }
    }

    private func release() {
        switch line {
        case .sound(let sound):
            fax_release(sound)
            fax_free(sound)
        case .image(let image):
            t38_terminal_release(image)
            t38_terminal_free(image)
        }
    }

    // MARK: T.30

    private func setUp(_ t30: OpaquePointer?) {
        guard let t30 else { return }
        t30_set_tx_ident(t30, job.station)
        if let header = job.header { t30_set_tx_page_header_info(t30, header) }
        if job.sends {
            t30_set_tx_file(t30, job.file, -1, -1)
        } else {
            t30_set_rx_file(t30, job.file, -1)
            t30_set_rx_encoding(t30, Int32(T4_COMPRESSION_ITU_T6.rawValue))
        }
        t30_set_ecm_capability(t30, job.usesErrorCorrection ? 1 : 0)
        t30_set_supported_modems(t30, Int32(T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17))
        t30_set_supported_compressions(
            t30, Int32(T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION | T30_SUPPORT_T6_COMPRESSION))
        t30_set_supported_resolutions(
            t30,
            Int32(
                T30_SUPPORT_STANDARD_RESOLUTION | T30_SUPPORT_FINE_RESOLUTION | T30_SUPPORT_SUPERFINE_RESOLUTION
                    | T30_SUPPORT_R8_RESOLUTION))
        t30_set_supported_image_sizes(
            t30,
            Int32(
                T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_255MM_WIDTH | T30_SUPPORT_303MM_WIDTH
                    | T30_SUPPORT_UNLIMITED_LENGTH | T30_SUPPORT_A4_LENGTH | T30_SUPPORT_B4_LENGTH
                    | T30_SUPPORT_US_LETTER_LENGTH | T30_SUPPORT_US_LEGAL_LENGTH))
        let data = Unmanaged.passUnretained(self).toOpaque()
        t30_set_phase_d_handler(
            t30,
            { _, data, _ in
                FaxMachine.from(data)?.pageEnded()
                return Int32(T30_ERR_OK)
            }, data)
        t30_set_phase_e_handler(t30, { _, data, code in FaxMachine.from(data)?.ended(code) }, data)
    }

    private func statistics() -> t30_stats_t {
        var statistics = t30_stats_t()
        if let t30 { t30_get_transfer_statistics(t30, &statistics) }
        return statistics
    }

    private var pages: Int { Int(job.sends ? statistics().pages_tx : statistics().pages_rx) }

    private func pageEnded() {
        tell(.page(pages))
        // Not here, where T.30 is in the middle of its work.
        isTooLong = !job.sends && pages > job.mostPages
    }

    private func ended(_ code: Int32) {
        guard ticksLeft == nil else { return }
        ticksLeft = Self.ticksAfterEnd
        note(code)
    }

    private func note(_ code: Int32) {
        let statistics = statistics()
        result = FaxResult(
            code: Int(code), reason: t30_completion_code_to_str(code).map { String(cString: $0) } ?? "",
            pages: pages, rate: Int(statistics.bit_rate),
            usedErrorCorrection: statistics.error_correcting_mode != 0)
        if case .image = line { result.usedT38 = true }
        result.remoteStation = t30.flatMap(t30_get_rx_ident).map { String(cString: $0) }.flatMap {
            let station = String($0.unicodeScalars.filter { $0.isASCII && $0.value >= 32 }.prefix(20))
            return station.isEmpty ? nil : station
        }
        (result.repaired, result.lost) = (receiver.repaired, receiver.lost)
    }

    /// The call is gone: what was not done is not done any more.
    func hangUp() {
        guard ticksLeft == nil, let t30 else { return }
        t30_terminate(t30)
        if ticksLeft == nil { ended(Int32(T30_ERR_CALLDROPPED)) }
    }

    // MARK: The line

    /// 20 ms have passed.
    func tick() {
        if let left = ticksLeft, left > 0 { ticksLeft = left - 1 }
        if isTooLong {
            isTooLong = false
            hangUp()
        }
        switch line {
        case .sound(let sound):
            for step in order.tick() { hear(step, sound) }
            let count = min(Self.frame, max(0, Int(fax_tx(sound, samples.baseAddress, Int32(Self.frame)))))
            for index in count..<Self.frame { samples[index] = 0 }
            send(.sound, UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: samples[..<Self.frame])))
        case .image(let image):
            if t38_terminal_send_timeout(image, Int32(Self.frame)) != 0, ticksLeft == nil {
                ticksLeft = Self.ticksAfterEnd
            }
            // Nothing to hear; a sign of life.
            send(.sound, UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    func hear(_ head: FaxSound, _ sound: UnsafeRawBufferPointer) {
        guard case .sound(let line) = line else { return }
        for step in order.take(head, Array(sound)) { hear(step, line) }
    }

    private func hear(_ step: SoundOrder.Step, _ line: OpaquePointer) {
        switch step {
        case .gap(let count): fax_rx_fillin(line, Int32(clamping: count))
        case .sound(let isALaw, let sound):
            let law: G711 = isALaw ? .aLaw : .muLaw
            let count = min(sound.count, samples.count)
            for index in 0..<count { samples[index] = law.decode(sound[index]) }
            // The tones first: the modems scale the samples in place.
            if !hasHeardMachine, let tones { modem_connect_tones_rx(tones, samples.baseAddress, Int32(count)) }
            fax_rx(line, samples.baseAddress, Int32(count))
        }
    }

    private func heard(tone: Int32) {
        guard !hasHeardMachine else { return }
        if tone == Int32(MODEM_CONNECT_TONES_FAX_CNG) {
            hasHeardMachine = true
            tell(.calling)
        } else if tone == Int32(MODEM_CONNECT_TONES_FAX_PREAMBLE) {
            hasHeardMachine = true
            tell(.answering)
        }
    }

    // MARK: T.38

    /// From now on the fax goes by T.38. T.30 begins anew, as it does in the other machine.
    func change(to terms: T38Terms) {
        guard case .sound = line, ticksLeft == nil else { return }
        let data = Unmanaged.passUnretained(self).toOpaque()
        let image = t38_terminal_init(
            nil, job.sends ? 1 : 0,
            { _, data, bytes, count, times in
                FaxMachine.from(data)?.say(UnsafeRawBufferPointer(start: bytes, count: Int(max(0, count))), times)
                return 0
            }, data)
        guard let image else { return }
        release()
        line = .image(image)
        sender = UDPTLSender(
            redundancy: terms.errorCorrection == .none ? 0 : 3, longest: max(160, terms.maximumDatagram))
        if let core = t38_terminal_get_t38_core_state(image) {
            t38_set_t38_version(core, Int32(clamping: min(terms.version, 3)))
            t38_set_fastest_image_data_rate(core, Int32(clamping: terms.maximumRate))
            t38_set_max_buffer_size(core, Int32(clamping: terms.maximumBuffer))
            t38_set_max_datagram_size(core, Int32(clamping: max(160, terms.maximumDatagram)))
        }
        t38_terminal_set_tep_mode(image, 0)
        t38_terminal_set_fill_bit_removal(image, terms.removesFillBits ? 1 : 0)
        setUp(t38_terminal_get_t30_state(image))
    }

    /// - Parameter times: how often, for what must not be lost.
    private func say(_ ifp: UnsafeRawBufferPointer, _ times: Int32) {
        let datagram = sender.datagram(Array(ifp))
        datagram.withUnsafeBytes { bytes in
            for _ in 0..<min(max(times, 1), 3) { send(.datagram, bytes) }
        }
    }

    func take(datagram: UnsafeRawBufferPointer) {
        guard case .image(let image) = line, let core = t38_terminal_get_t38_core_state(image),
            let packet = UDPTLPacket(datagram)
        else { return }
        for news in receiver.take(packet) {
            _ = news.ifp.withUnsafeBufferPointer {
                t38_core_rx_ifp_packet(core, $0.baseAddress, Int32($0.count), news.sequence)
            }
        }
    }
}
