#include "sim/upstream_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sim/entries.h"
#include "sim/memory_account.h"

namespace sluice::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

void Lane::Send(Duration after, std::function<void()> arrive) {
  MonotonicTime at = scheduler_.Now() + after;
  if (!on_the_way_.empty()) at = std::max(at, on_the_way_.back().first);
  on_the_way_.emplace_back(at, std::move(arrive));
  if (on_the_way_.size() == 1) Arm();
}

void Lane::Clear() {
  on_the_way_.clear();
  timer_.Stop();
}

void Lane::Flush() {
  while (!on_the_way_.empty()) {
    const std::function<void()> arrive = std::move(on_the_way_.front().second);
    on_the_way_.pop_front();
    arrive();
  }
}

void Lane::Arm() { timer_.Start(on_the_way_.front().first - scheduler_.Now()); }

void Lane::Arrive() {
  while (!on_the_way_.empty() && on_the_way_.front().first <= scheduler_.Now()) {
    const std::function<void()> arrive = std::move(on_the_way_.front().second);
    on_the_way_.pop_front();
    arrive();
  }
  if (!on_the_way_.empty()) Arm();
}

UpstreamLink::UpstreamLink(Upstream* upstream, Scheduler* process)
    : upstream_(*upstream),
      process_(*process),
      there_(upstream->scene_.scheduler),
      back_(upstream->scene_.scheduler) {
  upstream_.link_ = this;
}

// What a process had sent when it ended may arrive all the same.
UpstreamLink::~UpstreamLink() {
  if (connected() && upstream_.random_.Below(2) == 0) there_.Flush();
  if (upstream_.link_ == this) upstream_.link_ = nullptr;
}

Duration UpstreamLink::Transit() {
  return Between(upstream_.random_, microseconds(50), milliseconds(5));
}

void UpstreamLink::Leave(State next) {
  state_ = next;
  there_.Clear();
  back_.Clear();
  in_flight_ = 0;
  unanswered_.clear();
  connection_.Renew();
}

void UpstreamLink::Tell(std::function<void(forward::UplinkListener*)> tell) {
  process_.Post([this, tell = std::move(tell), watch = connection_.watch()] {
    if (!watch.over() && listener_ != nullptr) tell(listener_);
  });
}

void UpstreamLink::Answer(const std::string& route,
                          std::function<void(forward::UplinkListener*)> tell) {
  Random& random = upstream_.random_;
  const Duration patience =
      upstream_.scene_.calm() ? Duration(milliseconds(1)) : upstream_.character_.answers_after;
  back_.Send(Transit() + Between(random, Duration(0), patience),
             [this, route, tell = std::move(tell)] {
               if (in_flight_ > 0) --in_flight_;
               Tell([this, route, tell](forward::UplinkListener* listener) {
                 --unanswered_[route];
                 tell(listener);
               });
             });
}

void UpstreamLink::Connect() {
  const InWorld in_world;
  Leave(State::kConnecting);
  ++upstream_.connections_;
  upstream_.scene_.trace.Note("{}: connecting", upstream_.name_);
  // An address behind which nothing answers at all: the route has its own patience.
  if (!upstream_.reachable() && upstream_.random_.Below(3) == 0) return;
  there_.Send(Transit(), [this] {
    if (!upstream_.reachable()) return End({"connection refused"});
    if (upstream_.turns_away()) return End({"Not authorized (0x87)", "not_authorized", true});
    state_ = State::kConnected;
    upstream_.scene_.trace.Note("{}: connected", upstream_.name_);
    Tell([limits = upstream_.character_.limits](forward::UplinkListener* listener) {
      listener->OnConnected(limits);
    });
  });
}

void UpstreamLink::End(const forward::UplinkEnd& end) {
  if (state_ == State::kDisconnected) return;
  upstream_.scene_.trace.Note("{}: disconnected, {}", upstream_.name_, end.why);
  Leave(State::kDisconnected);
  Tell([end](forward::UplinkListener* listener) { listener->OnDisconnected(end); });
}

void UpstreamLink::Disconnect() {
  const InWorld in_world;
  Leave(State::kDisconnected);
}

void UpstreamLink::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  const InWorld in_world;
  if (state_ != State::kConnected) return;
  Scene& scene = upstream_.scene_;
  const forward::UplinkLimits& limits = upstream_.character_.limits;
  const size_t bytes = message.topic.size() + message.payload.size();
  if (++in_flight_ > limits.max_in_flight || bytes > limits.max_message_bytes) {
    scene.verdict.Broken(5, fmt::format("{}: {} in flight and {} bytes are more than it takes",
                                        upstream_.name_, in_flight_, bytes));
  }
  Arrival arrival = Decode(message);
  if (!arrival.wrong.empty()) scene.verdict.Broken(4, "upstream: " + arrival.wrong);
  if (arrival.entries.empty()) return;
  const std::string route(message.topic);
  upstream_.witness_.OnPublished(route, upstream_.connections_, unanswered_[route]++,
                                 arrival.entries);
  there_.Send(Transit(), [this, token, topic = route, entries = std::move(arrival.entries)] {
    Take(token, topic, entries);
  });
}

void UpstreamLink::Take(uint32_t token, const std::string& topic,
                        const std::vector<Entry>& entries) {
  using Said = Upstream::Said;
  const Said said = upstream_.Judge(entries);
  Witness& witness = upstream_.witness_;
  constexpr const char* kWords[] = {
      "taken",   "taken, and the answer is lost", "no word",         "refused for good",
      "not now", "ends the connection",           "breaks the rules"};
  const std::string& gap = entries.front().gap_reason;
  upstream_.scene_.trace.Note("{}: {} {}-{}: {}", upstream_.name_,
                              gap.empty() ? topic : topic + ", " + gap, entries.front().first,
                              entries.back().last, kWords[static_cast<size_t>(said)]);
  if (said == Said::kTaken || said == Said::kTakenAndLost || said == Said::kNothing) {
    witness.OnArrived(topic, entries);
  }
  switch (said) {
    case Said::kTaken:
      witness.OnUpstreamAcknowledged(topic, entries);
      return Answer(
          topic, [token](forward::UplinkListener* listener) { listener->OnAcknowledged(token); });
    case Said::kTakenAndLost:
      witness.OnUpstreamAcknowledged(topic, entries);
      witness.OnUpstreamClosed(topic, entries, false);
      return End({"connection lost"});
    case Said::kNothing:
      return;
    case Said::kRefused:
    case Said::kBusy: {
      const bool for_good = said == Said::kRefused;
      witness.OnUpstreamRefused(topic, entries, for_good);
      const forward::Refusal refusal = for_good
                                           ? forward::Refusal{true, 0x99, "Payload format invalid"}
                                           : forward::Refusal{false, 0x97, "Quota exceeded"};
      return Answer(topic, [token, refusal](forward::UplinkListener* listener) {
        listener->OnRefused(token, refusal);
      });
    }
    case Said::kCloses:
      witness.OnUpstreamClosed(topic, entries, false);
      return End({"the server has ended the connection: Malformed Packet"});
    case Said::kBreaksRules:
      witness.OnUpstreamClosed(topic, entries, true);
      upstream_.scene_.situations.Reached("upstream answers with what breaks the rules");
      return End({.why = "the server sent a malformed packet", .broke_rules = true});
  }
}

}  // namespace sluice::sim
