// SPDX-License-Identifier: Apache-2.0
import Glibc
package import ProviderAdapters

extension Configuration {
    /// Reads the file (the one named on the command line, else the default one where it exists), puts the command line over it
    /// and the defaults under it, and checks the whole.
    /// - Parameter catalog: the built-in providers, which entries under `providers` build on.
    /// - Throws: all faults at once.
    package static func load(
        _ options: CommandLineOptions, context: ProcessContext, catalog: [Provider]
    ) throws(ConfigurationFaults) -> Configuration {
        let places = DefaultPlaces(context)
        var file = options.configurationFile
        var bytes: [UInt8] = []
        if let path = file ?? places.configurationFile {
            switch readFile(path) {
            case .success(let content):
                bytes = content
                file = path
            case .failure(let failure):
                let isMissingDefault = file == nil && (failure.errno == ENOENT || failure.errno == ENOTDIR)
                if !isMissingDefault {
                    let reason = String(cString: strerror(failure.errno))
                    throw ConfigurationFaults(faults: [
                        ConfigurationFault(source: path, mark: nil, message: "can't be read: \(reason)")
                    ])
                }
            }
        }
        return try read(bytes, file: file, options: options, context: context, catalog: catalog)
    }

    /// The same for a file that has been read. Pure but for the look-ups in `context`.
    package static func read(
        _ bytes: [UInt8], file: String?, options: CommandLineOptions, context: ProcessContext, catalog: [Provider]
    ) throws(ConfigurationFaults) -> Configuration {
        let name = file ?? "configuration"
        var source = ConfigurationSource()
        source.reactors = min(4, max(1, context.processors))
        let (root, problems) = YAMLReader.read(bytes)
        var faults = problems.map { ConfigurationFault(source: name, mark: $0.mark, message: $0.message) }
        if let root {
            var reader = MappingReader(ConfigurationSource.keys(catalog: catalog, accounts: context.accounts))
            reader.read(root, into: &source)
            faults += reader.faults.map { ConfigurationFault(source: name, mark: $0.mark, message: $0.message) }
        }
        source.socketPath = options.socketPath ?? source.socketPath
        source.adminSocketPath = options.adminSocketPath ?? source.adminSocketPath
        source.stateDirectory = options.stateDirectory ?? source.stateDirectory
        return try Configuration(source, file: file, context: context, faults: faults)
    }

    /// Fills in what depends on the machine, and checks what can only be checked then.
    private init(
        _ source: ConfigurationSource, file: String?, context: ProcessContext, faults: [ConfigurationFault]
    ) throws(ConfigurationFaults) {
        let places = DefaultPlaces(context)
        var faults = faults
        socketPath = source.socketPath ?? places.runtimeDirectory + "/wicket.sock"
        adminSocketPath = source.adminSocketPath ?? directory(of: socketPath) + "/admin/admin.sock"
        for (flag, path) in [("socket", socketPath), ("admin_socket", adminSocketPath)]
        where path.utf8.count > Self.longestSocketPath {
            let message = "the path of `\(flag)` has \(path.utf8.count) bytes, and a Unix socket's can't have more than "
                + "\(Self.longestSocketPath): \(path)"
            faults.append(ConfigurationFault(source: file ?? "configuration", mark: nil, message: message))
        }
        if socketPath == adminSocketPath {
            let message = "`socket` and `admin_socket` are the same path: \(socketPath)"
            faults.append(ConfigurationFault(source: file ?? "configuration", mark: nil, message: message))
        }
        if source.stateDirectory == nil, places.stateDirectory == nil {
            let message = "no place for the state: HOME is not set; say where with --state-dir or `state_dir`"
            faults.append(ConfigurationFault(source: file ?? "configuration", mark: nil, message: message))
        }
        if !faults.isEmpty { throw ConfigurationFaults(faults: faults) }
        self.file = file
        stateDirectory = source.stateDirectory ?? places.stateDirectory ?? ""
        socketMode = source.socketMode ?? (places.isSystem ? 0o660 : 0o600)
        socketGroupID = source.socketGroup.flatMap(context.groupID) ?? (places.isSystem ? context.groupID("wicket") : nil)
        masterKeySetting = source.masterKeySetting
        reactors = source.reactors
        logLevel = source.logLevel
        limits = source.limits
        providers = source.providers
        defaults = source.defaults
        configs = source.configs
        policies = source.policies
        prices = source.prices
        budgets = source.budgets
        timeouts = source.timeouts
        cache = source.cache
        retention = source.retention
        embedderFile = source.embedderFile
        export = source.export
        drainSeconds = source.drainSeconds
        certificateFile = source.certificateFile
        var notices: [String] = []
        if places.runtimeIsTemporary, source.socketPath == nil {
            notices.append("XDG_RUNTIME_DIR is not set, so the sockets are in \(places.runtimeDirectory)")
        }
        if directory(of: socketPath) == directory(of: adminSocketPath), socketMode & 0o077 != 0 {
            notices.append("`socket` is in the directory of `admin_socket`, which is closed to other users: they can't connect")
        }
        self.notices = notices
    }

    /// What `sockaddr_un` holds, less the NUL.
    private static var longestSocketPath: Int { 107 }
}

/// The path without its last component.
func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "" : String(path[..<slash])
}

private struct FileFailure: Error { var errno: Int32 }

/// At most a little more than `YAMLReader` takes, so that an endless file ends.
private func readFile(_ path: String) -> Result<[UInt8], FileFailure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return .failure(FileFailure(errno: errno)) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while content.count <= 1 << 20 {
        let count = read(descriptor, &room, room.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return .failure(FileFailure(errno: errno)) }
        if count == 0 { break }
        content += room[..<count]
    }
    return .success(content)
}
