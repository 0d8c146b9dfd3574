import CPocketSphinx
import Foundation

/// pocketsphinx with its model, and a grammar. For one thread.
final class Recognizer {
    /// What it has heard, as words of the grammar.
    struct Hypothesis: Equatable {
        var words: [(name: String, confidence: Double)]
        var confidence: Double
        /// Other sequences of words, likeliest first.
        var others: [[String]]

        static func == (left: Hypothesis, right: Hypothesis) -> Bool {
            left.words.map(\.name) == right.words.map(\.name) && left.others == right.others
        }
    }

    /// Where Debian's package puts the model.
    static let model = "/usr/share/pocketsphinx/model/en-us"
    private static let mostOthers = 5

    private let decoder: OpaquePointer
    private let configuration: OpaquePointer

    /// Nil if the model is not there.
    init?(model: String = Recognizer.model) {
        err_set_logfp(nil)
        let words = [
            "speech-worker", "-hmm", "\(model)/en-us", "-dict", "\(model)/cmudict-en-us.dict", "-logfn", "/dev/null",
        ]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        guard let configuration = cmd_ln_parse_r(nil, ps_args(), Int32(words.count), &arguments, 1) else { return nil }
        guard let decoder = ps_init(configuration) else {
            cmd_ln_free_r(configuration)
            return nil
        }
        self.configuration = configuration
        self.decoder = decoder
    }

    deinit {
        ps_free(decoder)
        cmd_ln_free_r(configuration)
    }

    func knows(_ word: String) -> Bool {
        guard let phones = ps_lookup_word(decoder, word) else { return false }
        // It is copied for whoever asks.
        free(phones)
        return true
    }

    /// Teaches it a word that may sound in several ways.
    func teach(_ name: String, ways: [String]) {
        for (index, way) in ways.enumerated() {
            _ = ps_add_word(decoder, index == 0 ? name : "\(name)(\(index + 1))", way, 0)
        }
    }

    /// - Parameter grammar: JSGF.
    func expect(_ grammar: String) -> Bool {
        ps_set_jsgf_string(decoder, "job", grammar) == 0 && ps_set_search(decoder, "job") == 0
    }

    /// - Parameter sound: at 16 kHz.
    /// - Returns: nil if it was nothing that the grammar knows.
    func hear(_ sound: [Int16]) -> Hypothesis? {
        guard ps_start_utt(decoder) == 0 else { return nil }
        _ = sound.withUnsafeBufferPointer { ps_process_raw(decoder, $0.baseAddress, $0.count, 0, 1) }
        guard ps_end_utt(decoder) == 0 else { return nil }
        var score: Int32 = 0
        guard ps_get_hyp(decoder, &score) != nil else { return nil }
        let confidence = probability(ps_get_prob(decoder))
        let words = segments()
        return words.isEmpty ? nil : Hypothesis(words: words, confidence: confidence, others: others())
    }

    private func segments() -> [(name: String, confidence: Double)] {
        var words: [(name: String, confidence: Double)] = []
        var segment = ps_seg_iter(decoder)
        while let one = segment {
            if let name = ps_seg_word(one).map({ String(cString: $0) }), !Self.isFiller(name) {
                words.append((Self.base(name), probability(ps_seg_prob(one, nil, nil, nil))))
            }
            segment = ps_seg_next(one)
        }
        return words
    }

    private func others() -> [[String]] {
        var found: [[String]] = []
        var next = ps_nbest(decoder)
        for _ in 0..<50 {
            guard let one = next else { return found }
            if let text = ps_nbest_hyp(one, nil).map({ String(cString: $0) }) {
                let words = text.split(separator: " ").map { Self.base(String($0)) }.filter { !Self.isFiller($0) }
                if !words.isEmpty, !found.contains(words) { found.append(words) }
            }
            guard found.count <= Self.mostOthers else { break }
            next = ps_nbest_next(one)
        }
        if let next { ps_nbest_free(next) }
        return found
    }

    private func probability(_ logarithm: Int32) -> Double {
        min(1, max(0, logmath_exp(ps_get_logmath(decoder), logarithm)))
    }

    private static func isFiller(_ word: String) -> Bool {
        word.hasPrefix("<") || word.hasPrefix("[") || word.hasPrefix("++") || word == "(NULL)"
    }

    /// `word(2)` is another way of saying `word`.
    private static func base(_ word: String) -> String {
        word.hasSuffix(")") ? String(word.prefix { $0 != "(" }) : word
    }
}
