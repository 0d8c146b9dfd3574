import Glibc

/// Why a WAV file cannot be written: the system's own words.
public struct WAVWriteError: Error, Equatable, CustomStringConvertible {
    public let code: Int32

    public init(code: Int32) { self.code = code }

    public var description: String { String(cString: strerror(code)) }
}

/// A WAV file being written. Its header is brought up to date after every append, so that what a crash leaves behind
/// can be played.
public final class WAVWriter {
    /// How long the header is.
    public static let headerBytes = 58

    public let format: WAVFormat
    public let path: String
    /// How many bytes of sound are in the file.
    public private(set) var dataBytes = 0
    private var descriptor: Int32

    /// Creates the file; one that exists already is an error, never overwritten.
    public init(path: String, format: WAVFormat) throws(WAVWriteError) {
        self.path = path
        self.format = format
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw WAVWriteError(code: errno) }
        do {
            try writeHeader()
        } catch {
            closeDescriptor()
            throw error
        }
    }

    deinit { closeDescriptor() }

    /// Adds whole frames. After an error the file still holds all that was added before.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(WAVWriteError) {
        try write(bytes, at: Self.headerBytes + dataBytes)
        dataBytes += bytes.count
        do {
            try writeHeader()
        } catch {
            // Not counted, it is written over by the next append.
            dataBytes -= bytes.count
            throw error
        }
    }

    public func append(_ bytes: [UInt8]) throws(WAVWriteError) {
        let result = bytes.withUnsafeBytes { raw in Result { () throws(WAVWriteError) in try append(raw) } }
        try result.get()
    }

    /// Puts what was written on the disk and closes the file.
    public func close() throws(WAVWriteError) {
        guard descriptor >= 0 else { return }
        // What a failed append left half-written behind the sound.
        _ = ftruncate(descriptor, off_t(Self.headerBytes + dataBytes))
        let failed = fdatasync(descriptor) != 0 ? errno : 0
        closeDescriptor()
        if failed != 0 { throw WAVWriteError(code: failed) }
    }

    private func closeDescriptor() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func writeHeader() throws(WAVWriteError) {
        let bytes = header
        let result = bytes.withUnsafeBytes { raw in Result { () throws(WAVWriteError) in try write(raw, at: 0) } }
        try result.get()
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(WAVWriteError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if written > 0 {
                done += written
            } else if written == 0 || errno != EINTR {
                throw WAVWriteError(code: written == 0 ? ENOSPC : errno)
            }
        }
    }

    /// RIFF, fmt, fact and data; always of the same length.
    private var header: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes)
        func put(_ text: StaticString) { for index in 0..<4 { bytes.append(text.utf8Start[index]) } }
        func put32(_ value: Int) {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        func put16(_ value: Int) { for shift in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) } }
        put("RIFF")
        put32(50 + dataBytes + (dataBytes & 1))
        put("WAVE")
        put("fmt ")
        put32(18)
        put16(Int(format.encoding.rawValue))
        put16(format.channels)
        put32(format.sampleRate)
        put32(format.sampleRate * format.bytesPerFrame)
        put16(format.bytesPerFrame)
        put16(format.encoding.bytesPerSample * 8)
        put16(0)
        put("fact")
        put32(4)
        put32(dataBytes / format.bytesPerFrame)
        put("data")
        put32(dataBytes)
        return bytes
    }
}
