import Hummingbird
import JWTKit
import ServiceLifecycle
import Configuration
import Crypto
enum Placeholder {}
