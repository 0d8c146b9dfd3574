import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(.dialer, DialerConfiguration.init, schema: Schema.migrations) { @Sendable kit, configuration in
            Dialer(kit: kit, configuration: configuration).services()
        }
    }
}
