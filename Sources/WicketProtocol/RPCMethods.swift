// SPDX-License-Identifier: Apache-2.0

/// What both sides know of a method without its shapes.
package struct RPCMethodEntry: Sendable, Equatable {
    package let name: String
    package let group: RPCGroup
    package let socket: RPCSocket
    package let summary: String
    package let chunkNotification: String?

    init(_ method: any RPCMethod.Type) {
        name = method.name
        group = method.group
        socket = method.socket
        summary = method.summary
        chunkNotification = method.chunkNotification
    }
}

/// Every method there is. The daemon's dispatch, the command line's choice of socket and the schema's test all read this list.
package enum RPCMethods {
    package static let all: [RPCMethodEntry] = [
        RPCDiscover.self, SystemInfo.self, SystemHealth.self, SystemPing.self, SystemWhoami.self, ProvidersList.self,
        SessionConfigure.self, CancelRequest.self,
        ChatCompletionsCreate.self, MessagesCreate.self, EmbeddingsCreate.self, ModelsList.self,
        LogsList.self, LogsGet.self, LogsTail.self, LogsExport.self, RequestsExplain.self,
        AnalyticsQuery.self, UsageGet.self, FeedbackCreate.self, TracesGet.self, TracesList.self, MetricsScrape.self,
        VirtualKeysCreate.self, VirtualKeysList.self, VirtualKeysGet.self, VirtualKeysUpdate.self, VirtualKeysRotate.self,
        VirtualKeysDelete.self, VaultStatus.self, VaultUnlock.self, VaultRotateMaster.self,
        ConfigsCreate.self, ConfigsList.self, ConfigsGet.self, ConfigsUpdate.self, ConfigsDelete.self, ConfigsVersionsList.self,
        ConfigsCheck.self,
        PoliciesCreate.self, PoliciesList.self, PoliciesGet.self, PoliciesUpdate.self, PoliciesDelete.self, PoliciesTest.self,
        CacheStats.self, CachePurge.self, CacheReject.self, CacheExplain.self,
        BudgetsList.self, BudgetsGet.self, BudgetsReset.self,
        TargetsList.self, TargetsReset.self, TargetsTrip.self,
        AuditList.self, AuditVerify.self,
        SystemReload.self, SystemDrain.self,
    ].map { (method: any RPCMethod.Type) in RPCMethodEntry(method) }

    /// The method of that name, or nil.
    package static func named(_ name: String) -> RPCMethodEntry? { all.first { $0.name == name } }
}
