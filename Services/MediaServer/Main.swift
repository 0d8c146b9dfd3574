import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(
            .mediaServer, MediaServerConfiguration.init, schema: MediaServer.schema, journaled: true
        ) { @Sendable kit, configuration in
            try await MediaServer(kit: kit, configuration: configuration).services()
        }
    }
}
