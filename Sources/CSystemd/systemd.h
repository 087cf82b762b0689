// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

// What Swift cannot say to sd-bus: calls with a variable number of arguments.

/// Asks the system's manager for the unit of the process behind `pidfd` (systemd 253), `handler` gets the answer.
/// At least 0, or a negative errno.
static inline int wicket_ask_unit_by_pidfd(
    sd_bus *bus, sd_bus_slot **slot, int pidfd, sd_bus_message_handler_t handler, void *context) {
    return sd_bus_call_method_async(
        bus, slot, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
        "GetUnitByPIDFD", handler, context, "h", pidfd);
}
/// The same by the process's number, which any systemd knows.
static inline int wicket_ask_unit_by_pid(
    sd_bus *bus, sd_bus_slot **slot, int32_t pid, sd_bus_message_handler_t handler, void *context) {
    return sd_bus_call_method_async(
        bus, slot, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
        "GetUnitByPID", handler, context, "u", (uint32_t)pid);
}
/// The name of the unit whose path an answer begins with, to be freed; null where it has none.
static inline char *wicket_unit_of_answer(sd_bus_message *answer) {
    const char *path = NULL;
    char *unit = NULL;
    if (sd_bus_message_read_basic(answer, 'o', &path) <= 0) return NULL;
    return sd_bus_path_decode(path, "/org/freedesktop/systemd1/unit", &unit) > 0 ? unit : NULL;
}
/// Whether the manager does not know the method that was called, or the bus lets nobody call it since it did not know it either.
static inline int wicket_is_unknown_method(sd_bus_message *answer) {
    return sd_bus_message_is_method_error(answer, SD_BUS_ERROR_UNKNOWN_METHOD) > 0
        || sd_bus_message_is_method_error(answer, SD_BUS_ERROR_ACCESS_DENIED) > 0;
}
