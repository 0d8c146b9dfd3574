/// Runs one fax: T.30 by spandsp, far from the switch, which a crash in here does not reach. Started by the media-server with
/// a socket as its standard input; what happens is told on its standard output.
@main
struct Main {
    static func main() {
        let worker = FaxWorker(socket: FaxSocket(descriptor: 0), events: FaxEventWriter(descriptor: 1))
        worker.run()
    }
}
