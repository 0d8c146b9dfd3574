import Glibc
public import SDP

/// libbcg729, if it is installed. It is under the GPL, so that it is never linked: who wants G.729 installs it.
private struct G729Library: Sendable {
    typealias Context = OpaquePointer
    let makeDecoder: @convention(c) () -> Context?
    let freeDecoder: @convention(c) (Context) -> Void
    let decode:
        @convention(c) (
            Context, UnsafePointer<UInt8>?, UInt8, UInt8, UInt8, UInt8, UnsafeMutablePointer<Int16>
        ) -> Void
    let makeEncoder: @convention(c) (UInt8) -> Context?
    let freeEncoder: @convention(c) (Context) -> Void
    let encode:
        @convention(c) (Context, UnsafePointer<Int16>, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void

    /// Looked for once.
    static let installed = G729Library()

    private init?() {
        guard let library = dlopen("libbcg729.so.0", RTLD_NOW | RTLD_LOCAL),
            let makeDecoder = dlsym(library, "initBcg729DecoderChannel"),
            let freeDecoder = dlsym(library, "closeBcg729DecoderChannel"),
            let decode = dlsym(library, "bcg729Decoder"),
            let makeEncoder = dlsym(library, "initBcg729EncoderChannel"),
            let freeEncoder = dlsym(library, "closeBcg729EncoderChannel"),
            let encode = dlsym(library, "bcg729Encoder")
        else { return nil }
        // The functions as its headers, bcg729/decoder.h and bcg729/encoder.h of 1.1, declare them.
        self.makeDecoder = unsafeBitCast(makeDecoder, to: (@convention(c) () -> Context?).self)
        self.freeDecoder = unsafeBitCast(freeDecoder, to: (@convention(c) (Context) -> Void).self)
        self.decode = unsafeBitCast(
            decode,
            to: (@convention(c) (
                Context, UnsafePointer<UInt8>?, UInt8, UInt8, UInt8, UInt8, UnsafeMutablePointer<Int16>
            ) -> Void).self)
        self.makeEncoder = unsafeBitCast(makeEncoder, to: (@convention(c) (UInt8) -> Context?).self)
        self.freeEncoder = unsafeBitCast(freeEncoder, to: (@convention(c) (Context) -> Void).self)
        self.encode = unsafeBitCast(
            encode,
            to: (@convention(c) (
                Context, UnsafePointer<Int16>, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>
            ) -> Void).self)
    }
}

private enum G729Frame {
    static let bytes = 10
    static let samples = 80
    /// A frame that describes silence (annex B).
    static let silenceBytes = 2
}

/// G.729 to samples: 10 bytes are 10 ms at 8 kHz, and 2 at the end describe silence.
///
/// Unchecked: the context is touched by the one thread that the coder belongs to.
public final class G729Decoder: @unchecked Sendable {
    private let library: G729Library
    private let context: G729Library.Context

    init() throws(CodecError) {
        guard let library = G729Library.installed else { throw .missing("G.729") }
        guard let context = library.makeDecoder() else { throw .refused("G.729") }
        self.library = library
        self.context = context
    }

    deinit { library.freeDecoder(context) }

    func decode(_ payload: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        guard let bytes = payload.baseAddress?.assumingMemoryBound(to: UInt8.self), let target = samples.baseAddress
        else { return 0 }
        let (speech, rest) = payload.count.quotientAndRemainder(dividingBy: G729Frame.bytes)
        guard rest == 0 || rest == G729Frame.silenceBytes else { return 0 }
        let frames = speech + (rest > 0 ? 1 : 0)
        guard frames * G729Frame.samples <= samples.count else { return 0 }
        for frame in 0..<frames {
            let isSilence = frame == speech
            library.decode(
                context, bytes + frame * G729Frame.bytes, UInt8(isSilence ? G729Frame.silenceBytes : G729Frame.bytes),
                0, isSilence ? 1 : 0, 0, target + frame * G729Frame.samples)
        }
        return frames * G729Frame.samples
    }

    func conceal(_ samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
        guard let target = samples.baseAddress, samples.count % G729Frame.samples == 0 else { return false }
        for start in stride(from: 0, to: samples.count, by: G729Frame.samples) {
            library.decode(context, nil, 0, 1, 0, 0, target + start)
        }
        return true
    }
}

/// Samples to G.729, without annex B.
///
/// Unchecked: as ``G729Decoder``.
public final class G729Encoder: @unchecked Sendable {
    private let library: G729Library
    private let context: G729Library.Context

    init() throws(CodecError) {
        guard let library = G729Library.installed else { throw .missing("G.729") }
        guard let context = library.makeEncoder(0) else { throw .refused("G.729") }
        self.library = library
        self.context = context
    }

    deinit { library.freeEncoder(context) }

    func encode(_ samples: UnsafeBufferPointer<Int16>, into payload: UnsafeMutableRawBufferPointer) -> Int {
        let frames = samples.count / G729Frame.samples
        guard let source = samples.baseAddress, frames > 0, frames * G729Frame.bytes <= payload.count,
            let target = payload.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return 0 }
        var written = 0
        for frame in 0..<frames {
            var count: UInt8 = 0
            library.encode(context, source + frame * G729Frame.samples, target + written, &count)
            written += min(Int(count), G729Frame.bytes)
        }
        return written
    }
}

extension AudioCodec {
    /// There is a library for it on this machine; of all but G.729 there is.
    public var isInstalled: Bool { self != .g729 || G729Library.installed != nil }
}
