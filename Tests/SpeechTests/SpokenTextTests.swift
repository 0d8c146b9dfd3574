import Foundation
import Testing

@testable import Speech
@testable import SpeechWorker

@Suite struct SpokenTextTests {
    @Test func `a text is the phrase that it says, whatever the signs and capitals`() {
        #expect(SpokenText.phrase(in: "Sales, please.", of: ["sales", "support"]) == "sales")
        #expect(SpokenText.phrase(in: "我要投诉。", of: ["销售", "投诉"]) == "投诉")
        #expect(SpokenText.phrase(in: "人工服务", of: ["人工", "人工服务"]) == "人工服务")
        #expect(SpokenText.phrase(in: "wholesales", of: ["sales"]) == nil)
        #expect(SpokenText.phrase(in: "", of: ["sales"]) == nil)
    }

    @Test func `digits are digits in either language, as many as may be`() {
        #expect(SpokenText.digits(in: "一二三", 1...5) == "123")
        #expect(SpokenText.digits(in: "幺零洞 两", 1...5) == "1002")
        #expect(SpokenText.digits(in: "one oh two", 3...3) == "102")
        #expect(SpokenText.digits(in: "138-0000", 1...11) == "1380000")
        #expect(SpokenText.digits(in: "one two", 3...3) == nil)
        #expect(SpokenText.digits(in: "two tickets", 1...9) == nil)
        #expect(SpokenText.digits(in: "", 1...9) == nil)
    }

    @Test func `Han characters are said in the syllables of their words`() {
        #expect(SpokenPhrase.pinyin("银行重新") == ["yin", "hang", "chong", "xin"])
        #expect(SpokenPhrase.pinyin("绿色女士") == ["lv", "se", "nv", "shi"])
        #expect(SpokenPhrase("销售sales 2")?.words.map(\.name) == ["zh_xiao", "zh_shou", "sales", "zh_er"])
        #expect(SpokenPhrase("…") == nil)
    }

    @Test func `every syllable of Mandarin has its phones, and nothing else has`() {
        let syllables = """
            a ai an ang ao ba bo bei ben biao bian cai ce ceng chi chong chu chuang ci cong cuo da de dei dia diu dong
            e ei en er fa fo fou gai gong guang he hen hui ji jia jian jiang jie jin jiong jiu ju juan jue jun ka kui lei
            liang lv lve ma mei miu ni nv nve ou pian qi qian qing qiong qu quan que qun ran ri rong rui sai se shi shuai
            shui si song sui ta tie tong wa wai wan wang wei wen weng wo wu xi xian xiao xiong xu xuan xue xun ya yan yao
            ye yi yin ying yo yong you yu yuan yue yun za zei zhi zhuang zi zuo
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        for syllable in syllables {
            let ways = MandarinPhones.ways(syllable)
            #expect(!ways.isEmpty && ways.count <= MandarinPhones.mostWays, "\(syllable)")
        }
        #expect(MandarinPhones.ways("qiu") == ["CH Y OW", "T Y OW", "K Y OW"])
        #expect(MandarinPhones.ways("sales") == [])
        #expect(MandarinPhones.ways("") == [])
    }

    @Test func `a job is read back with its sound, and what is none is not`() throws {
        let job = SpeechJob(language: "zh", phrases: ["投诉"], maximumDigits: 4)
        let read = try #require(SpeechJob.read(try job.head() + [0x34, 0x12, 0xFF, 0xFF, 9]))
        #expect(read.job == job)
        #expect(read.sound == [0x1234, -1])
        #expect(SpeechJob.read([1, 2]) == nil)
        #expect(SpeechJob.read([0xFF, 0xFF, 0xFF, 0xFF, 1]) == nil)
        #expect(SpeechJob.read([4, 0, 0, 0, 1, 2, 3, 4]) == nil)
    }

    @Test func `a grammar holds the phrases, so many digits, and anything else`() throws {
        let recognition = Recognition(
            SpeechJob(language: "en", phrases: ["Sales", "?"], minimumDigits: 2, maximumDigits: 4))
        let grammar = try #require(recognition.grammar(recognition.phrases))
        #expect(
            grammar.contains("public <said> = sales | <digit> <digit> [<digit> [<digit>]] | <other>+;"), "\(grammar)")
        #expect(Recognition(SpeechJob(language: "en", phrases: ["?"])).grammar([]) == nil)
    }

    @Test func `twice as many samples are the same sound`() {
        let tone = (0..<400).map { Int16(8_000 * (Double($0) * 0.3).sine) }
        let wide = Widening.widen(tone)
        #expect(wide.count == 800)
        for index in 100..<300 {
            let between = 8_000 * ((Double(index) + 0.5) * 0.3).sine
            #expect(abs(Double(wide[2 * index + 1]) - between) < 60)
        }
    }
}

extension Double {
    fileprivate var sine: Double { sin(self) }
}
