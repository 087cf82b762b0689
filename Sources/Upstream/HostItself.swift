// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Addresses that a provider's name must not lead to: those that mean this host, its link or its cloud's metadata service, in
/// every form in which they can be written. Private networks are not among them: self-hosted servers live there.
enum HostItself {
    /// Whether a socket's address is one of them. What is neither IPv4 nor IPv6 is.
    static func contains(_ address: UnsafePointer<sockaddr>, family: Int32, length: Int) -> Bool {
        let bytes = UnsafeRawPointer(address)
        if family == AF_INET, length >= MemoryLayout<sockaddr_in>.size {
            return contains(ipv4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        }
        if family == AF_INET6, length >= MemoryLayout<sockaddr_in6>.size {
            return contains(
                ipv6: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        }
        return true
    }

    /// Whether an address is one of them, written as `inet_ntop` writes it. What cannot be read is.
    static func contains(_ text: UnsafePointer<CChar>) -> Bool {
        var ipv4 = in_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 { return contains(ipv4: UInt32(bigEndian: ipv4.s_addr)) }
        var ipv6 = in6_addr()
        guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return true }
        return withUnsafeBytes(of: ipv6) { bytes in
            contains(
                ipv6: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    static func contains(ipv4 address: UInt32) -> Bool {
        switch address >> 24 {
        case 0, 127: true  // "this host", which Linux takes for loopback, and loopback
        case 224...255: true  // multicast, reserved, broadcast
        default:
            address >> 16 == 0xA9FE  // link-local 169.254/16, where metadata services are
                || address == 0x6464_64C8  // 100.100.100.200, Alibaba's metadata
                || address == 0xA83F_8110  // 168.63.129.16, Azure's host
                || address == 0xC000_00C0  // 192.0.0.192, Oracle's metadata
        }
    }

    /// - Parameters:
    ///   - high: the first eight bytes.
    ///   - low: the last eight.
    static func contains(ipv6 high: UInt64, _ low: UInt64) -> Bool {
        let lastHalf = UInt32(truncatingIfNeeded: low)
        switch high {
        case 0:
            // IPv4-mapped (::ffff:a.b.c.d) and translated (::ffff:0:a.b.c.d). All others are unspecified, loopback, or the old
            // compatible form, which nobody has any more.
            let isMapped = low >> 32 == 0xFFFF || low >> 48 == 0xFFFF
            return isMapped ? contains(ipv4: lastHalf) : true
        case 0x0064_FF9B_0000_0000: return low >> 32 == 0 ? contains(ipv4: lastHalf) : true  // NAT64
        case 0x0064_FF9B_0001_0000...0x0064_FF9B_0001_FFFF: return contains(ipv4: lastHalf)  // local NAT64
        case 0xFD00_0EC2_0000_0000...0xFD00_0EC2_FFFF_FFFF: return true  // Amazon's metadata
        case 0xFD20_00CE_0000_0000 where low == 0x254: return true  // Google's metadata
        default: break
        }
        switch high >> 48 {
        case 0xFE80...0xFEBF: return true  // link-local
        case 0xFF00...0xFFFF: return true  // multicast
        case 0x2002: return contains(ipv4: UInt32(truncatingIfNeeded: high >> 16))  // 6to4
        case 0x2001 where high >> 32 == 0x2001_0000:  // Teredo: the server's address, and the client's with its bits turned
            return contains(ipv4: UInt32(truncatingIfNeeded: high)) || contains(ipv4: ~lastHalf)
        default: return low >> 32 & 0xFDFF_FFFF == 0x5EFE && contains(ipv4: lastHalf)  // ISATAP
        }
    }
}
