import Contracts

/// What the demo is made of: one company, its people, its telephones, its callers.
enum DemoTenant {
    static let id = "demo"
    static let name = "钟声科技"
    static let accessNumber = "+861088880001"
    /// Shown by the campaign.
    static let campaignNumber = "+861088880002"

    /// One who works there, besides the administrator, who comes with the tenant.
    struct Person {
        let id: String
        let name: String
        let roles: [String]
        let phone: String
    }

    /// The first is for the one who tries the demo; the others answer by themselves.
    static let people = [
        Person(id: "li", name: "李梅", roles: ["agent"], phone: "1001"),
        Person(id: "wang", name: "王强", roles: ["agent"], phone: "1002"),
        Person(id: "zhang", name: "张丽", roles: ["agent"], phone: "1003"),
        Person(id: "chen", name: "陈静", roles: ["agent", "supervisor"], phone: "1004"),
    ]

    static let queues: [JSONValue] = [
        [
            "id": "sales", "name": "销售", "ringSeconds": 15, "afterCallWorkSeconds": 5, "announcePositionAfter": 10,
            "announcePositionEvery": 20,
        ],
        [
            "id": "support", "name": "技术支持", "ringSeconds": 15, "afterCallWorkSeconds": 5, "announcePositionAfter": 10,
            "announcePositionEvery": 20,
        ],
    ]

    /// Chinese first; 9 goes on in English.
    static let flow: JSONValue = [
        "schema": 1, "name": "Welcome", "language": "zh", "start": "menu",
        "nodes": [
            "menu": [
                "type": "menu",
                "prompts": [
                    ["say": "欢迎致电钟声科技。销售请按一，技术支持请按二。"], ["say": "For English, press nine.", "language": "en"],
                ],
                "keys": ["1": "sales", "2": "support", "9": "english"],
                "invalidPrompts": [["say": "抱歉，没有这个选项。"]],
                "timeoutSeconds": 5, "retries": 2, "onFailed": "sales",
            ],
            "english": [
                "type": "menu",
                "prompts": [["say": "For sales, press one. For support, press two.", "language": "en"]],
                "keys": ["1": "salesInEnglish", "2": "supportInEnglish"], "timeoutSeconds": 5, "retries": 1,
                "onFailed": "salesInEnglish",
            ],
            "sales": ["type": "set", "values": ["menu": "销售", "language": "zh"], "next": "toSales"],
            "support": ["type": "set", "values": ["menu": "技术支持", "language": "zh"], "next": "toSupport"],
            "salesInEnglish": ["type": "set", "values": ["menu": "sales", "language": "en"], "next": "toSales"],
            "supportInEnglish": ["type": "set", "values": ["menu": "support", "language": "en"], "next": "toSupport"],
            "toSales": ["type": "queue", "queue": "sales"],
            "toSupport": ["type": "queue", "queue": "support"],
        ],
    ]

    /// What a day's campaign dials. The sandbox carrier looks at the last two digits: most talk for five seconds, the others
    /// are busy, do not answer, reject, do not exist.
    static let numbersToDial = [
        "+8613900010006", "+8613900010106", "+8613900010201", "+8613900010306", "+8613900010402", "+8613900010506",
        "+8613900010603", "+8613900010706", "+8613900010805", "+8613900010906", "+8613900011006", "+8613900011106",
    ]

    /// Small and patient: whom it reaches not, it tries again in the next half hour.
    static func campaign(on day: String) -> JSONValue {
        [
            "name": .string("客户回访 \(day)"), "queueID": "sales", "fromNumber": .string(campaignNumber),
            "ringSeconds": 15, "maxAttempts": 4, "retrySeconds": 300,
            "hours": ["timeZone": "Asia/Shanghai", "from": "00:00", "until": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]],
        ]
    }

    static let customers: [JSONValue] = [
        customer("wang-xiaoming", "+8613800000001", "王小明", isVIP: true, ["公司": "北京钟声商贸有限公司", "城市": "北京", "等级": "金牌"]),
        customer("liu-yang", "+8613800000002", "刘洋", isVIP: false, ["公司": "上海远航物流", "城市": "上海"]),
        customer("sun-yue", "+8613900010006", "孙悦", isVIP: false, ["城市": "成都", "备注": "上月购买，待回访"]),
        customer("zhao-min", "+8613800000003", "赵敏", isVIP: false, ["城市": "广州", "备注": "偏好下午联系"]),
        customer(
            "emma-clarke", "+442079460000", "Emma Clarke", isVIP: true,
            ["company": "Bellfounders Ltd", "city": "London"]),
    ]

    private static func customer(
        _ id: String, _ number: String, _ name: String, isVIP: Bool, _ fields: [String: String]
    ) -> JSONValue {
        .object([
            "customerID": .string(id),
            "name": .string(name), "numbers": [.string(number)], "isVIP": .bool(isVIP),
            "fields": .object(fields.mapValues(JSONValue.string)),
        ])
    }
}
