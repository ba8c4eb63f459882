#include "app/route_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace sluice::app {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr Duration kPoll = std::chrono::milliseconds(20);

}  // namespace

RouteReplay::RouteReplay(journal::Journal& journal, Scheduler& scheduler, RouteFinder find)
    : journal_(journal), scheduler_(scheduler), find_(std::move(find)) {
  timer_ = scheduler_.NewTimer([this] { (this->*step_)(); });
}

Result<uint64_t> RouteReplay::Begin(const ReplayRequest& request) {
  if (report_.running) return Status::Unavailable("another replay begins just now; try again");
  forward::Route* const route = find_(request.route);
  if (route == nullptr) {
    return Status::NotFound(
        fmt::format("there is no route {}; see 'sluice status'", Printable(request.route)));
  }
  if (route->going_back()) {
    return Status::Unavailable("the route has not gone back for the last replay yet; try again");
  }
  request_ = request;
  route_ = route;
  stream_ = journal_.stream(route->options().stream);
  cursor_ = stream_->cursor(request.route);
  report_ = {.number = report_.number + 1, .running = true, .stream = stream_->name()};
  reader_ =
      stream_->NewReader(kReadBytes, [this](const journal::ReadResult& result) { OnRead(result); });
  if (const auto* const offset = std::get_if<uint64_t>(&request.from)) {
    LookAt(*offset);
  } else {
    Find();
  }
  return report_.number;
}

void RouteReplay::Find() {
  finding_ = true;
  reader_->Find(std::get<WallTime>(request_.from));
}

// Nothing that is gone can be sent, and what the route has not had it will send anyway.
void RouteReplay::LookAt(uint64_t offset) {
  report_.to = cursor_->offset();
  report_.from =
      std::clamp(offset, std::min(stream_->status().first_offset, report_.to), report_.to);
  if (report_.from == report_.to) return End();
  reader_->Read(report_.from);
}

void RouteReplay::OnRead(const journal::ReadResult& result) {
  if (!result.status.ok()) {
    return End(
        fmt::format("stream {} cannot be read: {}", report_.stream, result.status.message()));
  }
  if (std::exchange(finding_, false)) return LookAt(result.next_offset);
  // Not from a gap in front, of which there is nothing to send.
  for (const journal::Record& record : result.records) {
    if (record.kind == journal::Record::Kind::kEvent) {
      report_.oldest = FromUnixNanos(record.time_unix_ns);
      break;
    }
    report_.from = std::min(record.end_offset, report_.to);
  }
  if (request_.dry_run || report_.from == report_.to) return End();
  GoBack();
}

void RouteReplay::GoBack() {
  route_->ReplayFrom(report_.from);
  deadline_ = scheduler_.Now() + kPatience;
  step_ = &RouteReplay::Wait;
  timer_.Start(Duration(0));
}

// Until it is known on the disk that the route has gone back.
void RouteReplay::Wait() {
  const bool is_back = !route_->going_back() && cursor_->saved().replay_end >= report_.to &&
                       cursor_->saved().replayed == cursor_->books().replayed;
  if (is_back) return End();
  if (scheduler_.Now() >= deadline_) {
    return End(route_->going_back()
                   ? "the route goes back as soon as upstream has answered what was sent"
                   : "the route has gone back, but that cannot be saved; see 'sluice status'");
  }
  timer_.Start(kPoll);
}

// The reader may be telling.
void RouteReplay::End(std::string failed) {
  report_.failed = std::move(failed);
  report_.running = false;
}

}  // namespace sluice::app
