// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Runs `body`, which handles keys, and overwrites what it leaves behind: all that this thread frees meanwhile, and the part of
/// its stack that `body` has used.
///
/// A cipher's context begins with the key it works with, and is an object of the library's that is freed as it is. What outlives
/// `body` is not reached.
func withoutTraces<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    wicket_begin_wiping_freed_memory()
    defer {
        wicket_end_wiping_freed_memory()
        wicket_wipe_stack()
    }
    return try body()
}
