import Glibc

/// The library bcg729, used only where it is installed: it is under the GPL, so we neither ship nor link it.
struct BCG729: Sendable {
    typealias MakeEncoder = @convention(c) (UInt8) -> OpaquePointer?
    typealias MakeDecoder = @convention(c) () -> OpaquePointer?
    typealias Close = @convention(c) (OpaquePointer?) -> Void
    typealias Encode =
        @convention(c) (OpaquePointer?, UnsafePointer<Int16>, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>)
        -> Void
    typealias Decode =
        @convention(c) (OpaquePointer?, UnsafePointer<UInt8>, UInt8, UInt8, UInt8, UInt8, UnsafeMutablePointer<Int16>)
        -> Void

    let makeEncoder: MakeEncoder
    let closeEncoder: Close
    let encode: Encode
    let makeDecoder: MakeDecoder
    let closeDecoder: Close
    let decode: Decode

    /// Nil where it is not installed.
    static let shared = BCG729()

    private init?() {
        guard let library = dlopen("libbcg729.so.0", RTLD_NOW | RTLD_LOCAL),
            // Before 1.0.1 the functions took other parameters.
            dlsym(library, "bcg729GetRFC3389Payload") != nil,
            let makeEncoder = dlsym(library, "initBcg729EncoderChannel"),
            let closeEncoder = dlsym(library, "closeBcg729EncoderChannel"),
            let encode = dlsym(library, "bcg729Encoder"),
            let makeDecoder = dlsym(library, "initBcg729DecoderChannel"),
            let closeDecoder = dlsym(library, "closeBcg729DecoderChannel"),
            let decode = dlsym(library, "bcg729Decoder")
        else { return nil }
        self.makeEncoder = unsafeBitCast(makeEncoder, to: MakeEncoder.self)
        self.closeEncoder = unsafeBitCast(closeEncoder, to: Close.self)
        self.encode = unsafeBitCast(encode, to: Encode.self)
        self.makeDecoder = unsafeBitCast(makeDecoder, to: MakeDecoder.self)
        self.closeDecoder = unsafeBitCast(closeDecoder, to: Close.self)
        self.decode = unsafeBitCast(decode, to: Decode.self)
    }
}

/// G.729: 10 ms in 10 bytes.
final class G729Blocks: BlockCodec {
    static let wavTag: UInt16 = 0x83
    static let blockBytes = 10
    static let blockSamples = 80

    private let library: BCG729
    private let encoder: OpaquePointer
    private let decoder: OpaquePointer

    init() throws {
        guard let library = BCG729.shared else { throw SoundError("The library bcg729 is not installed.") }
        guard let encoder = library.makeEncoder(0) else { throw SoundError("The G.729 codec cannot be made.") }
        guard let decoder = library.makeDecoder() else {
            library.closeEncoder(encoder)
            throw SoundError("The G.729 codec cannot be made.")
        }
        self.library = library
        self.encoder = encoder
        self.decoder = decoder
    }

    deinit {
        library.closeEncoder(encoder)
        library.closeDecoder(decoder)
    }

    func encode(_ samples: [Int16]) -> [UInt8] {
        guard samples.count >= Self.blockSamples else { return [UInt8](repeating: 0, count: Self.blockBytes) }
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        var length: UInt8 = 0
        library.encode(encoder, samples, &block, &length)
        return block
    }

    func decode(_ block: [UInt8]) -> [Int16] {
        var samples = [Int16](repeating: 0, count: Self.blockSamples)
        guard block.count >= Self.blockBytes else { return samples }
        library.decode(decoder, block, UInt8(Self.blockBytes), 0, 0, 0, &samples)
        return samples
    }
}
