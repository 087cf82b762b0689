// SPDX-License-Identifier: Apache-2.0
import GatewayStore

extension ConfigurationSource {
    static var journal: [ConfigurationKey<ConfigurationSource>] {
        [
            .integer(
                "journal.keep_days", 0...36_500, \.retention.keepDays, fallback: "90",
                "How long the rows of calls and their feedback are kept. 0 for always."),
            .integer(
                "journal.keep_mb", 0...(1 << 30), \.retention.keepMegabytes, fallback: "0",
                "MiB of the database, `wicket.db` in the state directory, past which the oldest rows go. 0 for no bound."),
            .integer(
                "journal.keep_analytics_days", 0...36_500, \.retention.keepAnalyticsDays, fallback: "730",
                "How long what was added up of the calls is kept; never shorter than the rows. 0 for always."),
        ]
    }
}
