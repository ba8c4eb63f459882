#include "forward/route_health.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::forward {
namespace {

std::string Part(const std::string& route) { return "route " + route; }

}  // namespace

RouteHealth::RouteHealth(const std::string& route, Health& health)
    : read_error_{.condition = health.Add(Part(route), "read_error")},
      refused_{.condition = health.Add(Part(route), "refused")},
      expiring_{.condition = health.Add(Part(route), "expiring")},
      dead_lettering_{.condition = health.Add(Part(route), "dead_lettering")} {}

void RouteHealth::Begin(Trouble* trouble, MonotonicTime now, std::string why) {
  if (!trouble->since) trouble->since = now;
  trouble->why = std::move(why);
}

void RouteHealth::End(Trouble* trouble) {
  if (!std::exchange(trouble->since, std::nullopt)) return;
  trouble->condition->Clear();
}

void RouteHealth::Count(Episode* episode, MonotonicTime now, uint64_t events,
                        std::string_view what) {
  if (events == 0) return;
  episode->events += events;
  episode->last = now;
  episode->condition->Raise(HealthState::kDegraded, fmt::format("{} {}", episode->events, what));
}

void RouteHealth::EndIfQuiet(Episode* episode, MonotonicTime now) {
  if (!episode->last || now - *episode->last < kQuiet) return;
  episode->last.reset();
  episode->events = 0;
  episode->condition->Clear();
}

void RouteHealth::OnReading(MonotonicTime now, uint64_t offset) {
  if (!reading_since_) reading_since_ = now;
  reading_at_ = offset;
}

void RouteHealth::OnRead(MonotonicTime now, const Status& status, uint64_t offset) {
  reading_since_.reset();
  if (status.ok()) return End(&read_error_);
  Begin(&read_error_, now,
        fmt::format("nothing is sent: its stream cannot be read at offset {}: {}", offset,
                    status.ToString()));
}

void RouteHealth::OnRefusedForNow(MonotonicTime now, std::string_view reason) {
  Begin(&refused_, now, fmt::format("upstream refuses: {}; tried again and again", reason));
}

void RouteHealth::OnEndedAt(MonotonicTime now, uint64_t offset, bool at_every_message) {
  Begin(&refused_, now,
        at_every_message
            ? fmt::format("upstream ends the connection at every message, now at the one with "
                          "offset {}; nothing more is set aside until it takes one: look at its "
                          "log, and at what it allows this uplink",
                          offset)
            : fmt::format("upstream ends the connection at the message with offset {}; tried again "
                          "and again",
                          offset));
}

void RouteHealth::OnNothingFits(MonotonicTime now, std::string why) {
  Begin(&refused_, now, std::move(why));
}

void RouteHealth::OnAcknowledged() { End(&refused_); }

void RouteHealth::OnPassed(MonotonicTime now, const journal::Books& delta) {
  Count(&expiring_, now, delta.expired, "events were older than max_age and not sent");
  Count(&dead_lettering_, now, delta.dead_lettered,
        "events were refused for good by upstream and are kept in dead-letters");
}

void RouteHealth::OnStopped() {
  reading_since_.reset();
  End(&read_error_);
  End(&refused_);
}

void RouteHealth::Tick(MonotonicTime now) {
  if (reading_since_ && now - *reading_since_ >= kPatience) {
    Begin(&read_error_, *reading_since_,
          fmt::format("nothing is sent: a read of its stream at offset {} does not come back; look "
                      "at the disk",
                      reading_at_));
  }
  if (read_error_.since && now - *read_error_.since >= kPatience) {
    read_error_.condition->Raise(HealthState::kFailing, read_error_.why);
  }
  if (refused_.since && now - *refused_.since >= kPatience) {
    refused_.condition->Raise(HealthState::kDegraded, refused_.why);
  }
  EndIfQuiet(&expiring_, now);
  EndIfQuiet(&dead_lettering_, now);
}

bool RouteHealth::watching() const {
  return reading_since_ || read_error_.since || refused_.since || expiring_.last ||
         dead_lettering_.last;
}

}  // namespace sluice::forward
